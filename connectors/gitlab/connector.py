# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Connects harvester to one GitLab: in which order what is asked, and what becomes of failures."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from connectors.gitlab.dialect import GitLabDialect
from connectors.gitlab.estimate import estimate
from connectors.gitlab.forge import Forge
from connectors.gitlab.graph import MOST_IDS, Graph
from connectors.gitlab.rest import Rest
from connectors.gitlab.texts import Texts
from connectors.gitlab.vitality import Pulse
from connectors.gitlab.walk import walk
from connectors.gitlab.witness import Witness
from connectors.transport import BEARER, Chain, GraphQL, credential, open_chain
from harvester.model import Origin, Repository, Sighting, Vitality
from harvester.ports.connector import AccessToken, ForgeAccess
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnauthorisedError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import (
    Estimate,
    Listing,
    LookUp,
    Page,
    Resolution,
    Scope,
    Size,
    Spent,
    Tagged,
)


class GitLabOptions(BaseModel):
    """GitLab has no keys of its own in a ``[[sources]]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GitLabConnector:
    """Fulfils :class:`harvester.ports.connector.Connector`; README.md says what it asks and when.

    Args:
        access: how the forge is reached.
    """

    kind: ClassVar[str] = "gitlab"
    profile: ClassVar[str] = "standard"
    origin: ClassVar[Origin] = Origin.CRAWL
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = GitLabOptions

    read_batch = MOST_IDS

    def __init__(self, access: ForgeAccess) -> None:
        self._access = access
        self._api_url = access.api_url or f"{access.url}/api/v4"
        self._graphql_url = access.graphql_url or f"{access.url}/api/graphql"
        self._chains: list[Chain] = []
        self._forge: Forge | None = None
        self._pulse: Pulse | None = None

    async def __aenter__(self) -> Self:
        tokens = self._access.tokens
        nobody = self._forge_as(())
        self._forge = self._forge_as(tokens, nobody) if tokens else nobody
        chain = self.anonymous
        graphql = GraphQL(chain, self._graphql_url, GitLabDialect())
        self._pulse = Pulse(chain, graphql, self._api_url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for chain in self._chains:
            await chain.aclose()

    # --- the port ---------------------------------------------------------------------------

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """List public projects page by page; see the port and :mod:`.walk`."""
        return walk(self._open, listing)

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring the texts of the files, a hundred projects a request; see the port.

        A file of more than 1 MiB keeps ``content`` None without ``unread``: its size is told, and
        the core says what that means.
        """
        return await self._open.read(wanted)

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look projects up by id, a hundred a request; see the port."""
        return await self._open.look_up(forge_ids)

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Find projects by path: fifty a request, then one for each that moved; see the port."""
        return await self._open.resolve(paths)

    async def with_topics(self, topics: Sequence[str]) -> Tagged:
        """Find the projects that have one of these topics, a request for each; see the port."""
        return await self._open.with_topics(topics)

    async def vitality(
        self, repositories: Sequence[Repository], now: datetime
    ) -> Mapping[str, Vitality]:
        """Count commits, authors and releases: a request for each project; see the port."""
        if self._pulse is None:
            raise RuntimeError("this connector is not open; use it in an async with statement")
        return await self._pulse.read(repositories, now)

    @property
    def anonymous(self) -> Chain:
        """The chain that shows no token; only while this connector is open."""
        return self._chains[0]

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what the next crawl will cost; asks nobody. See :mod:`.estimate`."""
        return estimate(scope, size, with_token=bool(self._access.tokens))

    async def check(self) -> str:
        """Try the forge with one cheap request, two where it refuses GraphQL; see the port."""
        return await self._open.check()

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened; see the port."""
        return total([chain.spent() for chain in self._chains])

    @classmethod
    async def recognise(cls, access: ForgeAccess) -> bool:
        """Say whether a GitLab lives at ``access.url``: its REST API lists projects to everybody.

        Raises:
            UnreachableError: nobody answers there.
        """
        api_url = access.api_url or f"{access.url}/api/v4"
        nobody = credential(access.source, [api_url])
        async with open_chain(access, nobody, headers={"accept": "application/json"}) as chain:
            response = await chain.get(f"{api_url}/projects", params={"per_page": 1})
            try:
                rows = chain.json(response)
            except (ForbiddenError, NotFoundError, ServerError, UnexpectedAnswerError):
                return False
            except UnauthorisedError:
                return "x-gitlab-meta" in response.headers
        is_list = isinstance(rows, list)
        return is_list and all("path_with_namespace" in row for row in rows)

    def _forge_as(self, tokens: Sequence[AccessToken], nobody: Forge | None = None) -> Forge:
        """Make the forge as the bearer of tokens, or nobody, sees it."""
        access = self._access
        who = credential(
            access.source, [self._api_url, self._graphql_url], tokens=tokens, form=BEARER
        )
        chain = open_chain(access, who, headers={"accept": "application/json"})
        self._chains.append(chain)
        graphql = GraphQL(chain, self._graphql_url, GitLabDialect())
        rest = Rest(chain, self._api_url, access.url, with_token=bool(tokens))
        return Forge(
            url=access.url,
            source=access.source,
            graph=Graph(graphql, Texts(chain, self._api_url), access.url, access.source),
            rest=rest,
            witness=Witness(rest.memberships, nobody) if nobody else None,
        )

    @property
    def _open(self) -> Forge:
        if self._forge is None:
            raise RuntimeError("this connector is not open; use it in an async with statement")
        return self._forge


def total(spent: Sequence[Spent]) -> Spent:
    """Add up what several chains have spent; of budgets the tightest counts."""
    left = [one.budget_left for one in spent if one.budget_left is not None]
    return Spent(
        graphql=sum(one.graphql for one in spent),
        rest=sum(one.rest for one in spent),
        raw=sum(one.raw for one in spent),
        points=sum(one.points for one in spent),
        budget_left=min(left, default=None),
        text_bytes=sum(one.text_bytes for one in spent),
        bytes=sum(one.bytes for one in spent),
        retries=sum(one.retries for one in spent),
        waited_seconds=sum(one.waited_seconds for one in spent),
        not_modified=sum(one.not_modified for one in spent),
    )
