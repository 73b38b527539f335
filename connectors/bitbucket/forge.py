# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One Bitbucket Cloud: its listings, and how what it says is read."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

import httpx

from connectors.bitbucket import facts
from connectors.kit import LARGEST, PATHS, Slice, object_id, only, slice_of
from connectors.transport import Chain, Kind
from harvester.model import IGNORE_FILE, Details, FileVersion, JsonObject, Sighting, Unread
from harvester.ports.errors import SourceError, UnexpectedAnswerError

_PAGE = 100
_NO_FILE = "No such file or directory"


class Forge:
    """Fulfils :class:`connectors.kit.Listed`.

    Args:
        chain: the way to the forge.
        url: canonical web address.
        api_url: base of the REST API.
    """

    def __init__(self, chain: Chain, url: str, api_url: str) -> None:
        self.url = url
        self.source = chain.source
        self._chain = chain
        self._api_url = api_url
        self._languages: dict[str, tuple[str, ...]] = {}

    async def slices(
        self, owner: str | None, after: str | None, since: datetime | None
    ) -> AsyncIterator[Slice]:
        """List a workspace; see the protocol.

        Each page asks for what was created at or after the last of the page before, so that no
        page number can be shifted by what vanishes.
        """
        if owner is None:
            raise SourceError(
                f"source {self.source}: {self.url} is not listed as a whole; give it owners,"
                ' repositories or publishers instead of scope = "instance"'
            )
        last, more = after, True
        while more:
            conditions = ["is_private=false"]
            if last is not None:
                conditions.append(f"created_on>={last.partition(' ')[0]}")
            if since is not None:
                conditions.append(f"updated_on>={since.isoformat()}")
            told = await self._object(
                f"/repositories/{quote(owner)}",
                {"pagelen": _PAGE, "sort": "created_on", "q": " AND ".join(conditions)},
            )
            rows = told.get("values")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise self._unexpected(owner, "no list")
            fresh = [row for row in rows if last is None or _mark(row) != last]
            more = "next" in told
            if more and not fresh:
                raise self._unexpected(owner, "a page with nothing new in it")
            last = _mark(fresh[-1]) if more else None
            yield replace(await self._told(fresh), after=last)

    async def named(self, path: str) -> Slice:
        """Ask for one repository; see the protocol."""
        return await self._told([await self._object(f"/repositories/{quote(path)}")])

    async def known(self, path: str) -> Sighting | None:
        """Ask for a repository by path or, behind an empty workspace, by id.

        None: the forge itself says that there is none, or none for everybody.
        """
        address = f"/repositories/{quote(path)}"
        response = await self._chain.get(self._api_url + address)
        if response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN) and _said(response):
            return None
        return only(await self._told([self._checked(address, self._chain.json(response))]))

    async def read(self, sighting: Sighting) -> Sighting:
        """Bring the files: a request for each name, since a listing tells no blob ids.

        Only where there is one, it is asked whether the repository opts out.
        """
        seen = sighting.repository
        found: list[FileVersion] = []
        for name in PATHS if seen.default_branch and isinstance(sighting.files, Unread) else ():
            file = await self._file(seen.path, seen.default_branch or "", name)
            if file is not None:
                found.append(file)
                break  # the other one would not count
        wish = (
            await self._file(seen.path, seen.default_branch or "", IGNORE_FILE) if found else None
        )
        details = Details(topics=(), languages=self._languages.pop(seen.forge_id, ()))
        files = tuple(found) if isinstance(sighting.files, Unread) else sighting.files
        return Sighting(
            repository=replace(seen, details=details),
            files=files,
            ignore_file=wish is not None if found else sighting.ignore_file,
        )

    async def check(self) -> None:
        """Ask for next to nothing; raises what the chain raises."""
        await self._object("/repositories", {"pagelen": 1, "fields": "pagelen"})

    async def _file(self, path: str, branch: str, name: str) -> FileVersion | None:
        address = f"/repositories/{quote(path)}/src/{quote(branch, safe='')}/{name}"
        response = await self._chain.get(self._api_url + address, kind=Kind.RAW)
        if response.status_code == HTTPStatus.NOT_FOUND and _NO_FILE in _said(response):
            return None
        content = self._chain.checked(response).content
        if "html" in response.headers.get("content-type", ""):
            raise self._unexpected(address, "a web page instead of a file")
        self._chain.statistics.text_bytes += len(content)
        file = FileVersion(path=name, blob_id=object_id(content), size=len(content))
        return file if len(content) > LARGEST else replace(file, content=content)

    async def _told(self, rows: Sequence[JsonObject]) -> Slice:
        return await slice_of(self, rows, self._sighting, id_key="uuid")

    async def _sighting(self, row: JsonObject) -> Sighting | None:
        if not facts.is_public(row):
            return None
        seen = facts.repository(row, self.url, self._chain.clock.now())
        self._languages[seen.forge_id] = (row["language"],) if row.get("language") else ()
        return Sighting(repository=seen, files=Unread())

    async def _object(self, path: str, params: Mapping[str, str | int] | None = None) -> JsonObject:
        response = await self._chain.get(self._api_url + path, params=params)
        return self._checked(path, self._chain.json(response))

    def _checked(self, path: str, told: object) -> JsonObject:
        if not isinstance(told, dict):
            raise self._unexpected(path, "no object")
        return told

    def _unexpected(self, path: str, what: str) -> UnexpectedAnswerError:
        return UnexpectedAnswerError(
            f"source {self.source}: {self.url} gave {what} for {path}; the next crawl tries again"
        )


def _mark(row: JsonObject) -> str:
    return f"{row.get('created_on')} {row.get('uuid')}"


def _said(response: httpx.Response) -> str:
    """Give the forge's own words of an error; empty where somebody else speaks."""
    try:
        told = response.json()
        return str(told["error"]["message"]) if told["type"] == "error" else ""
    except (ValueError, KeyError, TypeError):
        return ""
