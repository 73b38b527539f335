# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitLab over REST, through python-gitlab: what is left where a forge refuses GraphQL.

A listing tells no files, and without a token neither visibility nor whether a project is archived.
So it is read once for the projects in use and once for the archived, and the files of each project
are read one by one, only where something moved.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.gitlab import facts
from connectors.gitlab.places import Place, PlaceKind, Slice
from connectors.gitlab.rest_backend import gitlab_over
from connectors.gitlab.texts import LARGEST, not_of_the_blob, object_id
from connectors.kit.shapes import MISSHAPEN, misshapen
from connectors.transport import Chain
from connectors.transport.bridge import Bridge
from harvester.model import (
    IGNORE_FILE,
    Activity,
    Details,
    FileVersion,
    JsonObject,
    Owner,
    Repository,
    Sighting,
    Unknown,
    Unread,
)
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import Missing, Private, Tagged

PAGE = 100
"""GitLab gives no more items a page."""
MOST_TAGGED = 10_000
"""Projects with one topic that are asked for; anybody may set it on as many as they please."""
_FOR_ALL = "enabled"
"""GitLab's word for code that everybody may read who sees the project."""
COARSE = timedelta(hours=2)
"""GitLab writes down the last activity once an hour at the most, and not always in time."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a page of a listing begins."""

    archived: bool | None
    """Which projects; None: all at once."""
    at: int = 0
    """The id after which it begins; in a listing by page numbers, the number of the page."""
    total: int | None = None
    """How many projects the listing had at the page before."""

    def text(self) -> str:
        total = "" if self.total is None else self.total
        return f"{'' if self.archived is None else int(self.archived)}/{self.at}/{total}"


def _mark(text: str | None, *, split: bool) -> _Mark:
    if text is None:
        return _Mark(archived=False if split else None)
    archived, at, total = text.split("/")
    return _Mark(
        archived=bool(int(archived)) if archived else None,
        at=int(at),
        total=int(total) if total else None,
    )


class Rest:
    """Asks one GitLab over REST.

    Args:
        chain: the way to the forge.
        api_url: base of the REST API.
        forge_url: canonical web address of the forge.
        with_token: whether the chain shows a token; then answers tell more.
    """

    def __init__(self, chain: Chain, api_url: str, forge_url: str, *, with_token: bool) -> None:
        self._chain = chain
        self._bridge = Bridge(chain)
        self._client = gitlab_over(self._bridge, forge_url)
        self._api_url = api_url
        self._forge_url = forge_url
        self._with_token = with_token
        self._topics: dict[str, tuple[str, ...]] = {}
        """What listings and look-ups said, kept for when the details are read."""

    async def slice(
        self, place: Place, after: str | None, *, since: datetime | None, split: bool | None = None
    ) -> Slice:
        """Read a page of a place; its sightings have ``Unread`` files.

        Args:
            place: what to list.
            after: the end of the page before.
            since: only what was active after this.
            split: archived projects after those in use, which is how they are told apart; None:
                where nothing else tells them apart.

        Raises:
            NotFoundError: there is no such group or user, or not for everybody.
            SourceError: the forge could not be asked.
        """
        mark = _mark(after, split=not self._with_token if split is None else split)
        query: dict[str, Any] = {"order_by": "id", "sort": "asc", "per_page": PAGE}
        if mark.archived is not None:
            query["archived"] = "true" if mark.archived else "false"
        if since is not None:
            query["last_activity_after"] = since.isoformat()
        by_id = place.kind is PlaceKind.INSTANCE
        if by_id:
            query |= {"visibility": facts.PUBLIC, "pagination": "keyset", "id_after": mark.at}
        else:
            query |= {"page": max(mark.at, 1), "include_subgroups": "true", "with_shared": "false"}
        rows, headers = await self._listed(self._address(place), query)
        public = [row for row in rows if self._is_public(row)]
        with self._shaped(self._address(place)):
            following = _next_by_id(mark, rows, headers) if by_id else _next_page(mark, headers)
            seen = [self._repository(row, mark.archived) for row in public]
        return Slice(
            sightings=tuple(Sighting(repository=one, files=Unread()) for one in seen),
            skipped=len(rows) - len(public),
            hidden=tuple(str(row["id"]) for row in rows if not self._is_public(row)),
            after=None if following is None else following.text(),
        )

    async def by_path(self, path: str) -> str | None:
        """Find the id of the public project that has, or had, a path; None: there is none."""
        if path.isdecimal():  # REST would take it for a number
            return None
        row = await self._project(path)
        return str(row["id"]) if row is not None and self._is_public(row) else None

    async def by_id(self, forge_id: str) -> Sighting | Missing | Private:
        """Read a project without its files."""
        row = await self._project(forge_id)
        if row is None:
            return Missing()
        if not self._is_public(row):
            return Private()
        archived = row.get("archived")
        if archived is None:
            near = {"id_after": int(forge_id) - 1, "id_before": int(forge_id) + 1}
            rows, _ = await self._listed("/projects", near | {"archived": "true"})
            archived = bool(rows)
        with self._shaped(f"/projects/{forge_id}"):
            return Sighting(repository=self._repository(row, archived), files=Unread())

    async def memberships(self) -> frozenset[str]:
        """Give the ids of the public projects that the token's account is a member of."""
        ids: set[str] = set()
        query: dict[str, Any] = {"membership": "true", "simple": "true", "per_page": PAGE}
        query |= {"visibility": facts.PUBLIC, "pagination": "keyset", "order_by": "id"}
        query |= {"sort": "asc", "id_after": 0}
        while True:
            rows, headers = await self._listed("/projects", query)
            ids |= {str(row["id"]) for row in rows}
            following = _next_by_id(_Mark(archived=None), rows, headers)
            if following is None:
                return frozenset(ids)
            query["id_after"] = following.at

    async def with_topic(self, topic: str) -> Tagged:
        """Give the public projects with a topic, about :data:`MOST_TAGGED` of them at most.

        The forge has no more than one topic of a name, whatever the case, but finds it by the case
        that it was first written in.
        """
        ids: set[str] = set()
        query: dict[str, Any] = {"topic": topic, "simple": "true", "per_page": PAGE}
        query |= {"visibility": facts.PUBLIC, "pagination": "keyset", "order_by": "id"}
        query |= {"sort": "asc", "id_after": 0}
        while len(ids) < MOST_TAGGED:
            rows, headers = await self._listed("/projects", query)
            ids |= {str(row["id"]) for row in rows}
            following = _next_by_id(_Mark(archived=None), rows, headers)
            if following is None:
                return Tagged(forge_ids=frozenset(ids), whole=True)
            query["id_after"] = following.at
        return Tagged(forge_ids=frozenset(ids), whole=False)

    async def read(self, sighting: Sighting) -> Sighting:
        """Bring the files of a project; if it has any, its languages, and whether it opts out."""
        seen = sighting.repository
        found: list[FileVersion] = []
        for path in facts.PATHS if seen.default_branch else ():
            file = await self._file(seen.forge_id, path)
            if isinstance(file, Unknown):
                return replace(sighting, files=file)
            if file is not None:
                found.append(file)
        languages: tuple[str, ...] = ()
        ignore_file = None
        if found:
            languages = await self._languages(seen.forge_id)
            ignore_file = await self._has(seen.forge_id, IGNORE_FILE)
        details = Details(topics=await self._topics_of(seen.forge_id), languages=languages)
        return Sighting(
            repository=replace(seen, details=details), files=tuple(found), ignore_file=ignore_file
        )

    async def check(self) -> str:
        """Say that a GitLab answers."""
        await self._listed("/projects", {"per_page": 1})
        return "GitLab answers over REST, but not over GraphQL: crawls take more requests"

    # --- asking -----------------------------------------------------------------------------

    def _address(self, place: Place) -> str:
        if place.path.isdecimal():  # REST would take it for a number
            raise NotFoundError(f"over REST no group or user can be asked for as {place.path!r}")
        key = quote(place.path, safe="")
        return {
            PlaceKind.INSTANCE: "/projects",
            PlaceKind.GROUP: f"/groups/{key}/projects",
            PlaceKind.USER: f"/users/{key}/projects",
        }[place.kind]

    async def _listed(
        self, path: str, query: Mapping[str, Any]
    ) -> tuple[list[JsonObject], Mapping[str, str]]:
        def ask() -> tuple[list[JsonObject], Mapping[str, str]]:
            answer = self._client.http_request("get", self._api_url + path, query_data=dict(query))
            return _rows(answer.json()), answer.headers

        with self._shaped(path):
            return await self._bridge.run(ask)

    async def _one(self, path: str) -> JsonObject:
        def ask() -> JsonObject:
            row: JsonObject = self._client.http_request("get", self._api_url + path).json()
            if not isinstance(row, dict):
                raise TypeError("it is no object")
            return row

        with self._shaped(path):
            return await self._bridge.run(ask)

    @contextmanager
    def _shaped(self, path: str) -> Iterator[None]:
        """Turn what an answer lacks into the forge's error."""
        try:
            yield
        except MISSHAPEN as error:
            raise misshapen(self._chain.source, f"{self._api_url}{path}", error) from error

    async def _project(self, key: str) -> JsonObject | None:
        """Read a project by path or id; None: GitLab says that there is none for everybody.

        Raises:
            UnexpectedAnswerError: somebody else said 404: a proxy, or a server without this API.
        """
        try:
            row = await self._one(f"/projects/{quote(key, safe='')}")
        except NotFoundError as error:
            if "Project Not Found" in str(error):
                return None
            raise UnexpectedAnswerError(str(error)) from error
        with self._shaped(f"/projects/{key}"):
            _rows([row])
        return row

    async def _has(self, forge_id: str, path: str) -> bool | None:
        """Say whether the branch has a file of this path; None where nobody says."""
        told = await self._entry(forge_id, path)
        return None if isinstance(told, Unknown) else told is not None

    async def _file(self, forge_id: str, path: str) -> FileVersion | Unknown | None:
        """Read a file; None where the branch has none of this path."""
        told = await self._entry(forge_id, path)
        if not isinstance(told, tuple):
            return told
        file, text = told
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            content = b""
        self._chain.statistics.text_bytes += len(content)
        if object_id(content, file.blob_id) != file.blob_id:
            return replace(file, unread=not_of_the_blob(path, file.blob_id))
        return file if len(content) > LARGEST else replace(file, content=content)

    async def _entry(self, forge_id: str, path: str) -> tuple[FileVersion, str] | Unknown | None:
        """Ask for a file and its content in base64; None where the branch has none of this path."""
        address = f"/projects/{forge_id}/repository/files/{quote(path, safe='')}?ref=HEAD"
        try:
            told = await self._one(address)
            with self._shaped(address):
                file = FileVersion(path=path, blob_id=str(told["blob_id"]), size=int(told["size"]))
                return file, str(told["content"])
        except NotFoundError as error:
            # an empty repository has a default branch all the same, but no commit
            absent = any(what in str(error) for what in ("File Not Found", "Commit Not Found"))
            return None if absent else Unknown(reason=f"GitLab would not tell {path}: {error}")
        except (ForbiddenError, ServerError, UnexpectedAnswerError) as error:
            return Unknown(reason=f"GitLab would not tell {path}: {error}")

    async def _languages(self, forge_id: str) -> tuple[str, ...]:
        address = f"/projects/{forge_id}/languages"
        shares = await self._one(address)
        with self._shaped(address):
            return tuple(sorted(shares, key=lambda name: -float(shares[name])))

    async def _topics_of(self, forge_id: str) -> tuple[str, ...]:
        if forge_id not in self._topics:
            await self.by_id(forge_id)
        return self._topics.get(forge_id, ())

    # --- reading what was told --------------------------------------------------------------

    def _is_public(self, row: JsonObject) -> bool:
        """Say whether everybody may see a project and its code.

        Without a token no other project is answered, and who may not read the code is told of no
        default branch.
        """
        visibility = row.get("visibility", None if self._with_token else facts.PUBLIC)
        code = row.get("repository_access_level", _FOR_ALL)
        return visibility == facts.PUBLIC and code == _FOR_ALL and "default_branch" in row

    def _repository(self, row: JsonObject, archived: bool | None) -> Repository:
        forge_id, path = str(row["id"]), str(row["path_with_namespace"])
        web_url = f"{self._forge_url}/{path}"
        branch = None if row.get("empty_repo") else row.get("default_branch")
        namespace = row.get("namespace") or {}
        forked = row.get("forked_from_project")
        parent = None
        if forked and forked.get("visibility") == facts.PUBLIC:
            parent = forked["path_with_namespace"]  # else it may be one that only the token sees
        active = facts.moment(row.get("last_activity_at"))
        topics = self._topics[forge_id] = tuple(row.get("topics") or row.get("tag_list") or ())
        return Repository(
            forge_id=forge_id,
            path=path,
            web_url=web_url,
            name=str(row["name"]),
            description=row.get("description") or None,
            owner=Owner(
                path=str(namespace.get("full_path") or path.rpartition("/")[0]),
                name=namespace.get("name"),
                kind="group" if namespace.get("kind", "group") == "group" else "user",
            ),
            default_branch=branch,
            archived=bool(row.get("archived", archived)),
            fork=bool(forked),
            mirror=bool(row.get("mirror")),
            parent_url=None if parent is None else f"{self._forge_url}/{parent}",
            created_at=facts.moment(row.get("created_at")),
            raw_base=facts.raw_base(web_url, branch),
            activity=Activity(
                stars=row.get("star_count"), forks=row.get("forks_count"), pushed_at=active
            ),
            revision=_revision(active, topics, self._chain.clock.now()),
        )


def _rows(told: object) -> list[JsonObject]:
    """Check that a listing is one; a row without the least that is needed is no row."""
    if not isinstance(told, list):
        raise TypeError("it is no list")
    if not all(
        isinstance(row, dict) and {"id", "path_with_namespace"} <= row.keys() for row in told
    ):
        raise TypeError("it lists what are no projects")
    return told


def _revision(active: datetime | None, topics: Sequence[str], now: datetime) -> str:
    """Give a text that is the same as long as the files cannot have changed.

    The time of the last activity is coarse. So a young one is never taken for the same: the files
    are read again until it has come of age.
    """
    if active is None or now - active < COARSE:
        return f"{facts.revision(active, topics)} seen {now.isoformat()}"
    return facts.revision(active, topics)


def _next_by_id(
    mark: _Mark, rows: Sequence[JsonObject], headers: Mapping[str, str]
) -> _Mark | None:
    if rows and 'rel="next"' in headers.get("Link", ""):
        return replace(mark, at=int(rows[-1]["id"]))
    return _then_archived(mark)


def _next_page(mark: _Mark, headers: Mapping[str, str]) -> _Mark | None:
    """Go to the next page; back, if so many projects vanished that later ones moved forward."""
    page = max(mark.at, 1)
    total = int(headers["X-Total"]) if headers.get("X-Total") else None
    vanished = max((mark.total or 0) - total, 0) if total is not None else 0
    if vanished:
        return replace(mark, at=max(1, page - -(-vanished // PAGE)), total=total)
    if headers.get("X-Next-Page"):
        return replace(mark, at=page + 1, total=total)
    return _then_archived(mark)


def _then_archived(mark: _Mark) -> _Mark | None:
    """After the projects in use come the archived ones, where they have to be told apart."""
    return _Mark(archived=True) if mark.archived is False else None
