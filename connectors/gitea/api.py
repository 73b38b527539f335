# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Gitea's REST API, question by question; Forgejo's is the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from connectors.gitea.facts import ORGANIZATION, USER, Account
from connectors.gitea.overlap import MOST
from connectors.transport import Chain
from harvester.model import JsonObject
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    UnexpectedAnswerError,
)

_PUBLIC = "public"
_FEWEST = 30
"""What a forge gives in a page that will not tell how much it gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One page of a listing."""

    rows: tuple[JsonObject, ...]
    more: bool
    """Whether the forge says that pages follow."""
    total: int | None


class Api:
    """Asks one forge.

    Args:
        chain: the way to it.
        url: base of the REST API.
    """

    def __init__(self, chain: Chain, url: str) -> None:
        self._chain = chain
        self._url = url
        self._most: int | None = None
        self._organizations: frozenset[str] | None = None
        self._kinds: dict[str, str] = {}

    # --- the forge --------------------------------------------------------------------------

    async def version(self) -> str:
        """Ask which software answers; raises as :meth:`Chain.json` does."""
        told = await self._json("/version")
        if not isinstance(told, dict) or not isinstance(told.get("version"), str):
            raise self._unexpected("/version", "no version")
        return str(told["version"])

    async def settings(self) -> JsonObject:
        """Ask what the forge says about its API; it says so only where anybody may use it."""
        told = await self._json("/settings/api")
        if not isinstance(told, dict) or "max_response_items" not in told:
            raise self._unexpected("/settings/api", "no settings of a Gitea")
        return told

    async def most(self) -> int:
        """Ask, once, how many entries a page holds at most."""
        if self._most is None:
            try:
                told = int((await self.settings())["max_response_items"])
            except (ForbiddenError, NotFoundError, UnexpectedAnswerError, ValueError, TypeError):
                told = _FEWEST
            self._most = min(MOST, max(1, told))
        return self._most

    # --- repositories -----------------------------------------------------------------------

    async def search(self, **query: str | int) -> Rows:
        """Ask for a page of public repositories."""
        return await self._rows("/repos/search", {"private": "false", **query}, below="data")

    async def repository(self, path: str) -> JsonObject:
        """Ask for the repository that has, or had, a path.

        Raises:
            NotFoundError: there is none for this token.
        """
        return await self._object(f"/repos/{quote(path)}")

    async def by_id(self, forge_id: str) -> JsonObject | None:
        """Ask for a repository by its number; raises and gives None as :meth:`by_path` does."""
        return await self._known(f"/repositories/{quote(forge_id, safe='')}")

    async def by_path(self, path: str) -> JsonObject | None:
        """Ask for the repository of a path; None: the forge itself says that there is none.

        Raises:
            UnexpectedAnswerError: somebody else said 404: a proxy, or a server without this API.
        """
        return await self._known(f"/repos/{quote(path)}")

    async def _known(self, path: str) -> JsonObject | None:
        response = await self._chain.get(self._url + path)
        if response.status_code == HTTPStatus.NOT_FOUND:
            if own_word(response):
                return None
            raise self._unexpected(path, "a 404 that is not of a Gitea")
        return self._checked(path, self._chain.json(response))

    # --- what is in one ---------------------------------------------------------------------

    async def tree(self, path: str) -> Mapping[str, JsonObject]:
        """Ask for the files of the default branch's root, by name."""
        address = f"/repos/{quote(path)}/git/trees/HEAD"
        found: dict[str, JsonObject] = {}
        number = 1
        while True:
            told = await self._object(address, {"page": number, "per_page": 1000})
            entries = told.get("tree")
            if not isinstance(entries, list):
                raise self._unexpected(address, "no tree")
            found |= {str(e["path"]): e for e in entries if e["type"] == "blob"}
            if not told.get("truncated") or not entries:
                return found
            number += 1

    async def file(self, path: str, name: str) -> JsonObject:
        """Ask for a file of the root, with its blob id and its bytes."""
        return await self._object(f"/repos/{quote(path)}/contents/{quote(name)}")

    async def languages(self, path: str) -> tuple[str, ...]:
        """Ask for the languages, the one with the most bytes first."""
        told = await self._object(f"/repos/{quote(path)}/languages")
        return tuple(sorted(told, key=lambda name: -int(told[name])))

    async def topics(self, path: str) -> tuple[str, ...]:
        """Ask for the topics, where the repository itself does not tell them."""
        told = await self._object(f"/repos/{quote(path)}/topics")
        return tuple(str(topic) for topic in told.get("topics") or ())

    # --- accounts ---------------------------------------------------------------------------

    async def account(self, name: str) -> Account:
        """Ask for the organisation or user that has, or had, a name.

        Raises:
            NotFoundError: there is none that everybody may see.
            UnexpectedAnswerError: somebody else said so.
        """
        kind = ORGANIZATION
        told = await self._known(f"/orgs/{quote(name, safe='')}")
        if told is None:
            kind = USER
            told = await self._known(f"/users/{quote(name, safe='')}")
        if told is None:
            raise NotFoundError(
                f"there is no organisation or user {name!r} that everybody may see; was it renamed?"
                " Check the spelling in the configuration"
            )
        if (told.get("visibility") or _PUBLIC) != _PUBLIC:
            raise NotFoundError(f"{name} is not shown to everybody")
        login = told.get("username") or told.get("login") or told.get("name") or name
        self._kinds[str(login).casefold()] = kind
        return Account(int(told["id"]), str(login), kind)

    async def learn_organizations(self) -> None:
        """Ask, once, for all organisations: a listing of repositories does not tell them apart.

        A token may lack the right to; then all owners count as users.
        """
        if self._organizations is not None:
            return
        names: set[str] = set()
        number, more = 1, True
        try:
            while more:
                page = await self._rows("/orgs", {"page": number, "limit": MOST})
                names |= {
                    str(row.get("username") or row.get("name")).casefold() for row in page.rows
                }
                number, more = number + 1, page.more and bool(page.rows)
        except (ForbiddenError, NotFoundError):
            names = set()
        self._organizations = frozenset(names)

    async def kind_of(self, login: str) -> str:
        """Say whether an owner is an organisation or a user; asks where that is not known yet."""
        key = login.casefold()
        if self._organizations is not None:
            return ORGANIZATION if key in self._organizations else USER
        if key not in self._kinds:
            try:
                known = await self._known(f"/orgs/{quote(login, safe='')}")
                self._kinds[key] = USER if known is None else ORGANIZATION
            except ForbiddenError:
                self._kinds[key] = USER
        return self._kinds[key]

    # --- asking -----------------------------------------------------------------------------

    async def _json(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        return self._chain.json(await self._chain.get(self._url + path, params=params))

    async def _object(self, path: str, params: Mapping[str, str | int] | None = None) -> JsonObject:
        return self._checked(path, await self._json(path, params))

    async def _rows(
        self, path: str, params: Mapping[str, str | int], *, below: str | None = None
    ) -> Rows:
        response = await self._chain.get(self._url + path, params=params)
        told = self._chain.json(response)
        rows = told if below is None else self._checked(path, told).get(below)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unexpected(path, "no list")
        count = response.headers.get("x-total-count", "")
        return Rows(
            rows=tuple(rows),
            more="next" in response.links,
            total=int(count) if count.isdecimal() else None,
        )

    def _checked(self, path: str, told: object) -> JsonObject:
        if not isinstance(told, dict):
            raise self._unexpected(path, "no object")
        return told

    def _unexpected(self, path: str, what: str) -> UnexpectedAnswerError:
        return UnexpectedAnswerError(
            f"source {self._chain.source}: {self._url}{path} gave {what};"
            " is this the address of a Gitea or Forgejo?"
        )


def own_word(response: httpx.Response) -> bool:
    """Say whether an error is in the forge's own words, which point to its documentation."""
    try:
        told = response.json()
    except ValueError:
        return False
    return isinstance(told, dict) and {"message", "url"} <= told.keys()
