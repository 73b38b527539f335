# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One Shelf: the questions that it answers."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from connectors.kit import LARGEST, Slice, only, slice_of, with_bytes
from connectors.transport import Chain, Kind
from harvester.model import FileVersion, JsonObject, Sighting
from harvester.ports.errors import UnexpectedAnswerError
from harvester_shelf import facts


class Forge:
    """Fulfils ``connectors.kit.Listed``.

    Args:
        chain: the way to the forge.
        url: canonical web address.
        api_url: base of the API.
    """

    def __init__(self, chain: Chain, url: str, api_url: str) -> None:
        self.url = url
        self.source = chain.source
        self._chain = chain
        self._api_url = api_url

    # --- listing: what connectors.kit.walk asks for -----------------------------------------

    async def slices(
        self, owner: str | None, after: str | None, since: datetime | None
    ) -> AsyncIterator[Slice]:
        """List an owner's repositories, or all, each page from the id where the last one ended."""
        place = "/repositories" if owner is None else f"/owners/{quote(owner, safe='')}"
        last: str | None = after or "0"
        while last is not None:
            query = {"after": last} | ({"since": since.isoformat()} if since else {})
            told = self._object(await self._json(place, query), place)
            rows = told["repositories"]
            last = str(rows[-1]["id"]) if told["more"] else None
            yield replace(await self._slice(rows), after=last)

    async def named(self, path: str) -> Slice:
        """Ask for one repository; the forge redirects from names that it had."""
        place = f"/named/{quote(path)}"
        return await self._slice([self._object(await self._json(place), place)])

    # --- single repositories ----------------------------------------------------------------

    async def known(self, place: str) -> Sighting | None:
        """Ask for a repository at an address of the API; None: there is none for everybody.

        Only the forge's own 404 says so. That of a proxy, or of a server that is no Shelf, is
        trouble.
        """
        response = await self._chain.get(self._api_url + place)
        if response.status_code == HTTPStatus.NOT_FOUND and b'"no such' in response.content:
            return None
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise UnexpectedAnswerError(f"source {self.source}: {place}: a 404 that is no Shelf's")
        return only(await self._slice([self._object(self._chain.json(response), place)]))

    async def read(self, sighting: Sighting) -> Sighting:
        """Bring the bytes of the files."""
        if not isinstance(sighting.files, tuple):
            return sighting
        files = tuple([await self._file(sighting, file) for file in sighting.files])
        return replace(sighting, files=files)

    async def _file(self, sighting: Sighting, file: FileVersion) -> FileVersion:
        if file.size is not None and file.size > LARGEST:
            return file
        url = f"{self._api_url}/repositories/{sighting.repository.forge_id}/blobs/{file.blob_id}"
        content = self._chain.checked(await self._chain.get(url, kind=Kind.RAW)).content
        self._chain.statistics.text_bytes += len(content)
        return with_bytes(file, content)

    # --- asking -----------------------------------------------------------------------------

    async def check(self) -> str:
        """Ask which version answers."""
        told = self._object(await self._json("/about"), "/about")
        return f"Shelf {told.get('version')} answers"

    async def is_one(self) -> bool:
        """Say whether a Shelf answers; raises what the chain raises."""
        told = await self._json("/about")
        return isinstance(told, dict) and told.get("software") == "shelf"

    async def _json(self, place: str, query: Mapping[str, str | int] | None = None) -> Any:
        return self._chain.json(await self._chain.get(self._api_url + place, params=query))

    async def _slice(self, rows: list[JsonObject]) -> Slice:
        return await slice_of(self, rows, self._sighting, id_key="id")

    async def _sighting(self, row: JsonObject) -> Sighting | None:
        return facts.sighting(row, self.url)

    def _object(self, told: Any, place: str) -> JsonObject:
        if not isinstance(told, dict):
            raise UnexpectedAnswerError(f"source {self.source}: {place} gave no object")
        return told
