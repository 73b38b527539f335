# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A forge as the matrix sees it: one object says how it is started, reached and struck."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar

from harvester.ports.connector import ConnectorType
from harvester.ports.listing import Scope, ScopeKind
from tests.forges.faults import Answer, Change, Fault, Predicate, Request
from tests.forges.server import Forge
from tests.forges.world import World

OWNERS = ("bund", "land")


class Place(StrEnum):
    """Which question of a crawl a fault strikes."""

    LISTING = "listing"
    """Of everything that the source has."""
    OWNER = "one owner"
    """One of several owners is listed."""
    TEXT = "text read"
    LOOK_UP = "look-up"


class Phase(StrEnum):
    """Which crawl of a source a fault strikes."""

    FIRST = "first crawl"
    AGAIN = "re-crawl"
    NEWS = "incremental re-crawl"


@dataclass(frozen=True, slots=True)
class Strike:
    """Where a fault strikes, and in which crawl."""

    place: Place
    phase: Phase


class ForgeUnderTest(ABC):
    """One kind of forge. A new one is a subclass, and a line in the matrix."""

    name: ClassVar[str]
    kind: ClassVar[str]
    url: ClassVar[str]
    """What it gives as its own address."""
    connector: ClassVar[ConnectorType]

    def __init__(self, world: World, stack: ExitStack) -> None:
        self.world = world
        self.forge = self.start(stack)

    @abstractmethod
    def start(self, stack: ExitStack) -> Forge:
        """Start the stand-in that is struck, and what else it takes."""

    @abstractmethod
    def access(self, place: Place) -> dict[str, Any]:
        """Give addresses and token: the fields of ``ForgeAccess`` that are this forge's own."""

    @abstractmethod
    def strikes(self, place: Place) -> Predicate:
        """Tell the requests of a place from all others."""

    @staticmethod
    @abstractmethod
    def rows(answer: Any) -> list[list[Any]]:
        """Give the lists of repositories in an answer, to be changed in place."""

    def scope(self, place: Place) -> Scope:
        """Say what the source harvests."""
        if place is Place.OWNER:
            return Scope(ScopeKind.OWNERS, OWNERS)
        return Scope(ScopeKind.INSTANCE)

    # --- faults that change the truth, in the forge's own shape; None: it has no such shape -----

    @classmethod
    def nothing_there(cls, strike: Strike) -> Fault | None:
        """Answer as if there were no repositories at all."""
        return (
            None
            if strike.place is Place.TEXT
            else cls.edited(lambda told: _emptied(cls.rows(told)))
        )

    @classmethod
    def nulls(cls, strike: Strike) -> Fault | None:
        """Answer with null for each repository, without a word."""
        return (
            None if strike.place is Place.TEXT else cls.edited(lambda told: _nulled(cls.rows(told)))
        )

    @classmethod
    @abstractmethod
    def misshapen(cls, strike: Strike) -> Fault | None:
        """Answer with something else for each repository."""

    @classmethod
    @abstractmethod
    def nulls_with_errors(cls, strike: Strike) -> Fault | None:
        """Answer with null for each repository, and an error that names it."""

    @classmethod
    @abstractmethod
    def partial(cls, strike: Strike) -> Fault | None:
        """Answer with data of which the files are missing, and errors that name them."""

    @classmethod
    @abstractmethod
    def refusal_in_200(cls, strike: Strike) -> Fault | None:
        """Answer with errors and no data, and a good status."""

    @classmethod
    @abstractmethod
    def stuck(cls, strike: Strike) -> Fault | None:
        """Say that more follows, at where this page began."""

    @classmethod
    @abstractmethod
    def other_bytes(cls, strike: Strike) -> Fault | None:
        """Give other bytes for a file than those of its blob id."""

    @staticmethod
    def edited(edit: Callable[[Any], object]) -> Fault:
        """Change the JSON of a good answer in place."""

        def changed(answer: Answer) -> Answer:
            if answer.status != 200:
                return answer
            try:
                told = json.loads(answer.body)
            except ValueError:
                return answer
            edit(told)
            # The mark of the truth is not that of what it was changed to.
            headers = {name: text for name, text in answer.headers.items() if name != "etag"}
            return replace(answer, headers=headers, body=json.dumps(told).encode())

        return Change(changed)


def json_answer(value: object) -> Answer:
    """Answer with this JSON, and a good status."""
    headers = {"content-type": "application/json"}
    return Answer(status=200, headers=headers, body=json.dumps(value).encode())


def query_of(request: Request) -> str:
    """Give the name of a GraphQL query; nothing for other requests."""
    found = re.search(rb"\\nquery (\w+)", request.body)
    return found[1].decode() if found else ""


def _emptied(lists: list[list[Any]]) -> None:
    for rows in lists:
        rows.clear()


def misshape(lists: list[list[Any]]) -> None:
    for rows in lists:
        rows[:] = [{"colour": "blue"} for _ in rows]


def _nulled(lists: list[list[Any]]) -> None:
    for rows in lists:
        rows[:] = [None] * len(rows)
