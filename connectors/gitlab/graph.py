# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitLab over GraphQL: pages of projects with the blob ids, and where asked for the texts."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.gitlab import facts
from connectors.gitlab.places import Place, PlaceKind, Slice
from connectors.gitlab.texts import Texts
from connectors.gitlab.told import (
    Hidden,
    Told,
    all_older,
    connection_of,
    ids_of,
    ids_of_hidden,
    is_hidden,
    is_quiet,
    page_info,
    with_wish,
)
from connectors.kit import numbered, repeated
from connectors.kit.shapes import MISSHAPEN, misshapen
from connectors.transport import (
    Answer,
    Document,
    GraphQL,
    ItemUnreadableError,
    TooComplexError,
    load,
)
from harvester.model import IGNORE_FILE, JsonObject, Sighting, Unknown
from harvester.ports.listing import Failure, FailureCode

logger = logging.getLogger(__name__)

_QUERIES = "connectors.gitlab.queries"
_INSTANCE = load(_QUERIES, "instance.graphql", "project.graphql")
_GROUP = load(_QUERIES, "group.graphql", "project.graphql")
_IDS = load(_QUERIES, "ids.graphql", "project.graphql")
_PATHS = load(_QUERIES, "paths.graphql", "project.graphql")
_CHECK = load(_QUERIES, "check.graphql")
_NEWEST = "newest.graphql"

MOST_PATHS = 50
"""GitLab takes no more full paths in one query."""
MOST_GROUPS = 12
"""So many groups' newest activity is as complex as GitLab bears without a token."""
FEWEST_GROUPS = 3
"""Fewer are listed at once: that costs no more, and where one moved, less."""
MOST_IDS = 100
"""It takes a thousand ids, but gives a hundred projects a page."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Where an answer holds the projects of a place."""

    document: Document
    above: tuple[str, ...]
    """The fields down to the one that holds ``projects``."""
    newest: str
    """How it is sorted by activity."""
    sweep: str | None
    """How it is sorted in an order that does not move; None: by the default, newest id first."""


_EVERYWHERE = Place(PlaceKind.INSTANCE)
_WAYS = {
    PlaceKind.INSTANCE: _Way(_INSTANCE, (), "latest_activity_desc", "id_asc"),
    PlaceKind.GROUP: _Way(_GROUP, ("group",), "ACTIVITY_DESC", None),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """An answer, with what was asked for."""

    answer: Answer
    paths: tuple[str, ...]
    texts: bool


class Graph:
    """Asks one GitLab over GraphQL.

    Some releases score a query for two files beyond every limit. Then one file is asked for with
    the listing, and the other, for the projects without the first, by a second query.

    Args:
        graphql: the endpoint.
        texts: checks and completes the texts of files.
        forge_url: canonical web address of the forge.
        source: the configured name, for messages.
    """

    def __init__(self, graphql: GraphQL, texts: Texts, forge_url: str, source: str) -> None:
        self._graphql = graphql
        self._source = source
        self._texts = texts
        self._forge_url = forge_url
        self._paths: tuple[str, ...] = facts.ASKED

    async def slice(
        self, place: Place, after: str | None, *, since: datetime | None, texts: bool
    ) -> Slice:
        """Read a page of a place.

        Args:
            place: what to list; not a user.
            after: the end of the page before.
            since: newest activity first, and the last page is the one that ends before this.
            texts: bring the bytes of the files.

        Raises:
            NoSuchPlaceError: there is no such group, or not for everybody.
            UnreadablePlaceError: it is there, but cannot be listed.
            LostPlaceError: ``after`` is not understood.
            SourceError: as :meth:`.GraphQL.page` raises it.
        """
        way = _WAYS[place.kind]
        sort = way.sweep if since is None else way.newest
        fixed: dict[str, Any] = {"after": after, "counted": after is None}
        fixed |= {"path": place.path} if place.path else {}
        fixed |= {"sort": sort} if sort else {}
        try:
            asked = await self._page(way.document, fixed, texts=texts)
        except ItemUnreadableError as error:
            return await self._step_over(place, fixed, error)
        connection = connection_of(asked.answer, way.above, place, after)
        told = await self._told(asked, connection, (*way.above, "projects"))
        info = page_info(connection)
        failures = [one for one in told if isinstance(one, Failure)]
        following = None
        if info["hasNextPage"] and not (since is not None and all_older(told, since)):
            following = self._following(info, place, after, failures)
        return Slice(
            sightings=tuple(one for one in told if isinstance(one, Sighting)),
            skipped=sum(1 for one in told if isinstance(one, Hidden)),
            hidden=ids_of_hidden(told),
            failures=tuple(failures),
            after=following,
            total=connection.get("count"),
        )

    async def quiet(self, paths: Sequence[str], since: datetime) -> tuple[str, ...]:
        """Give those of some paths that are groups in which nothing was active since then.

        Of what is in doubt, nothing is said: it is to be listed.
        """
        quiet: list[str] = []
        rest = list(paths)
        while rest:
            try:
                answer = await self._graphql.page(
                    lambda size: repeated(_QUERIES, size, _NEWEST),
                    _groups(tuple(rest)),
                    most=min(len(rest), MOST_GROUPS),
                )
            except ItemUnreadableError:
                rest = rest[1:]
                continue
            asked = rest[: answer.size or len(rest)]
            rest = rest[len(asked) :]
            for number, path in enumerate(asked):
                name = f"group_{number}"
                told = not answer.errors_at(name)
                if told and is_quiet(answer.data.get(name), since):
                    quiet.append(path)
        return tuple(quiet)

    async def by_paths(self, paths: Sequence[str], *, texts: bool) -> tuple[Told, ...]:
        """Read projects by their paths of today, at most :data:`MOST_PATHS` of them."""
        told: list[Told] = []
        rest = list(paths)
        while rest:
            try:
                asked = await self._page(_PATHS, {}, texts=texts, listed=("fullPaths", rest))
            except ItemUnreadableError as error:
                told.append(self._failure(rest[0], None, str(error)))
                rest = rest[1:]
                continue
            rest = rest[asked.answer.size or len(rest) :]
            connection = connection_of(asked.answer, (), _EVERYWHERE, None)
            told.extend(await self._told(asked, connection, ("projects",)))
        return tuple(told)

    async def by_ids(
        self, forge_ids: Sequence[str], *, texts: bool, paths: tuple[str, ...] | None = None
    ) -> dict[str, Sighting | Hidden | Unknown]:
        """Read projects by id; one that the answer does not hold, for no error, is left out.

        Args:
            forge_ids: any number of them.
            texts: bring the bytes of the files.
            paths: which files; all if None.
        """
        found: dict[str, Sighting | Hidden | Unknown] = {}
        rest = list(forge_ids)
        while rest:
            batch = rest[:MOST_IDS]
            gids = [facts.global_id(forge_id) for forge_id in batch]
            try:
                asked = await self._page(_IDS, {}, texts=texts, listed=("ids", gids), paths=paths)
            except ItemUnreadableError as error:
                found[batch[0]] = Unknown(reason=str(error))
                rest = rest[1:]
                continue
            batch = batch[: asked.answer.size or len(batch)]
            rest = rest[len(batch) :]
            found |= await self._by_id(asked, batch)
        return found

    async def check(self) -> str:
        """Say which GitLab answers."""
        answer = await self._graphql.execute(_CHECK)
        version = (answer.data.get("metadata") or {}).get("version")
        limit = (answer.data.get("queryComplexity") or {}).get("limit")
        named = f"GitLab {version}" if version else "GitLab"
        return f"{named} answers over GraphQL" + (f", complexity up to {limit}" if limit else "")

    # --- asking -----------------------------------------------------------------------------

    async def _page(
        self,
        document: Document,
        fixed: dict[str, Any],
        *,
        texts: bool,
        listed: tuple[str, Sequence[str]] | None = None,
        paths: tuple[str, ...] | None = None,
    ) -> _Asked:
        """Ask for a page, of one file less if two are too complex.

        Args:
            document: the query.
            fixed: variables that are the same for a page of any size.
            texts: bring the texts of the files.
            listed: the name and the values of a variable that lists what is asked for.
            paths: which files; as many as the forge bears if None.
        """
        files = paths or self._paths

        def variables(size: int) -> dict[str, Any]:
            sized: dict[str, Any] = {"first": size}
            if listed is not None:
                sized[listed[0]] = list(listed[1][:size])
            return fixed | sized | {"paths": list(files), "texts": texts, "whole": True}

        most = MOST_IDS if listed is None else min(len(listed[1]), MOST_IDS)
        try:
            answer = await self._graphql.page(_form(document, files), variables, most=most)
        except TooComplexError:
            if len(files) == 1:
                raise
            logger.info("%s: asks for one file at a time, two are too complex", self._forge_url)
            self._paths = facts.PATHS[:1]
            return await self._page(document, fixed, texts=texts, listed=listed)
        return _Asked(answer, files, texts)

    async def _step_over(
        self, place: Place, fixed: dict[str, Any], error: ItemUnreadableError
    ) -> Slice:
        """Find out which project breaks a page of one, and go on behind it."""
        way = _WAYS[place.kind]
        bare = {"first": 1, "paths": list(self._paths), "texts": False, "whole": False}
        answer = await self._graphql.execute(_form(way.document, self._paths), fixed | bare)
        connection = connection_of(answer, way.above, place, fixed["after"])
        nodes = [node for node in connection["nodes"] or () if node is not None]
        info = page_info(connection)
        public = [node for node in nodes if node.get("visibility") == facts.PUBLIC]
        failures = [
            self._failure(node["fullPath"], facts.forge_id(node), str(error)) for node in public
        ]
        following = None
        if info["hasNextPage"]:
            following = self._following(info, place, fixed["after"], failures)
        return Slice(
            skipped=len(nodes) - len(public),
            hidden=tuple(facts.forge_id(node) for node in nodes if node not in public),
            failures=tuple(failures),
            after=following,
            total=connection.get("count"),
        )

    def _following(
        self, info: JsonObject, place: Place, after: str | None, failures: list[Failure]
    ) -> str | None:
        """Give where the next page begins; None and a failure where the forge does not say.

        Else a listing would end as if it were whole, or begin anew without end.
        """
        end: str | None = info["endCursor"]
        if end is not None and end != after:
            return end
        failures.append(
            Failure(
                subject=f"{self._forge_url}/{place.path}".rstrip("/"),
                code=FailureCode.UNREADABLE,
                message="GitLab says that more projects follow, but not where; the next crawl"
                " tries again",
            )
        )
        return None

    # --- reading what was told --------------------------------------------------------------

    async def _told(
        self, asked: _Asked, connection: JsonObject, way: tuple[str, ...]
    ) -> list[Told]:
        told: list[Told] = []
        for index, node in enumerate(connection["nodes"] or ()):
            errors = [e.message for e in asked.answer.errors_at(*way, "nodes", index)]
            if node is None:
                told.append(self._nameless(errors or ["nothing came in its place, and no reason"]))
                continue
            try:
                if is_hidden(node, errors):
                    told.append(Hidden(facts.forge_id(node)))
                else:
                    told.append(await self._sighting(node, errors, asked))
            except MISSHAPEN as error:
                told.append(self._nameless([str(misshapen(self._source, "a project", error))]))
        return await self._completed(told, asked)

    async def _sighting(self, node: JsonObject, errors: Sequence[str], asked: _Asked) -> Sighting:
        seen = facts.repository(node, self._forge_url)
        found = facts.files(node, errors)
        ignore_file = None
        if IGNORE_FILE in asked.paths:
            ignore_file = facts.has_ignore_file(node, errors)
        if asked.texts and isinstance(found, tuple) and found:
            text = facts.text(node, found[0].path)
            winner = await self._texts.checked(seen.forge_id, found[0], text)
            found = (winner, *found[1:])
        return Sighting(repository=seen, files=found, ignore_file=ignore_file)

    async def _completed(self, told: list[Told], asked: _Asked) -> list[Told]:
        """Where one file was asked for: ask for the other of those that do not have the first.

        Of those that have one, ask whether they opt out.
        """
        if asked.paths != facts.PATHS[:1]:
            return told
        without = ids_of(told, lambda files: files == ())
        if without:
            second = await self.by_ids(without, texts=asked.texts, paths=facts.PATHS[1:])
            told = [self._merged(one, second) for one in told]
        having = ids_of(told, lambda files: isinstance(files, tuple) and files != ())
        if having:
            third = await self.by_ids(having, texts=False, paths=(IGNORE_FILE,))
            told = [with_wish(one, third) for one in told]
        return told

    def _merged(self, one: Told, second: dict[str, Sighting | Hidden | Unknown]) -> Told:
        if not isinstance(one, Sighting) or one.files != ():
            return one
        found = second.get(one.repository.forge_id)
        if isinstance(found, Sighting):
            return replace(one, files=found.files)
        reason = found.reason if isinstance(found, Unknown) else "it vanished while it was read"
        return replace(one, files=Unknown(reason=reason))

    async def _by_id(
        self, asked: _Asked, batch: Sequence[str]
    ) -> dict[str, Sighting | Hidden | Unknown]:
        found: dict[str, Sighting | Hidden | Unknown] = {}
        connection = connection_of(asked.answer, (), _EVERYWHERE, None)
        nodes = connection["nodes"] or ()
        told = await self._told(asked, connection, ("projects",))
        for node, one in zip(nodes, told, strict=True):
            if not isinstance(one, Failure):
                found[facts.forge_id(node)] = one
        if any(isinstance(one, Failure) for one in told):
            said = next(one.message for one in told if isinstance(one, Failure))
            lost = Unknown(reason=said)
            found |= {forge_id: lost for forge_id in batch if forge_id not in found}
        return found

    def _nameless(self, errors: Iterable[str]) -> Failure:
        return self._failure("", None, "; ".join(errors))

    def _failure(self, path: str, forge_id: str | None, message: str) -> Failure:
        return Failure(
            subject=f"{self._forge_url}/{path}".rstrip("/"),
            code=FailureCode.UNREADABLE,
            message=f"GitLab cannot tell this project: {message}; the next crawl tries again",
            forge_id=forge_id,
        )


def _form(document: Document, paths: tuple[str, ...]) -> Document:
    """Name a document by what it costs, so that page sizes are learnt apart."""
    if paths == facts.ASKED:
        return document
    return replace(document, name=f"{document.name} for one file")


def _groups(paths: Sequence[str]) -> Callable[[int], dict[str, Any]]:
    """Give the variables that ask for the first few of some groups."""
    return lambda size: numbered([{"path": path} for path in paths[:size]])
