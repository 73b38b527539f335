# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Tokens, the origins that may see them, and the names under which their budgets are kept."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import httpx

from connectors.transport.origins import is_loopback, origin_of, shown
from harvester.ports.connector import AccessToken
from harvester.ports.errors import SourceError

ANONYMOUS = "anonymous"
"""The account of a request without a token."""

CREDENTIAL_HEADERS = ("authorization", "private-token", "job-token", "cookie")
"""Headers that never leave for a foreign origin."""

TokenProvider = Callable[[], Awaitable[str]]
"""Gives the token of the moment; renews it where it expires."""

TokenRefused = Callable[[str], Awaitable[None]]
"""Hears which token the forge refused, so that the provider gives another one."""


@dataclass(frozen=True, slots=True)
class HeaderForm:
    """The header in which a forge wants its token."""

    name: str
    prefix: str = ""


BEARER = HeaderForm("authorization", "Bearer ")
PRIVATE_TOKEN = HeaderForm("private-token")


@dataclass(frozen=True, slots=True)
class Speaker:
    """One account that a chain speaks as. Never shows the token."""

    account: str = ANONYMOUS
    """A fingerprint of the token, or another name that says nothing of it."""
    name: str = "anonymous"
    """What the operator calls it: the variable or file of the token."""
    provider: TokenProvider | None = field(default=None, repr=False)
    refused: TokenRefused | None = field(default=None, repr=False)
    """Set where the provider can renew a token that was refused."""


NOBODY = Speaker()
"""An anonymous visitor."""


@dataclass(frozen=True, slots=True)
class Credential:
    """As whom the chain may speak, and to whom."""

    origins: frozenset[str]
    """The origins of the API addresses; only they get a token."""
    form: HeaderForm = BEARER
    speakers: tuple[Speaker, ...] = (NOBODY,)
    """The one that speaks as long as it may first; never empty."""

    @property
    def account(self) -> str:
        """The account of the first speaker."""
        return self.speakers[0].account

    def covers(self, url: httpx.URL) -> bool:
        """Say whether the address is one of the API's own."""
        return origin_of(url) in self.origins


def credential(
    source: str,
    api_urls: Iterable[str],
    *,
    token: str | None = None,
    tokens: Iterable[AccessToken] = (),
    provider: TokenProvider | None = None,
    account: str = "provided",
    refused: TokenRefused | None = None,
    form: HeaderForm = BEARER,
) -> Credential:
    """Bind tokens to the origins of a forge's API addresses.

    Without any, it is an anonymous visitor's. Several make a pool: the first of the provider,
    ``token`` and ``tokens`` is used until it has nothing left, then the next.

    Args:
        source: the configured name, for messages.
        api_urls: addresses of the API; their origins, and no others, are sent the token.
        token: a token that stays the same.
        tokens: more of them; one that is named twice counts once.
        provider: gives the token of the moment, where it changes.
        account: the name that the provider's budgets are kept under (``app-1-2``).
        refused: hears of the provider's tokens that the forge refused.
        form: the header that the forge wants.

    Raises:
        SourceError: the token would travel unencrypted.
    """
    urls = tuple(api_urls)
    origins = frozenset(origin_of(url) for url in urls)
    speakers: dict[str, Speaker] = {}
    if provider is not None:
        speakers[account] = Speaker(account, account, provider, refused)
    first = [AccessToken(value=token, name="its token")] if token else []
    for one in (*first, *tokens):
        name = fingerprint(one.value)
        speakers.setdefault(name, Speaker(name, one.name, _constant(one.value)))
    if not speakers:
        return Credential(origins=origins)
    for url in urls:
        if httpx.URL(url).scheme != "https" and not is_loopback(url):
            raise SourceError(
                f"source {source}: its token would travel unencrypted to {shown(url)};"
                " use an https address, or take the token away"
            )
    return Credential(origins=origins, form=form, speakers=tuple(speakers.values()))


def fingerprint(token: str) -> str:
    """Name a token without telling it: 16 hex digits."""
    return hashlib.sha256(f"harvester:token:{token}".encode()).hexdigest()[:16]


def _constant(token: str) -> TokenProvider:
    async def give() -> str:
        return token

    return give
