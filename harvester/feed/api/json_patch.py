# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""JSON Patch (RFC 6902) as the Software Catalog API takes it: add, remove, replace and test. Pure.

``move`` and ``copy`` are no part of the API: nothing can grow but by what the request brings.
"""

import copy
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from jsonpath import JSONPatch, JSONPointer
from jsonpath.exceptions import JSONPatchError
from pydantic import Field, RootModel, model_validator

from harvester.feed.api.bodies import Body

MEDIA = "application/json-patch+json"
_LONGEST = 255
"""Characters of a pointer."""
_MOST = 100
"""Operations of a patch."""


class Operation(Body):
    """One step of a patch."""

    op: Literal["add", "remove", "replace", "test"]
    path: str = Field(
        pattern="^/", max_length=_LONGEST, description="A JSON Pointer (RFC 6901) to a member."
    )
    value: Any = Field(default=None, description="Of add, replace and test.")

    @model_validator(mode="after")
    def _has_its_value(self) -> Self:
        if self.op != "remove" and "value" not in self.model_fields_set:
            raise ValueError("a value is wanted")
        return self


class JsonPatch(RootModel[Annotated[list[Operation], Field(min_length=1, max_length=_MOST)]]):
    """The steps, in order; all of them are taken, or none."""


class NotAppliedError(ValueError):
    """A step cannot be taken; the message says which, and why."""


def applied(there: dict[str, Any], steps: Iterable[Operation]) -> Any:
    """Give what a patch makes of an object, which stays as it was.

    Raises:
        NotAppliedError: a step names what is not there, or a test fails.
    """
    said = [step.model_dump(exclude_unset=True) for step in steps]
    try:
        return JSONPatch(said, unicode_escape=False).apply(copy.deepcopy(there))
    except (JSONPatchError, KeyError) as error:  # the latter of names with the library's own "#"
        raise NotAppliedError(str(error)) from None


def named(steps: Iterable[Operation]) -> frozenset[str]:
    """Give the members of the object that a patch writes to."""
    pointers = (JSONPointer(step.path, unicode_escape=False) for step in steps if step.op != "test")
    return frozenset(str(pointer.parts[0]) for pointer in pointers)
