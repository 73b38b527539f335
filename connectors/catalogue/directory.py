# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads which repositories another catalogue has."""

import asyncio
import json
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Any, ClassVar, Self

import jsonpath

from connectors.catalogue.api import PAGE_SIZE, SoftwareCatalog
from connectors.catalogue.options import PATHS, CatalogueOptions
from connectors.transport.place import Place
from harvester.leads import LeadKind, Leads, Named, TooManyLeadsError, gather
from harvester.model import JsonObject
from harvester.ports.directory import DirectoryAccess, DirectoryOptions
from harvester.ports.errors import SourceError, UnexpectedAnswerError
from harvester.ports.listing import Estimate, Spent

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""How a URI begins; an alternative id may also be a mere number in some register."""


class CatalogueDirectory:
    """Fulfils :class:`harvester.ports.directory.Directory`; README.md says what it asks for."""

    kind: ClassVar[str] = "catalogue"
    Options: ClassVar[type[DirectoryOptions]] = CatalogueOptions

    def __init__(self, access: DirectoryAccess) -> None:
        self._access = access
        options = access.forge.options
        self._options = options if isinstance(options, CatalogueOptions) else CatalogueOptions()
        self._place = Place(access, "application/json")

    async def __aenter__(self) -> Self:
        self._place.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._place.aclose()

    async def leads(self) -> Leads:
        """Read the whole catalogue; see the port."""
        try:
            if self._options.json_path is not None:
                content = await self._place.read()
                return await asyncio.to_thread(self._from_json, content)
            return gather(await self._from_api())
        except TooManyLeadsError as error:
            raise UnexpectedAnswerError(f"{self._place.where}: {error}") from None

    def estimate(self, leads: int) -> Estimate:
        """Predict what reading it costs; asks nobody."""
        if self._access.is_file:
            return Estimate(remark="a file on this machine")
        if self._options.json_path is not None:
            return Estimate(rest=1, remark="one document")
        remark = f"pages of {PAGE_SIZE} entries"
        return Estimate(rest=max(1, -(-leads // PAGE_SIZE)), exact=leads > 0, remark=remark)

    async def check(self) -> str:
        """Read the document, or the API's first page; see the port."""
        if self._options.json_path is not None:
            leads = await self.leads()
            return f"a JSON document with {len(leads.leads)} addresses"
        what = "software" if self._options.with_software else "publishers"
        async for page in self._api.pages(what):
            more = " and more" if page.next is not None else ""
            named = "entries" if self._options.with_software else what
            return f"a Software Catalog API with {len(page.rows)} {named}{more}"
        raise UnexpectedAnswerError(f"{self._place.where}: gave no page")

    def spent(self) -> Spent:
        """Say what was spent since it was opened."""
        return self._place.spent()

    # --- a Software Catalog API -------------------------------------------------------------

    @property
    def _api(self) -> SoftwareCatalog:
        if self._place.chain is None:
            raise SourceError(
                f"{self._place.where}: a file wants json_path, which says where to look"
            )
        return SoftwareCatalog(self._place.chain, self._access.address, self._options.catalog)

    async def _from_api(self) -> list[Named]:
        rows: list[Named] = []
        if self._options.with_software:
            async for page in self._api.pages("software"):
                rows += (_software(row) for row in page.rows)
        if self._options.with_publishers:
            async for page in self._api.pages("publishers"):
                for row in page.rows:
                    rows += _hostings(row)
        return rows

    # --- any JSON ---------------------------------------------------------------------------

    def _from_json(self, content: bytes) -> Leads:
        path = self._options.json_path or "$[*].url"
        try:
            found = PATHS.findall(path, self._document(content))
        except (jsonpath.JSONPathError, RecursionError) as error:
            raise UnexpectedAnswerError(
                f"{self._place.where}: json_path {path} cannot be followed: {error}"
            ) from None
        if not found:
            raise UnexpectedAnswerError(
                f"{self._place.where}: json_path {path} finds nothing; mend it, or look at the"
                " document"
            )
        nested = (value if isinstance(value, list) else [value] for value in found)
        addresses = (item for values in nested for item in values)
        return gather(_named(address) for address in addresses if address is not None)

    def _document(self, content: bytes) -> Any:
        """Read JSON, or JSON lines as a list."""
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            whole = str(error)
        try:
            lines = [json.loads(line) for line in content.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            lines = []
        if not lines:
            raise UnexpectedAnswerError(
                f"{self._place.where}: is neither JSON nor JSON lines ({whole}); is this the"
                " address of the document, and not of a page that shows it?"
            )
        return lines


def _named(value: object) -> Named:
    address = value if isinstance(value, str) else json.dumps(value)[:200]
    return Named(address=address, kind=LeadKind.REPOSITORY)


def _software(row: JsonObject) -> Named:
    url = row.get("url")
    return Named(
        address=url if isinstance(url, str) else f"(entry {row.get('id')} without an address)",
        kind=LeadKind.REPOSITORY,
        ignored=row.get("active") is False,
    )


def _hostings(row: JsonObject) -> Iterator[Named]:
    """Give the accounts of a publisher; its description is its name in this API."""
    name, hostings = row.get("description"), row.get("codeHosting")
    other, level = row.get("alternativeId"), row.get("level")
    for hosting in hostings if isinstance(hostings, list) else ():
        url = hosting.get("url") if isinstance(hosting, dict) else None
        if isinstance(url, str):
            yield Named(
                address=url,
                kind=LeadKind.OWNER if hosting.get("group", True) else LeadKind.REPOSITORY,
                name=name if isinstance(name, str) else None,
                uri=other if isinstance(other, str) and _URI.match(other) else None,
                level=level if isinstance(level, str) else None,
                ignored=row.get("active") is False,
            )
