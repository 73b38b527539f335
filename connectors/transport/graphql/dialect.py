# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What differs between the forges' GraphQL: how errors are told, and what a query costs."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from connectors.transport.graphql.answer import GraphQLError
from harvester.model import JsonObject


class ErrorKind(Enum):
    """What an error means for the query that met it."""

    PARTIAL = auto()
    """One place of the data is missing; the rest is good."""
    TOO_MUCH = auto()
    """Too much at once: time, size or resources; or the forge failed inside over it."""
    TOO_COMPLEX = auto()
    """The query's complexity is over the forge's limit; always the same for the same query."""
    UNDEFINED = auto()
    """The forge is too old, or too new, for a field or argument of the document."""
    REFUSED = auto()
    """The forge will not run this query, today or ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a query cost, as its answer says."""

    points: int = 0
    """What is charged against a budget."""
    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    complexity: int | None = None
    """GitLab's score of the query; nothing is charged, but more than the limit is refused."""
    complexity_limit: int | None = None


_UNKNOWN_NAMES = frozenset({"undefinedField", "argumentNotAccepted"})
_UNKNOWN_WORDS = re.compile(r"^Field '\w+' (?:doesn't exist on type|doesn't accept argument) ")


def is_undefined(error: GraphQLError) -> bool:
    """Say whether an error tells of an unknown field or argument.

    Both forges run graphql-ruby, whose validator gives codes; old ones give the words alone.
    """
    return error.code in _UNKNOWN_NAMES or _UNKNOWN_WORDS.match(error.message) is not None


class Dialect(Protocol):
    """Pure rules of one kind of forge."""

    def kind_of(self, error: GraphQLError) -> ErrorKind:
        """Say what an error means; unknown names are recognised before it is asked."""
        ...

    def cost_of(self, data: JsonObject) -> Cost | None:
        """Read what a query cost; None where its document did not ask."""
        ...
