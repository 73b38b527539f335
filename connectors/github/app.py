# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The tokens of a GitHub App's installation, renewed before they end.

Whether a moment has come is told by two clocks, ours and GitHub's, which may differ by hours. The
``Date`` of GitHub's answers says by how much.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

import asyncio
from datetime import UTC, datetime, timedelta

from github.Auth import AppAuth
from github.InstallationAuthorization import InstallationAuthorization

from connectors.github.rest_backend import ChainIntegration
from connectors.transport.bridge import Bridge
from connectors.transport.limits import moment_of
from harvester.ports.errors import UnauthorisedError
from harvester.ports.http import Clock

_RENEW_BEFORE = timedelta(minutes=5)
"""Installation tokens last an hour; one that ends soon could end under way."""
_SHORTEST_USE = timedelta(minutes=1)
"""So long a token is used at least, whatever GitHub says of its end: a refusal renews it anyway."""
_ISSUED_BEFORE = timedelta(minutes=1)
_JWT_LASTS = timedelta(minutes=5)
_WORTH_SIGNING_AGAIN = timedelta(seconds=30)
"""A difference of the clocks that may be why GitHub refused a signature."""


class _Signature(AppAuth):
    """Signs for an App with the time that GitHub's clock shows."""

    def __init__(self, app_id: str, private_key: str, clock: Clock) -> None:
        super().__init__(app_id, private_key)
        self._clock = clock
        self.ahead = timedelta(0)
        """By how much GitHub's clock is ahead of ours."""

    def create_jwt(self, expiration: int | None = None) -> str:
        now = self._clock.now() + self.ahead
        lasts = _JWT_LASTS if expiration is None else timedelta(seconds=expiration)
        claims = {
            "iat": int((now - _ISSUED_BEFORE).timestamp()),
            "exp": int((now + lasts).timestamp()),
            "iss": self._app_id,
        }
        if self._sign_func is None:
            raise RuntimeError("an App signs with its key")
        signed = self._sign_func(claims)
        return signed.decode() if isinstance(signed, bytes) else signed


class InstallationTokens:
    """Gives the token of the moment.

    ``credential(…, provider=tokens.token, refused=tokens.refused, account=tokens.account)`` comes
    before the chain, and the chain before :meth:`bind`.
    """

    def __init__(
        self, *, app_id: str, private_key: str, installation_id: int, api_url: str, clock: Clock
    ) -> None:
        self.account = f"app-{app_id}-{installation_id}"
        self._signature = _Signature(app_id, private_key, clock)
        self._installation_id = installation_id
        self._api_url = api_url
        self._clock = clock
        self._bridge: Bridge | None = None
        self._renewing = asyncio.Lock()
        self._held: str | None = None
        self._renew_at = datetime.min.replace(tzinfo=UTC)

    def bind(self, bridge: Bridge) -> None:
        """Say which way the tokens are fetched."""
        self._bridge = bridge

    async def token(self) -> str:
        """Give a token that lasts for some minutes at least; whoever asks meanwhile waits for it.

        Raises:
            SourceError: GitHub gave none: the App's id, key or installation is wrong.
        """
        async with self._renewing:
            if self._held is None or self._clock.now() >= self._renew_at:
                self._held = self._use(await self._signed())
            return self._held

    async def refused(self, token: str) -> None:
        """Drop a token that GitHub refused, unless another has taken its place already."""
        async with self._renewing:
            if self._held == token:
                self._held = None

    def _use(self, given: InstallationAuthorization) -> str:
        """Reckon when to renew a token, by its life and not by the moment of its end."""
        now = self._clock.now()
        theirs = moment_of(str(given.raw_headers.get("date", ""))) or now
        life = given.expires_at - theirs
        self._renew_at = now + max(life - _RENEW_BEFORE, life / 2, _SHORTEST_USE)
        return given.token

    async def _signed(self) -> InstallationAuthorization:
        """Fetch a token; sign again, by GitHub's clock, where ours may be why it was refused."""
        try:
            return await self._fetch()
        except UnauthorisedError as error:
            if error.told_at is None:
                raise
            ahead = error.told_at - self._clock.now()
            if abs(ahead - self._signature.ahead) < _WORTH_SIGNING_AGAIN:
                raise
            self._signature.ahead = ahead
            return await self._fetch()

    async def _fetch(self) -> InstallationAuthorization:
        bridge = self._bridge
        if bridge is None:
            raise RuntimeError("the tokens of an App are bound to a chain before they are used")
        integration = ChainIntegration(bridge, self._api_url, self._signature)
        return await bridge.run(lambda: integration.get_access_token(self._installation_id))
