# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector: chooses between GraphQL and REST, and fulfils the port."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import BaseModel

from connectors.github.addresses import addresses
from connectors.github.aliases import document
from connectors.github.anonymous import AnonymousReader
from connectors.github.cursor import Position, key, position
from connectors.github.details import BATCH, Details
from connectors.github.dialect import GitHubDialect
from connectors.github.estimate import estimate
from connectors.github.located import located
from connectors.github.named import named_pages
from connectors.github.nodes import NotPublic
from connectors.github.options import GitHubOptions
from connectors.github.owners import OwnerListing
from connectors.github.rest import is_json, sighting_of_json
from connectors.github.scope import by_visit, named
from connectors.github.streams import Agenda
from connectors.github.vitality import vitality
from connectors.kit.shapes import MISSHAPEN, misshapen
from connectors.transport import Chain, GraphQL, credential, open_chain
from connectors.transport.answers import is_about_the_way
from connectors.transport.bridge import Bridge
from connectors.transport.redirects import trail_of
from harvester.model import Origin, Repository, Sighting, Unknown, Vitality
from harvester.ports.connector import ForgeAccess
from harvester.ports.errors import BudgetExhaustedError, ForbiddenError, SourceError
from harvester.ports.listing import (
    Estimate,
    Found,
    Listing,
    LookUp,
    Missing,
    Page,
    Private,
    Resolution,
    Scope,
    Size,
    Spent,
    Tagged,
)

if TYPE_CHECKING:
    from connectors.github.app import InstallationTokens

_HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
_FAILED_IN_A_ROW = 3
"""So many look-ups that fail in a row are not bad repositories but a bad forge, or way to it."""
_REMEDY = (
    "; with a token GitHub allows 5,000 points an hour, each good for a hundred repositories,"
    " instead of 60 requests: set token_env, or app_id, installation_id and private_key_file"
)


class GitHubConnector:
    """Reads a GitHub, or an Enterprise Server, with a token, as a GitHub App or anonymously."""

    kind: ClassVar[str] = "github"
    profile: ClassVar[str] = "standard"
    origin: ClassVar[Origin] = Origin.CRAWL
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = GitHubOptions
    read_batch = BATCH

    def __init__(self, access: ForgeAccess) -> None:
        self._access = access
        self._where = addresses(access)
        self._options = (
            access.options if isinstance(access.options, GitHubOptions) else GitHubOptions()
        )
        self._anonymous = not access.tokens and self._options.app_id is None
        self._opened: Chain | None = None
        self._reader: AnonymousReader | None = None

    async def __aenter__(self) -> Self:
        access, urls = self._access, [self._where.api, self._where.graphql]
        app = self._app()
        if app is None:
            who = credential(access.source, urls, tokens=access.tokens)
        else:
            who = credential(
                access.source,
                urls,
                provider=app.token,
                refused=app.refused,
                account=app.account,
                tokens=access.tokens,
            )
        self._opened = open_chain(access, who, headers=_HEADERS)
        if app is not None:
            app.bind(Bridge(self._opened))
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
        """List the repositories of a scope: those asked for by name first, then the owners'."""
        names = named(listing.scope, self._access.source)
        place = position(listing.cursor, listing.since, anonymous=self._anonymous)
        agenda = Agenda(by_visit(names.owners, listing.recent_owners), place)
        owners_left = agenda.owners_left
        try:
            if names.repositories:
                last = None
                async for page in self._named(names.repositories, place, len(names.owners)):
                    self._raise_if_exhausted()
                    yield page
                    last = page
                if last is not None and last.cursor is None:
                    return
            async for page in self._of_owners(agenda, listing):
                self._raise_if_exhausted()
                yield page
                owners_left = agenda.owners_left
        except BudgetExhaustedError as error:
            names_left = len(place.after(names.repositories))
            raise self._told(error, owners_left, names_left) from error

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring texts, topics and languages; without a token, the files from the raw host."""
        if not wanted:
            return ()
        if self._anonymous:
            return await self._anonymous_reader().read(wanted)
        return await Details(self._chain, self._graphql(), self._where).read(wanted)

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look repositories up by their number, over REST, whose 404 is a word to rely on."""
        answers: dict[str, LookUp] = {}
        found: list[Sighting] = []
        failed, reason = 0, ""
        for forge_id in forge_ids:
            if failed == _FAILED_IN_A_ROW:
                answers[forge_id] = Unknown(reason=reason)
                continue
            try:
                seen = await self._looked_up(forge_id)
            except SourceError as error:
                if is_about_the_way(error):
                    raise
                failed, reason = failed + 1, str(error)
                answers[forge_id] = Unknown(reason=reason)
                continue
            failed = 0
            if isinstance(seen, Sighting):
                found.append(seen)
            else:
                answers[forge_id] = seen
        try:
            read = await self.read(found)
        except SourceError as error:
            if is_about_the_way(error):
                raise
            reason = str(error)
            return answers | {s.repository.forge_id: Unknown(reason=reason) for s in found}
        return answers | {s.repository.forge_id: Found(sighting=s) for s in read}

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Find repositories by name, a hundred a query; without a token one a request."""
        if self._anonymous:
            return await self._anonymous_reader().located(paths)
        return await located(self._graphql(), paths)

    async def with_topics(self, topics: Sequence[str]) -> Tagged | None:
        """Search for who has one of these topics; None with a token, that sees updates."""
        return await self._anonymous_reader().with_topics(topics) if self._anonymous else None

    async def vitality(
        self, repositories: Sequence[Repository], now: datetime
    ) -> Mapping[str, Vitality]:
        """Count commits, authors and releases; without a token, that is too dear."""
        return {} if self._anonymous else await vitality(self._graphql(), repositories, now)

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what the next crawl will cost; see :mod:`.estimate`."""
        return estimate(scope, size, anonymous=self._anonymous)

    async def check(self) -> str:
        """Ask what is left of the budget."""
        if self._anonymous:
            told = self._chain.json(await self._chain.get(f"{self._where.api}/rate_limit"))
            core = told["resources"]["core"]
            return (
                f"{self._where.web} answers; without a token,"
                f" {core['remaining']} of {core['limit']} requests are left this hour"
            )
        answer = await self._graphql().execute(document("budget.graphql"))
        budget = answer.data.get("rateLimit")
        if budget is None:
            return f"{self._where.web} answers and takes the credentials; it sets no limits"
        return (
            f"{self._where.web} answers and takes the credentials;"
            f" {budget['remaining']} of {budget['limit']} points are left this hour"
        )

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened."""
        return self._chain.spent()

    @staticmethod
    async def recognise(access: ForgeAccess) -> bool:
        """Say whether the forge is a GitHub: only they number their answers so."""
        where = addresses(access)
        async with open_chain(access, credential(access.source, [where.api])) as chain:
            try:
                answer = await chain.get(f"{where.api}/rate_limit")
            except SourceError:
                return False
            return "x-github-request-id" in answer.headers

    # --- inside -----------------------------------------------------------------------------

    @property
    def _chain(self) -> Chain:
        if self._opened is None:
            raise RuntimeError("a connector is used in an async with statement")
        return self._opened

    def _graphql(self) -> GraphQL:
        return GraphQL(self._chain, self._where.graphql, GitHubDialect())

    def _anonymous_reader(self) -> AnonymousReader:
        if self._reader is None:
            self._reader = AnonymousReader(self._chain, self._where)
        return self._reader

    def _app(self) -> "InstallationTokens | None":
        options = self._options
        if (
            options.app_id is None
            or options.installation_id is None
            or options.private_key_file is None
        ):
            return None
        try:
            private_key = options.private_key_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"source {self._access.source}: private_key_file {options.private_key_file} cannot"
                f" be read ({error}); give the PEM file that GitHub made for the App"
            ) from error
        from connectors.github.app import InstallationTokens

        return InstallationTokens(
            app_id=str(options.app_id),
            private_key=private_key,
            installation_id=options.installation_id,
            api_url=self._where.api,
            clock=self._access.clock,
        )

    def _named(
        self, repositories: Sequence[str], place: Position, owners: int
    ) -> AsyncIterator[Page]:
        if self._anonymous:
            return self._anonymous_reader().named_pages(repositories, place, owners_left=owners)
        return named_pages(
            self._graphql(),
            self._where,
            repositories,
            place,
            owners_left=owners,
            source=self._access.source,
        )

    def _of_owners(self, agenda: Agenda, listing: Listing) -> AsyncIterator[Page]:
        visited = frozenset(key(path) for path in listing.recent_owners)
        if self._anonymous:
            return self._anonymous_reader().owner_pages(agenda, visited)
        listing_of = OwnerListing(
            self._graphql(), self._where, agenda, visited=visited, source=self._access.source
        )
        return listing_of.pages()

    async def _looked_up(self, forge_id: str) -> Sighting | Missing | Private | Unknown:
        """Ask for one repository.

        Only GitHub's own 404 means that it is missing: not that of a proxy, nor of a page that the
        question was sent on to, nor one that was met while an App's token was fetched.

        Raises:
            SourceError: what went wrong is not about this repository.
        """
        response = await self._chain.get(f"{self._where.api}/repositories/{forge_id}")
        own = is_json(response) and trail_of(response).hops == 0
        if response.status_code == HTTPStatus.NOT_FOUND and own:
            return Missing()
        try:
            told = self._chain.json(response)
        except ForbiddenError as error:
            return Unknown(reason=str(error))
        try:
            made = sighting_of_json(told, self._where, lasting=self._anonymous)
        except MISSHAPEN as error:
            raise misshapen(self._access.source, f"repository {forge_id}", error) from error
        return Private() if isinstance(made, NotPublic) else made

    def _raise_if_exhausted(self) -> None:
        if self._reader is not None and self._reader.exhausted is not None:
            raise self._reader.exhausted

    def _told(
        self, error: BudgetExhaustedError, owners: int, repositories: int
    ) -> BudgetExhaustedError:
        """Say what is left to do, and what would help."""
        left = f"; owners left: {owners}" if owners or not repositories else ""
        if repositories:
            left += f"; repositories left: {repositories}"
        remedy = _REMEDY if self._anonymous else ""
        return BudgetExhaustedError(f"{error}{left}{remedy}", error.not_before)
