# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The tokens of a GitHub App: renewed in time, whatever the clocks show, one renewal at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.github.app import InstallationTokens
from connectors.transport import Chain, credential, open_chain
from connectors.transport.bridge import Bridge
from harvester.ports.connector import AccessToken
from harvester.ports.errors import UnauthorisedError
from tests.connectors.transport.support import (
    Got,
    Reply,
    Server,
    Surroundings,
    answer,
    in_turn,
    serving,
)

pytestmark = pytest.mark.anyio


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key() -> str:
    return (
        key()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        .decode()
    )


@dataclass
class Issuer:
    """A GitHub with a clock of its own; gives tokens for an hour, and takes no other."""

    clock: Callable[[], datetime]
    ahead: timedelta = timedelta(0)
    dated: bool = True
    good: set[str] = field(default_factory=set)
    given: int = 0
    ends: dict[str, datetime] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.clock() + self.ahead

    def __call__(self, got: Got) -> Reply:
        date = {"date": format_datetime(self.now(), usegmt=True)} if self.dated else {}
        shown = got.headers["authorization"].removeprefix("Bearer ")
        if got.target.endswith("/access_tokens"):
            claims = jwt.decode(
                shown,
                key().public_key(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False},
            )
            now = self.now().timestamp()
            if not (claims["iat"] <= now < claims["exp"] <= now + 600):
                return answer({"message": "'Expiration time' claim ('exp')"}, 401, **date)
            self.given += 1
            token = f"ghs_{self.given}"
            self.ends[token] = self.now() + timedelta(hours=1)
            self.good.add(token)
            ends = self.ends[token].strftime("%Y-%m-%dT%H:%M:%SZ")
            return answer({"token": token, "expires_at": ends}, 201, **date)
        if shown not in self.good or self.ends[shown] <= self.now():
            return answer({"message": "Bad credentials"}, 401, **date)
        return answer({"by": shown}, **date)


@asynccontextmanager
async def opened(
    around: Surroundings, server: Server, tokens: tuple[AccessToken, ...] = ()
) -> AsyncIterator[Chain]:
    app = InstallationTokens(
        app_id="11",
        private_key=private_key(),
        installation_id=22,
        api_url=server.url,
        clock=around.clock,
    )
    who = credential(
        "here",
        (server.url,),
        provider=app.token,
        refused=app.refused,
        account=app.account,
        tokens=tokens,
    )
    async with open_chain(around.access(server.url), who) as chain:
        app.bind(Bridge(chain))
        yield chain


def shown(server: Server) -> list[str]:
    """Give what each request showed: ``jwt`` or a token."""
    tokens = [got.headers["authorization"].removeprefix("Bearer ") for got in server.got]
    return ["jwt" if token.count(".") == 2 else token for token in tokens]


async def test_a_token_is_fetched_once_and_renewed_in_time(around: Surroundings) -> None:
    async with serving(Issuer(around.clock.now)) as server, opened(around, server) as chain:
        await chain.get(server.url)
        await chain.get(server.url)
        around.clock.time += timedelta(minutes=56)
        await chain.get(server.url)
        assert chain.spent().rest == 5
    assert shown(server) == ["jwt", "ghs_1", "ghs_1", "jwt", "ghs_2"]


@pytest.mark.parametrize("hours", [-3, -0.2, 0.2, 3])
async def test_clocks_that_differ_change_nothing_but_the_first_signature(
    around: Surroundings, hours: float
) -> None:
    issuer = Issuer(around.clock.now, ahead=timedelta(hours=hours))
    async with serving(issuer) as server, opened(around, server) as chain:
        for minutes in (0, 10, 40, 10, 10):
            around.clock.time += timedelta(minutes=minutes)
            assert (await chain.get(server.url)).status_code == 200
    assert shown(server) == ["jwt", "jwt", "ghs_1", "ghs_1", "ghs_1", "jwt", "ghs_2", "ghs_2"]


async def test_without_a_date_our_clock_counts(around: Surroundings) -> None:
    issuer = Issuer(around.clock.now, dated=False)
    async with serving(issuer) as server, opened(around, server) as chain:
        for minutes in (0, 54, 2):
            around.clock.time += timedelta(minutes=minutes)
            await chain.get(server.url)
    assert shown(server) == ["jwt", "ghs_1", "ghs_1", "jwt", "ghs_2"]


async def test_a_token_that_is_revoked_is_renewed(around: Surroundings) -> None:
    issuer = Issuer(around.clock.now)
    async with serving(issuer) as server, opened(around, server) as chain:
        await chain.get(server.url)
        issuer.good.clear()
        assert chain.json(await chain.get(server.url)) == {"by": "ghs_2"}
    assert shown(server) == ["jwt", "ghs_1", "ghs_1", "jwt", "ghs_2"]


async def test_a_refused_token_is_renewed_once(around: Surroundings) -> None:
    issuer = Issuer(around.clock.now)

    def never_content(got: Got) -> Reply:
        reply = issuer(got)
        issuer.good.clear()
        return reply

    async with serving(never_content) as server, opened(around, server) as chain:
        with pytest.raises(UnauthorisedError):
            chain.json(await chain.get(server.url))
    assert shown(server) == ["jwt", "ghs_1", "jwt", "ghs_2"]


async def test_one_renewal_at_a_time(around: Surroundings) -> None:
    issuer = Issuer(around.clock.now)
    async with serving(issuer) as server, opened(around, server) as chain:
        await asyncio.gather(*(chain.get(f"{server.url}/{n}") for n in range(5)))
        assert issuer.given == 1
        issuer.good.clear()
        answers = await asyncio.gather(*(chain.get(f"{server.url}/{n}") for n in range(5)))
        assert {one.status_code for one in answers} == {200}
    assert issuer.given == 2


async def test_a_token_that_ends_at_once_is_used_a_while_all_the_same(
    around: Surroundings,
) -> None:
    issuer = Issuer(around.clock.now)

    def misdated(got: Got) -> Reply:
        reply = issuer(got)
        if got.target.endswith("/access_tokens"):
            return answer({"token": "ghs_1", "expires_at": "2001-01-01T00:00:00Z"}, 201)
        return reply

    async with serving(misdated) as server, opened(around, server) as chain:
        for _ in range(5):
            await chain.get(server.url)
    assert issuer.given == 1


async def test_an_app_and_tokens_make_a_pool(around: Surroundings) -> None:
    """An App that cannot be used any more leaves the rest of the crawl to the tokens."""
    refusal = answer({"message": "A JSON web token could not be decoded"}, 401)

    def handle(got: Got) -> Reply:
        return refusal if got.target.endswith("/access_tokens") else answer({})

    spare = AccessToken(value="spare", name="SPARE")
    async with serving(handle) as server, opened(around, server, (spare,)) as chain:
        await chain.get(server.url)
        await chain.get(server.url)
    assert shown(server) == ["jwt", "spare", "spare"]


async def test_a_wrong_app_is_told(around: Surroundings) -> None:
    refusal = answer({"message": "A JSON web token could not be decoded"}, 401)
    async with serving(in_turn(refusal)) as server, opened(around, server) as chain:
        with pytest.raises(UnauthorisedError, match="could not be decoded"):
            await chain.get(server.url)
    assert len(server.got) == 1
