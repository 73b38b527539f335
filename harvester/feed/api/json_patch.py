# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""JSON Patch (RFC 6902) as the Software Catalog API takes it: add, remove, replace and test. Pure.

``move`` and ``copy`` are no part of the API: nothing can grow but by what the request brings.
"""

import copy
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from harvester.feed.api.bodies import Body

MEDIA = "application/json-patch+json"
_LONGEST = 255
"""Characters of a pointer."""
_BEHIND = "-"
"""In the place of an index: behind the last one."""
_MOST = 100
"""Operations of a patch."""


class Operation(Body):
    """One step of a patch."""

    op: Literal["add", "remove", "replace", "test"]
    path: str = Field(max_length=_LONGEST, description="A JSON Pointer (RFC 6901).")
    value: Any = Field(default=None, description="Of add, replace and test.")


class JsonPatch(RootModel[Annotated[list[Operation], Field(min_length=1, max_length=_MOST)]]):
    """The steps, in order; all of them are taken, or none."""


class NotAppliedError(ValueError):
    """A step cannot be taken; the message says which, and why."""


def applied(there: dict[str, Any], steps: Iterable[Operation]) -> dict[str, Any]:
    """Give what a patch makes of an object, which stays as it was.

    Raises:
        NotAppliedError: a step names what is not there, or a test fails.
    """
    found = copy.deepcopy(there)
    for number, step in enumerate(steps):
        try:
            _take(found, step)
        except (LookupError, ValueError, TypeError) as error:
            raise NotAppliedError(
                f"step {number}, {step.op} {step.path}: {str(error).strip(chr(39))}"
            ) from None
    return found


def named(steps: Iterable[Operation]) -> frozenset[str]:
    """Give the members of the object that a patch writes to."""
    return frozenset(_tokens(step.path)[0] for step in steps if step.op != "test" and step.path)


def _take(found: dict[str, Any], step: Operation) -> None:
    tokens = _tokens(step.path)
    if not tokens:
        raise ValueError("a member is to be named, not the whole")
    if step.op != "remove" and "value" not in step.model_fields_set:
        raise ValueError("a value is wanted")
    within: Any = found
    for token in tokens[:-1]:
        within = _at(within, token)
    last = tokens[-1]
    if step.op == "test":
        if not _same(_at(within, last), step.value):
            raise ValueError("the value is another one")
    elif isinstance(within, list):
        _take_in_list(within, last, step)
    elif not isinstance(within, dict):
        raise ValueError("there is nothing below a single value")
    elif step.op == "add":
        within[last] = step.value
    else:
        _at(within, last)
        if step.op == "replace":
            within[last] = step.value
        else:
            del within[last]


def _take_in_list(within: list[Any], token: str, step: Operation) -> None:
    if step.op == "add":
        at = len(within) if token == _BEHIND else _index(token, len(within) + 1)
        within.insert(at, step.value)
    elif step.op == "replace":
        within[_index(token, len(within))] = step.value
    else:
        del within[_index(token, len(within))]


def _at(within: Any, token: str) -> Any:
    if isinstance(within, dict) and token in within:
        return within[token]
    if isinstance(within, list):
        return within[_index(token, len(within))]
    raise ValueError("there is nothing at this path")


def _index(token: str, length: int) -> int:
    """Read an index as RFC 6901 has it: decimal, without leading zeros."""
    plain = token.isascii() and token.isdigit() and len(token) < 10  # noqa: PLR2004 - enough
    if not plain or (len(token) > 1 and token[0] == "0") or int(token) >= length:
        raise ValueError("there is nothing at this path")
    return int(token)


def _tokens(path: str) -> list[str]:
    if not path:
        return []
    if not path.startswith("/"):
        raise ValueError("a path begins with a slash")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _same(one: Any, other: Any) -> bool:
    """Compare as JSON does: a truth value is no number, in lists and objects either."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
