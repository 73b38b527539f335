# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads which repositories another catalogue has."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import jsonpath

from connectors.catalogue.api import PAGE_SIZE, SoftwareCatalog
from connectors.catalogue.options import PATHS, CatalogueOptions
from connectors.transport import Chain, credential, open_chain
from harvester.leads import LeadKind, Leads, Named, TooManyLeadsError, gather
from harvester.model import Estimate, JsonObject, Spent
from harvester.ports.directory import DirectoryAccess, DirectoryOptions
from harvester.ports.errors import SourceError, TooLargeError, UnexpectedAnswerError


class CatalogueDirectory:
    """Fulfils :class:`harvester.ports.directory.Directory`; README.md says what is asked and when."""

    kind: ClassVar[str] = "catalogue"
    Options: ClassVar[type[DirectoryOptions]] = CatalogueOptions

    def __init__(self, access: DirectoryAccess) -> None:
        self._access = access
        options = access.forge.options
        self._options = options if isinstance(options, CatalogueOptions) else CatalogueOptions()
        self._chain: Chain | None = None

    async def __aenter__(self) -> Self:
        access = self._access
        if not access.is_file:
            who = credential(access.forge.source, [access.address], token=access.forge.token)
            self._chain = open_chain(access.forge, who, headers={"accept": "application/json"})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._chain is not None:
            await self._chain.aclose()

    async def leads(self) -> Leads:
        """Read the whole catalogue; see the port."""
        try:
            if self._options.json_path is not None:
                content = await self._content()
                return await asyncio.to_thread(self._from_json, content)
            return gather(await self._from_api())
        except TooManyLeadsError as error:
            raise UnexpectedAnswerError(f"{self._where}: {error}") from None

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
        async for page in self._api.pages("software"):
            more = " and more" if page.next is not None else ""
            return f"a Software Catalog API with {len(page.rows)} entries{more}"
        raise UnexpectedAnswerError(f"{self._where}: gave no page")

    def spent(self) -> Spent:
        """Say what was spent since it was opened."""
        return self._chain.spent() if self._chain is not None else Spent()

    # --- a Software Catalog API -------------------------------------------------------------

    @property
    def _api(self) -> SoftwareCatalog:
        if self._chain is None:
            raise SourceError(f"{self._where}: a file wants json_path, which says where to look")
        return SoftwareCatalog(self._chain, self._access.address, self._options.catalog)

    async def _from_api(self) -> list[Named]:
        rows: list[Named] = []
        async for page in self._api.pages("software"):
            rows += (_software(row) for row in page.rows)
        if self._options.with_publishers:
            async for page in self._api.pages("publishers"):
                for row in page.rows:
                    rows += _hostings(row)
        return rows

    # --- any JSON ---------------------------------------------------------------------------

    async def _content(self) -> bytes:
        if self._chain is None:
            return await asyncio.to_thread(self._from_file, Path(self._access.address))
        response = await self._chain.get(self._access.address, conditional=True)
        return self._chain.checked(response).content

    def _from_file(self, path: Path) -> bytes:
        most = self._access.forge.http.max_body
        try:
            with path.open("rb") as file:
                content = file.read(most + 1)
        except OSError as error:
            raise SourceError(
                f"{self._where}: cannot be read: {error.strerror}; mend the path or its permissions"
            ) from None
        if len(content) > most:
            raise TooLargeError(f"{self._where}: is larger than {most:,} bytes")
        return content

    def _from_json(self, content: bytes) -> Leads:
        path = self._options.json_path or "$[*].url"
        try:
            found = PATHS.findall(path, self._document(content))
        except (jsonpath.JSONPathError, RecursionError) as error:
            raise UnexpectedAnswerError(
                f"{self._where}: json_path {path} cannot be followed: {error}"
            ) from None
        if not found:
            raise UnexpectedAnswerError(
                f"{self._where}: json_path {path} finds nothing; mend it, or look at the document"
            )
        addresses = (item for value in found for item in (value if type(value) is list else [value]))
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
                f"{self._where}: is neither JSON nor JSON lines ({whole}); is this the address of"
                " the document, and not of a page that shows it?"
            )
        return lines

    @property
    def _where(self) -> str:
        address = self._access.address
        shown = address if self._access.is_file else address.partition("?")[0]
        return f"source {self._access.forge.source}: {shown}"


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
    for hosting in hostings if isinstance(hostings, list) else ():
        url = hosting.get("url") if isinstance(hosting, dict) else None
        if isinstance(url, str):
            yield Named(
                address=url,
                kind=LeadKind.OWNER if hosting.get("group", True) else LeadKind.REPOSITORY,
                name=name if isinstance(name, str) else None,
                ignored=row.get("active") is False,
            )
