# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A token, the origins that may see it, and the name under which its budgets are kept."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

import httpx

from connectors.transport.origins import is_loopback, origin_of, shown
from harvester.ports.errors import SourceError

ANONYMOUS = "anonymous"
"""The account of a request without a token."""

CREDENTIAL_HEADERS = ("authorization", "private-token", "job-token", "cookie")
"""Headers that never leave for a foreign origin."""

TokenProvider = Callable[[], Awaitable[str]]
"""Gives the token of the moment; renews it where it expires."""


@dataclass(frozen=True, slots=True)
class HeaderForm:
    """The header in which a forge wants its token."""

    name: str
    prefix: str = ""


BEARER = HeaderForm("authorization", "Bearer ")
PRIVATE_TOKEN = HeaderForm("private-token")


@dataclass(frozen=True, slots=True)
class Credential:
    """Who the chain is, and to whom it says so. Never shows the token."""

    origins: frozenset[str]
    """The origins of the API addresses; only they get the token."""
    account: str = ANONYMOUS
    """A fingerprint of the token, or another name that says nothing of it."""
    form: HeaderForm = BEARER
    provider: TokenProvider | None = field(default=None, repr=False)

    def account_at(self, url: httpx.URL) -> str:
        """Name the account that a request to this address is charged to."""
        return self.account if self.covers(url) else ANONYMOUS

    def covers(self, url: httpx.URL) -> bool:
        """Say whether the address is one of the API's own."""
        return origin_of(url) in self.origins

    async def headers(self) -> Mapping[str, str]:
        """Give the header that authenticates; none for an anonymous visitor."""
        if self.provider is None:
            return {}
        return {self.form.name: self.form.prefix + await self.provider()}


def credential(
    source: str,
    api_urls: Iterable[str],
    *,
    token: str | None = None,
    provider: TokenProvider | None = None,
    account: str | None = None,
    form: HeaderForm = BEARER,
) -> Credential:
    """Bind a token, or one that is renewed, to the origins of a forge's API addresses.

    Args:
        source: the configured name, for messages.
        api_urls: addresses of the API; their origins, and no others, are sent the token.
        token: a token that stays the same; None or empty for an anonymous visitor.
        provider: instead of ``token``, gives the token of the moment.
        account: with ``provider``, the name that its budgets are kept under (``app-1-2``).
        form: the header that the forge wants.

    Raises:
        SourceError: the token would travel unencrypted.
    """
    urls = tuple(api_urls)
    origins = frozenset(origin_of(url) for url in urls)
    if token:
        provider, account = _constant(token), fingerprint(token)
    if provider is None:
        return Credential(origins=origins)
    for url in urls:
        if httpx.URL(url).scheme != "https" and not is_loopback(url):
            raise SourceError(
                f"source {source}: its token would travel unencrypted to {shown(url)};"
                " use an https address, or take the token away"
            )
    return Credential(origins=origins, account=account or "provided", form=form, provider=provider)


def fingerprint(token: str) -> str:
    """Name a token without telling it: 16 hex digits."""
    return hashlib.sha256(f"harvester:token:{token}".encode()).hexdigest()[:16]


def _constant(token: str) -> TokenProvider:
    async def give() -> str:
        return token

    return give
