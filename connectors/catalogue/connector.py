# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads the entries of a Software Catalog API themselves: what they say, in place of a repository.

An entry is seen as a repository is, with its publiccode.yml as it stands in the catalogue; its
"owner" is the host of the repository that it describes, so that a scope can mean the hosts that no
other connector reads.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel

from connectors.catalogue.api import PAGE_SIZE, SoftwareCatalog
from connectors.catalogue.options import CatalogueOptions
from connectors.kit import each, object_id
from connectors.transport import Chain, credential, open_chain
from harvester.model import (
    Details,
    FileVersion,
    JsonObject,
    Origin,
    Owner,
    Repository,
    Sighting,
    Unknown,
)
from harvester.ports.connector import ForgeAccess
from harvester.ports.errors import SourceError
from harvester.ports.listing import (
    Estimate,
    Failure,
    FailureCode,
    Found,
    Listing,
    LookUp,
    Missing,
    Page,
    Resolution,
    Scope,
    ScopeKind,
    Size,
    Spent,
)
from harvester.urls import BadUrlError, host_of, path_of, repository_url

_FILE = "publiccode.yml"


class CatalogueConnector:
    """Fulfils :class:`harvester.ports.connector.Connector`; README.md says what it asks."""

    kind: ClassVar[str] = "catalogue"
    profile: ClassVar[str] = "standard"
    origin: ClassVar[Origin] = Origin.CATALOGUE
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = CatalogueOptions
    read_batch = PAGE_SIZE

    def __init__(self, access: ForgeAccess) -> None:
        self._access = access
        self._options = (
            access.options if isinstance(access.options, CatalogueOptions) else CatalogueOptions()
        )
        self._opened: Chain | None = None

    async def __aenter__(self) -> Self:
        access = self._access
        who = credential(access.source, [access.api_url or access.url], token=access.token)
        self._opened = open_chain(access, who, headers={"accept": "application/json"})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            await self._opened.aclose()

    # --- the port ---------------------------------------------------------------------------

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """List the entries, the oldest first, which is an order that does not move.

        The API cannot say what changed, so that every crawl reads it whole.
        """
        if listing.scope.kind is not ScopeKind.INSTANCE and not listing.scope.paths:
            yield Page(sightings=(), cursor=None)
            return
        async for page in self._api.pages("software", listing.cursor):
            seen = tuple(self._seen(page.rows, listing.scope))
            yield Page(
                sightings=tuple(one for one in seen if isinstance(one, Sighting)),
                failures=tuple(one for one in seen if isinstance(one, Failure)),
                cursor=page.next,
            )

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Give back what the pages brought, which is everything."""
        return wanted

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look entries up by their id."""
        return await each(self._access.source, forge_ids, self._looked_up)

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Say nothing: no address of a repository lies below a catalogue's."""
        return dict.fromkeys(paths)

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what a crawl will cost; asks nobody."""
        return Estimate(
            rest=max(1, -(-size.repositories // PAGE_SIZE)),
            exact=scope.kind is ScopeKind.INSTANCE and not size.first,
            remark=f"all pages of {PAGE_SIZE} entries, whatever of them is kept",
        )

    async def check(self) -> str:
        """Ask for the first page; see the port."""
        async for page in self._api.pages("software"):
            return f"a Software Catalog API with {len(page.rows)} entries on its first page"
        raise SourceError(f"source {self._access.source}: the catalogue gave no page")

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened; see the port."""
        return self._chain.spent()

    @classmethod
    async def recognise(cls, access: ForgeAccess) -> bool:  # noqa: ARG003 - the port's
        """Say no: a catalogue is named in the settings, and never the forge of an address."""
        return False

    # --- inside -----------------------------------------------------------------------------

    @property
    def _chain(self) -> Chain:
        if self._opened is None:
            raise RuntimeError("the connector is used before it was opened")
        return self._opened

    @property
    def _api(self) -> SoftwareCatalog:
        base = self._access.api_url or self._access.url
        return SoftwareCatalog(self._chain, base, self._options.catalog)

    async def _looked_up(self, forge_id: str) -> LookUp:
        row = await self._api.software(forge_id)
        if row is None or row.get("active") is False:
            return Missing()
        seen = self._entry(row)
        if not isinstance(seen, Sighting):
            return Unknown(reason="the catalogue's entry has no address, or no publiccode.yml")
        return Found(sighting=seen)

    def _seen(self, rows: Sequence[JsonObject], scope: Scope) -> Iterator[Sighting | Failure]:
        hosts = None if scope.kind is ScopeKind.INSTANCE else set(scope.paths)
        for row in rows:
            if row.get("active") is False:
                continue
            seen = self._entry(row)
            if isinstance(seen, Failure):
                if hosts is None:
                    yield seen
            elif hosts is None or seen.repository.owner.path in hosts:
                yield seen

    def _entry(self, row: JsonObject) -> Sighting | Failure:
        """Make a sighting of an entry."""
        identity, url, text = row.get("id"), row.get("url"), row.get("publiccodeYml")
        try:
            described = repository_url(url) if isinstance(url, str) else None
        except BadUrlError:
            described = None
        if not isinstance(identity, str) or not identity or described is None:
            return Failure(
                subject=f"{self._access.url}: entry {str(identity)[:100]}",
                code=FailureCode.UNREADABLE,
                message="the catalogue's entry has no id, or no address of a repository",
            )
        host, path = host_of(described), path_of(described)
        repository = Repository(
            forge_id=identity,
            path=f"{host}/{path}",
            web_url=f"{self._access.url}/software/{identity}",
            name=path.rpartition("/")[2],
            description=None,
            owner=Owner(path=host, name=None, kind="organization"),
            default_branch=None,
            archived=False,
            fork=False,
            mirror=False,
            details=Details(topics=(), languages=()),
            revision=str(row.get("updatedAt")),
        )
        files: tuple[FileVersion, ...] = ()
        if isinstance(text, str) and text.strip():
            content = text.encode(errors="replace")
            files = (
                FileVersion(
                    path=_FILE, blob_id=object_id(content), size=len(content), content=content
                ),
            )
        return Sighting(repository=repository, files=files)
