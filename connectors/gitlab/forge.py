# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One GitLab, over GraphQL as long as it lets us, else over REST."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import httpx

from connectors.gitlab.graph import MOST_IDS, MOST_PATHS, Graph
from connectors.gitlab.places import Api, Place, PlaceKind, Slice
from connectors.gitlab.rest import Rest
from connectors.gitlab.told import (
    Hidden,
    NoSuchPlaceError,
    Told,
    UnreadablePlaceError,
    ids_of_hidden,
)
from connectors.gitlab.witness import Witness
from harvester.model import Sighting, Unknown
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import (
    Failure,
    FailureCode,
    Found,
    LookUp,
    Missing,
    Private,
    Resolution,
    Tagged,
)

logger = logging.getLogger(__name__)

_REFUSALS = (ForbiddenError, NotFoundError, UnexpectedAnswerError)
_ABOUT_A_PLACE = (NoSuchPlaceError, UnreadablePlaceError)
_VANISHED = "the project vanished, or is not public any more, while it was read; a sweep finds out"


class Forge:
    """Decides for each question by which API it is asked.

    What refuses GraphQL once (403, 404, a sign-in page, a limit of complexity that no query of ours
    meets, a schema that is not ours) is asked over REST as long as this object lives.

    With a token, what it shows of projects that its account is a member of is confirmed by a
    witness.

    Attributes:
        url: canonical web address.
        source: the configured name, for messages.
        most_paths: how many projects are looked up by path at once.
    """

    most_paths = MOST_PATHS

    def __init__(
        self, *, url: str, source: str, graph: Graph, rest: Rest, witness: Witness | None = None
    ) -> None:
        self.url = url
        self.source = source
        self._graph = graph
        self._rest = rest
        self._witness = witness
        self._refused = False
        self._seen: str | None = None
        """A project that the forge told of in this run: what does not know it now tells nothing."""

    @property
    def api(self) -> Api:
        """The API that the next question is asked by."""
        return Api.REST if self._refused else Api.GRAPHQL

    async def slice(
        self, place: Place, after: str | None, *, since: datetime | None, texts: bool
    ) -> Slice:
        """Read a page of a place by the API of the moment.

        Raises:
            GraphQLRefusedError: ask again from the place's beginning: it will be over REST.
            SourceError: as :meth:`.Graph.slice` and :meth:`.Rest.slice` raise it.
        """
        if self._refused:
            cut = await self._rest.slice(place, after, since=since)
        else:
            cut = await self._by_graph(place, after, since=since, texts=texts)
        if cut.sightings:
            self._seen = cut.sightings[-1].repository.forge_id
        told = await self._confirmed(cut.sightings)
        sightings = tuple(one for one in told if isinstance(one, Sighting))
        hidden = ids_of_hidden(told)
        return replace(
            cut,
            sightings=sightings,
            skipped=cut.skipped + len(cut.sightings) - len(sightings),
            hidden=(*cut.hidden, *hidden),
        )

    async def _by_graph(
        self, place: Place, after: str | None, *, since: datetime | None, texts: bool
    ) -> Slice:
        """Read one slice over GraphQL, and note where that is refused."""
        named = None
        if place.kind is PlaceKind.USER:
            named = await self._rest.slice(place, after, since=since, split=False)
        try:
            if named is not None:
                return await self._of_user(named, texts=texts)
            return await self._graph.slice(place, after, since=since, texts=texts)
        except _REFUSALS as error:
            self._note(error)
            raise GraphQLRefusedError(str(error)) from error

    async def _of_user(self, named: Slice, *, texts: bool) -> Slice:
        """Read the projects that REST named.

        GitLab's GraphQL has no listing of a user's projects: it shows the namespace of a user to
        nobody but that user (``UserNamespacePolicy``).
        """
        paths = {one.repository.forge_id: one.repository.path for one in named.sightings}
        found = await self._graph.by_ids(list(paths), texts=texts)
        lost = {key: one for key, one in found.items() if isinstance(one, Unknown)}
        return replace(
            named,
            sightings=tuple(one for one in found.values() if isinstance(one, Sighting)),
            skipped=named.skipped + sum(isinstance(one, Hidden) for one in found.values()),
            hidden=(
                *named.hidden,
                *(forge_id for forge_id, one in found.items() if isinstance(one, Hidden)),
            ),
            failures=tuple(
                self.failure(paths[key], UnexpectedAnswerError(one.reason))
                for key, one in lost.items()
            ),
        )

    async def quiet(self, paths: Sequence[str], since: datetime) -> tuple[str, ...]:
        """Give those of some paths that are groups in which nothing was active since then."""
        if self._refused:
            return ()
        try:
            return await self._graph.quiet(paths, since)
        except _REFUSALS as error:
            self._note(error)
            return ()

    async def by_paths(self, paths: Sequence[str], *, texts: bool) -> tuple[Told, ...]:
        """Read the projects that have these paths today; over REST also those that had them."""
        if not self._refused:
            try:
                return await self._confirmed(await self._graph.by_paths(paths, texts=texts))
            except _REFUSALS as error:
                self._note(error)
        found = [await self.moved(path, texts=texts) for path in paths]
        return tuple(one for one in found if one is not None)

    async def moved(self, path: str, *, texts: bool) -> Sighting | Failure | None:
        """Find the public project that has, or had, a path; None: there is none."""
        try:
            forge_id = await self._rest.by_path(path)
        except (ForbiddenError, UnexpectedAnswerError) as error:
            return self.failure(path, error)
        if forge_id is None:
            return None
        found = (await self.look_up([forge_id], texts=texts))[forge_id]
        if isinstance(found, Unknown):
            return self.failure(path, UnexpectedAnswerError(found.reason))
        return found.sighting if isinstance(found, Found) else None

    def failure(self, path: str, error: SourceError) -> Failure:
        """Say of an owner or a project that it could not be read."""
        code = FailureCode.UNREADABLE
        if isinstance(error, NotFoundError):
            code = FailureCode.NOT_FOUND
        elif isinstance(error, ForbiddenError):
            code = FailureCode.FORBIDDEN
        return Failure(subject=f"{self.url}/{path}", code=code, message=str(error))

    async def read(self, wanted: Sequence[Sighting]) -> list[Sighting]:
        """Bring the texts of the files."""
        if not self._refused:
            try:
                ids = [sighting.repository.forge_id for sighting in wanted]
                found = await self._graph.by_ids(ids, texts=True)
                return [_filled(one, found.get(one.repository.forge_id)) for one in wanted]
            except _REFUSALS as error:
                self._note(error)
        return [await self._read(sighting) for sighting in wanted]

    async def look_up(self, forge_ids: Sequence[str], *, texts: bool = False) -> dict[str, LookUp]:
        """Look projects up by id; what fails is ``Unknown``, and so is what is asked after it."""
        answers: dict[str, LookUp] = {}
        # One place of a query is for a project that is there for sure.
        most = MOST_IDS if self._seen is None else MOST_IDS - 1
        for start in range(0, len(forge_ids), most):
            batch = forge_ids[start : start + most]
            try:
                answers |= await self._batch(batch, texts=texts)
                answers |= await self._doubted(answers, batch)
            except (ForbiddenError, ServerError, UnexpectedAnswerError) as error:
                answers |= {one: Unknown(reason=str(error)) for one in forge_ids[start:]}
                break
        return answers

    async def resolve(self, paths: Sequence[str]) -> dict[str, Resolution]:
        """Find projects by path; what fails is ``Unknown``, and so is what is asked after it."""
        answers: dict[str, Resolution] = {}
        try:
            for start in range(0, len(paths), MOST_PATHS):
                batch = paths[start : start + MOST_PATHS]
                there = await self._there(batch)
                for path in batch:
                    found = there.get(path.casefold())
                    answers[path] = found or await self._rest.by_path(path)
        except SourceError as error:
            lost = Unknown(reason=str(error))
            answers |= {path: lost for path in paths if path not in answers}
        return answers

    async def with_topics(self, topics: Sequence[str]) -> Tagged:
        """Find the projects that have one of these topics, over REST: it is the same everywhere."""
        found = [await self._rest.with_topic(topic) for topic in topics]
        return Tagged(
            forge_ids=frozenset().union(*(one.forge_ids for one in found)),
            whole=all(one.whole for one in found),
        )

    async def check(self) -> str:
        """Say which GitLab answers, and how."""
        try:
            return await self._graph.check()
        except _REFUSALS as error:
            self._note(error)
        return await self._rest.check()

    async def _there(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Give the ids of those projects that have these paths today, by path in lower case.

        Over REST none: there a single question tells as much.
        """
        if self._refused:
            return {}
        try:
            told = await self._confirmed(await self._graph.by_paths(paths, texts=False))
        except _REFUSALS as error:
            self._note(error)
            return {}
        seen = [one.repository for one in told if isinstance(one, Sighting)]
        return {one.path.casefold(): one.forge_id for one in seen}

    async def _batch(self, batch: Sequence[str], *, texts: bool) -> Mapping[str, LookUp]:
        if not self._refused:
            try:
                return await self._by_ids(batch, texts=texts)
            except _REFUSALS as error:
                self._note(error)
        answers: dict[str, LookUp] = {}
        for one in batch:
            told = await self._rest.by_id(one)
            if not isinstance(told, Sighting):
                answers[one] = told
                continue
            answers[one] = Found(sighting=await self._read(told) if texts else told)
        return answers

    async def _by_ids(self, batch: Sequence[str], *, texts: bool) -> Mapping[str, LookUp]:
        """Look up over GraphQL, where what is not told of is missing.

        So a project that was listed a moment ago is asked for with them: an answer without it is
        not believed.
        """
        sure = [self._seen] if self._seen is not None and self._seen not in batch else []
        found = await self._graph.by_ids([*batch, *sure], texts=texts)
        if all(isinstance(found.get(one), Sighting) for one in sure):
            return {one: _answer(found.get(one)) for one in batch}
        doubt = Unknown(
            reason=f"source {self.source}: GitLab did not even tell of a project that it had listed"
            " a moment before; the next sweep asks again"
        )
        return {one: _answer(found.get(one, doubt)) for one in batch}

    async def _read(self, wanted: Sighting) -> Sighting:
        """Read files over REST, without the token where it might see more than others."""
        read = await self._witness.read(wanted) if self._witness else None
        return read or await self._rest.read(wanted)

    async def _confirmed(self, told: Sequence[Told]) -> tuple[Told, ...]:
        """Leave out what the token sees and others do not."""
        if self._witness is None:
            return tuple(told)
        seen = [one for one in told if isinstance(one, Sighting)]
        answers = await self._witness.confirm(seen)
        return tuple(
            _as_confirmed(one, answers.get(one.repository.forge_id))
            if isinstance(one, Sighting)
            else one
            for one in told
        )

    async def _doubted(
        self, answers: Mapping[str, LookUp], batch: Sequence[str]
    ) -> Mapping[str, LookUp]:
        """Give the look-ups of a batch that a witness answers otherwise."""
        if self._witness is None:
            return {}
        found = [answers[one] for one in batch]
        seen = [answer.sighting for answer in found if isinstance(answer, Found)]
        confirmed = await self._witness.confirm(seen)
        return {
            # The token has just seen it.
            one: Private() if isinstance(answer, Missing) else answer
            for one, answer in confirmed.items()
            if not isinstance(answer, Found)
        }

    def _note(self, error: SourceError) -> None:
        """Take note that GraphQL is refused, unless the error says something else.

        Raises:
            SourceError: the error itself, where it is about a place or the way to the forge.
        """
        if isinstance(error, _ABOUT_A_PLACE) or isinstance(error.__cause__, httpx.TransportError):
            raise error
        logger.warning("source %s: goes on over REST, at more requests: %s", self.source, error)
        self._refused = True


class GraphQLRefusedError(SourceError):
    """The forge refuses GraphQL; from now on it is asked over REST."""


def _as_confirmed(seen: Sighting, answer: LookUp | None) -> Told:
    match answer:
        case Missing() | Private():
            return Hidden(seen.repository.forge_id)
        case Unknown():
            return replace(seen, files=answer)
        case _:
            return seen


def _answer(found: Sighting | Hidden | Unknown | None) -> LookUp:
    match found:
        case Sighting():
            return Found(sighting=found)
        case Hidden():
            return Private()
        case Unknown():
            return found
        case None:
            return Missing()


def _filled(before: Sighting, found: Sighting | Hidden | Unknown | None) -> Sighting:
    """Take what was read; where nothing was, say of the file that was to be read why."""
    if isinstance(found, Sighting):
        return found
    reason = found.reason if isinstance(found, Unknown) else _VANISHED
    files = before.files
    if isinstance(files, tuple) and files:
        return replace(before, files=(replace(files[0], unread=reason), *files[1:]))
    return replace(before, files=Unknown(reason=reason))
