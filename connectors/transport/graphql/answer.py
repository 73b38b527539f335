# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a GraphQL endpoint said: data, and errors that know their place. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harvester.model import JsonObject

PathPart = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLError:
    """One error of an answer."""

    message: str
    type: str | None = None
    """GitHub's word for it (``NOT_FOUND``)."""
    code: str | None = None
    """The validator's word for it (``undefinedField``), from the extensions."""
    path: tuple[PathPart, ...] = ()
    """Where in the data; empty for the query as a whole."""
    line: int | None = None
    """Where in the document that was sent, 1-based."""
    extensions: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Data, whole or in part."""

    data: JsonObject
    errors: tuple[GraphQLError, ...] = ()
    size: int | None = None
    """The page size that was asked with, where a page was asked for."""

    def errors_at(self, *path: PathPart) -> tuple[GraphQLError, ...]:
        """Give the errors at this place of the data, above it or below.

        Without one, a null there is the forge's word; with one, it is *unknown*.
        """
        return tuple(
            error
            for error in self.errors
            if all(a == b for a, b in zip(error.path, path, strict=False))
        )


def errors_in(answer: object) -> tuple[GraphQLError, ...]:
    """Read the errors of an answer, whatever shape they have."""
    found = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(found, list):
        return ()
    return tuple(_error(error) for error in found if isinstance(error, dict))


def _error(error: JsonObject) -> GraphQLError:
    extensions = error.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    path = error.get("path")
    places = error.get("locations")
    place = places[0] if isinstance(places, list) and places else None
    line = place.get("line") if isinstance(place, dict) else None
    return GraphQLError(
        message=str(error.get("message") or "no reason given"),
        type=_text(error.get("type") or extensions.get("type")),
        code=_text(extensions.get("code")),
        path=tuple(part for part in path if isinstance(part, str | int))
        if isinstance(path, list)
        else (),
        line=line if isinstance(line, int) else None,
        extensions=extensions,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
