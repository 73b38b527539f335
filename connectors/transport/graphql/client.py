# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Sends GraphQL documents through the chain, in pages that the forge can bear."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import httpx

from connectors.transport.ask import Ask, Kind
from connectors.transport.body import CutAnswerError
from connectors.transport.chain import Chain
from connectors.transport.graphql.answer import Answer, GraphQLError, errors_in
from connectors.transport.graphql.dialect import Dialect, ErrorKind, is_undefined
from connectors.transport.graphql.document import Document, variables_in
from connectors.transport.graphql.page_size import LARGEST, PageSize
from connectors.transport.limits import Rates, ours
from connectors.transport.origins import shown
from connectors.transport.shared import shared
from harvester.model import JsonObject
from harvester.ports.errors import (
    ServerError,
    SourceError,
    TooLargeError,
    UnexpectedAnswerError,
    UnreachableError,
)

Variables = Mapping[str, Any]
PageVariables = Callable[[int], Variables]
"""Makes the variables of a page of at most so many items."""
SizedDocument = Callable[[int], Document]
"""Makes the document of a page of at most so many items, where its text depends on that (aliases);
all of one name, and their optional lines at the same places."""

logger = logging.getLogger(__name__)

_TOO_MUCH = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_LONGEST_PAUSE = 30.0
"""Seconds before the query is sent again."""
_TRIES = 3
"""How often a query without pages is sent when the forge fails inside."""
_BROKEN_IN_A_ROW = 3
"""So many single items in a row that cannot be read are not bad items but a bad forge."""


class ItemUnreadableError(SourceError):
    """A page of one single item fails all the same: the forge cannot tell this one.

    The connector passes over it: it counts as ``errored``, and the crawl is not complete.
    """


class TooComplexError(UnexpectedAnswerError):
    """The forge's limit of complexity is below what this document costs even in small pages.

    The connector asks with a smaller document, or over REST.
    """


class _TooMuchError(Exception):
    """The query asked for too much at once.

    Attributes:
        reason: in the forge's words.
        by_complexity: it was its complexity.
        instead: what it is where nothing smaller can be asked for, if sending the same again is no
            use: the chain has done that.
    """

    def __init__(
        self, reason: str, *, by_complexity: bool = False, instead: SourceError | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.by_complexity = by_complexity
        self.instead = instead


@dataclass(slots=True)
class _Learnt:
    """What is remembered of one document at one endpoint, as long as the process lives."""

    pages: PageSize = field(default_factory=PageSize)
    dropped: frozenset[int] = frozenset()
    broken_in_a_row: int = 0


class GraphQL:
    """A GraphQL endpoint, asked through a chain in the dialect of its forge.

    Attributes:
        complexity: the dearest query so far and what the endpoint allows, where it tells (GitLab).
    """

    def __init__(self, chain: Chain, url: str, dialect: Dialect) -> None:
        self._chain = chain
        self._url = url
        self._dialect = dialect
        self.complexity: tuple[int, int | None] | None = None

    def page_size(self, document: Document) -> int:
        """Say how large the next page of a document will be at the most."""
        return self._learnt(document).pages.size

    async def execute(self, document: Document, variables: Variables | None = None) -> Answer:
        """Ask a query that has no pages.

        Raises:
            TooComplexError: it is over the forge's limit.
            ServerError: the forge failed inside, several times.
            UnexpectedAnswerError: the forge refuses the query.
            SourceError: as :meth:`.chain.Chain.request` and :func:`.answers.checked` raise it.
        """
        reason = ""
        for attempt in range(_TRIES):
            if attempt:
                await self._chain.wait(_pause(attempt), reason)
            try:
                return await self._ask(document, variables or {}, patient=True)
            except _TooMuchError as error:
                reason = error.reason
                if error.by_complexity:
                    raise self._too_complex(document, reason) from error
                if error.instead is not None:
                    raise error.instead from error.instead.__cause__
        raise ServerError(
            f"{self._where(document)} failed {_TRIES} times: {reason}; the next crawl tries again"
        )

    async def page(
        self,
        document: Document | SizedDocument,
        variables: PageVariables,
        *,
        most: int = LARGEST,
    ) -> Answer:
        """Ask for a page, smaller ones if the forge cannot bear it.

        The size that worked stands in the answer's ``size`` and is remembered for this document
        at this endpoint; it grows back slowly.

        Args:
            document: the query.
            variables: given a size, the variables to ask with: ``lambda n: {"first": n, …}``, or
                ``lambda n: {"ids": wanted[:n]}``.
            most: no larger page than this.

        Raises:
            ItemUnreadableError: a page of one item fails. The caller finds out which item that is
                and passes over it.
            TooComplexError: even a page of one item is over the forge's limit.
            ServerError: several single items failed in a row: it is the forge.
            SourceError: as :meth:`execute` raises it.
        """

        def sized(size: int) -> Document:
            return document if isinstance(document, Document) else document(size)

        learnt = self._learnt(sized(1))
        failures = 0
        while True:
            size = max(1, min(learnt.pages.size, most))
            try:
                answer = await self._ask(sized(size), variables(size), patient=size == 1)
            except _TooMuchError as error:
                smaller = learnt.pages.too_much(size)
                if error.by_complexity:
                    if not smaller:
                        raise self._too_complex(sized(size), error.reason) from error
                    continue
                if not smaller:
                    raise self._unreadable(sized(size), learnt, error.reason) from error
                failures += 1
                await self._chain.wait(_pause(failures), error.reason)
            else:
                learnt.pages.fitted(size)
                learnt.broken_in_a_row = 0
                return replace(answer, size=size)

    async def _ask(self, document: Document, variables: Variables, *, patient: bool) -> Answer:
        """Ask once; ask again without what the forge does not know."""
        learnt = self._learnt(document)
        while True:
            text = document.without(learnt.dropped)
            answer = await self._send(text, variables, patient=patient)
            unknown = [e for e in errors_in(answer) if self._kind(e) is ErrorKind.UNDEFINED]
            if not unknown:
                return self._judge(document, answer)
            self._drop(document, learnt, unknown)

    async def _send(self, text: str, variables: Variables, *, patient: bool) -> JsonObject:
        used = variables_in(text)
        body = {"query": text, "variables": {k: v for k, v in variables.items() if k in used}}
        try:
            response = await self._chain.request(
                "POST",
                self._url,
                ask=Ask(kind=Kind.GRAPHQL, patient=patient),
                headers={"content-type": "application/json", "accept": "application/json"},
                content=json.dumps(body).encode(),
            )
        except TooLargeError as error:
            raise _TooMuchError(str(error), instead=error) from error
        except UnreachableError as error:
            if isinstance(error.__cause__, httpx.ReadTimeout):
                raise _TooMuchError(str(error), instead=error) from error
            raise
        except UnexpectedAnswerError as error:
            if isinstance(error.__cause__, CutAnswerError):
                raise _TooMuchError(str(error), instead=error) from error
            raise
        try:
            answer = self._chain.json(response)
        except ServerError as error:
            said = self._too_much_said(response)
            if response.status_code in _TOO_MUCH or said:
                raise _TooMuchError(said or str(error), instead=error) from error
            raise
        if not isinstance(answer, dict):
            raise UnexpectedAnswerError(
                f"source {self._chain.source}: {shown(self._url)} answered with JSON that is not"
                " GraphQL's; is this the GraphQL address of the forge?"
            )
        self._count(response, answer)
        return answer

    def _too_much_said(self, response: httpx.Response) -> str:
        """Give the words with which a failing endpoint says that it was too much; else nothing.

        GitLab answers 500 where one repository of a page is damaged, and 503 where its database
        ran out of time, both in the form of a GraphQL answer.
        """
        try:
            errors = errors_in(json.loads(response.content))
        except (ValueError, RecursionError):
            return ""
        said = [error.message for error in errors if self._kind(error) is ErrorKind.TOO_MUCH]
        return "; ".join(said)

    def _judge(self, document: Document, answer: JsonObject) -> Answer:
        """Keep what is good of an answer.

        Raises:
            _TooMuchError: it was too much, even if some of it came.
            UnexpectedAnswerError: it was refused.
        """
        errors, data = errors_in(answer), answer.get("data")
        for error in errors:
            kind = self._kind(error)
            if kind in (ErrorKind.TOO_MUCH, ErrorKind.TOO_COMPLEX):
                raise _TooMuchError(error.message, by_complexity=kind is ErrorKind.TOO_COMPLEX)
        refused = [error for error in errors if self._kind(error) is ErrorKind.REFUSED]
        if refused or not isinstance(data, dict):
            reason = (refused or errors)[0].message if errors else "neither data nor an error"
            raise UnexpectedAnswerError(
                f"{self._where(document)} was refused: {reason};"
                " is the forge's version one that harvester can read?"
            )
        return Answer(data=data, errors=errors)

    def _count(self, response: httpx.Response, answer: JsonObject) -> None:
        """Take over what the answer says about its cost."""
        data = answer.get("data")
        cost = self._dialect.cost_of(data) if isinstance(data, dict) else None
        if cost is None:
            return
        self._chain.charge(response, cost.points)
        if cost.remaining is not None:
            reset = cost.reset_at
            rates = Rates(
                resource=None,
                limit=cost.limit,
                remaining=cost.remaining,
                reset_at=reset and ours(reset, response.headers, self._chain.clock.now()),
            )
            self._chain.learn(response, Ask(kind=Kind.GRAPHQL).ledger, rates)
        if cost.complexity is not None:
            dearest = max(self.complexity[0] if self.complexity else 0, cost.complexity)
            self.complexity = (dearest, cost.complexity_limit)

    def _drop(self, document: Document, learnt: _Learnt, unknown: list[GraphQLError]) -> None:
        """Leave out, from now on, the optional lines that the forge does not know."""
        for error in unknown:
            line = document.optional_line(error, learnt.dropped)
            if line is None:
                raise UnexpectedAnswerError(
                    f"{self._where(document)} was refused: {error.message};"
                    " the forge's version is not one that harvester can read over GraphQL"
                )
            learnt.dropped |= {line}
            logger.info("%s: goes on without line %d: %s", document.name, line + 1, error.message)

    def _unreadable(self, document: Document, learnt: _Learnt, reason: str) -> SourceError:
        learnt.broken_in_a_row += 1
        if learnt.broken_in_a_row >= _BROKEN_IN_A_ROW:
            return ServerError(
                f"{self._where(document)} failed for {learnt.broken_in_a_row} single items in a"
                f" row, the last time so: {reason}; the next crawl tries again"
            )
        return ItemUnreadableError(
            f"{self._where(document)} failed for a page of one item: {reason};"
            " the next crawl tries again"
        )

    def _too_complex(self, document: Document, reason: str) -> TooComplexError:
        return TooComplexError(
            f"{self._where(document)} was refused: {reason}; the forge's operator sets that limit"
        )

    def _kind(self, error: GraphQLError) -> ErrorKind:
        return ErrorKind.UNDEFINED if is_undefined(error) else self._dialect.kind_of(error)

    def _learnt(self, document: Document) -> _Learnt:
        return shared().learnt(_Learnt, f"{self._url} {document.name}")

    def _where(self, document: Document) -> str:
        name = document.name.rsplit("/", 1)[-1]
        return f"source {self._chain.source}: {shown(self._url)}: the query {name}"


def _pause(failures: int) -> float:
    """Give the seconds to wait before the next try, after so many failures."""
    return min(2.0 ** (failures - 1), _LONGEST_PAUSE)
