# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Bodies of requests: read within bounds, as JSON that means one thing, into models.

What is wrong with the text is a 400, 413 or 415; what is wrong with its values is a 422 that names
each of them.
"""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from starlette.responses import Response

from harvester.feed.api import problems
from harvester.feed.api.paging import to_json
from harvester.feed.api.problems import Refusal, wrong

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
LARGEST = 1024 * 1024
"""Bytes of a body."""
_DEEPEST = 32
"""Levels of lists and objects within each other."""
REFUSED = problems.described(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
"""What each operation with a body can answer, for the OpenAPI document."""
_GIVEN = frozenset({"id", "createdAt", "updatedAt", "catalogId"})
"""What only the catalogue gives, of whatever is written."""
M = TypeVar("M", bound="Body")


class Body(BaseModel):
    """What a request brings. Unknown names are refused: they are slips, or hopes.

    Names that only the catalogue gives may be there, as in what it answered, and are passed over.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    given: ClassVar[frozenset[str]] = frozenset()
    """Such names beside those that all have."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_given(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = (_GIVEN | cls.given) - cls.model_fields.keys()
        return {name: value for name, value in data.items() if name not in given}


def merged(there: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7386); what is patched stays as it was."""
    if not isinstance(patch, dict):
        return patch
    found = dict(there) if isinstance(there, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def answer(value: object) -> Response:
    """Answer what was written as it is now; nobody keeps that."""
    return Response(to_json(value), headers={"cache-control": "no-store"}, media_type=JSON)


def nothing() -> Response:
    """Answer that it was done."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"cache-control": "no-store"})


def reader(*media: str) -> Any:
    """Give the dependency of an operation that reads a body of one of these types as JSON."""

    async def read(request: Request) -> Any:
        return parsed(await _bytes(request, media))

    return Depends(read)


def body(model: type[M], *media: str) -> Any:
    """Give the dependency of an operation that reads a body into a model."""

    async def read(request: Request) -> M:
        return validated(model, parsed(await _bytes(request, media)))

    return Depends(read)


def described(model: type[BaseModel], *media: str) -> dict[str, Any]:
    """Describe a body for the OpenAPI document: an operation's ``openapi_extra``."""
    return described_by(schema_of(model), *media)


def patched(model: type[BaseModel]) -> dict[str, Any]:
    """Describe a merge patch of a model: everything may be missing, and null takes away."""
    schema = schema_of(model)
    return {
        **schema,
        "title": f"{schema['title']}Patch",
        "required": [],
        "properties": {
            name: {"anyOf": [{k: v for k, v in told.items() if k != "default"}, {"type": "null"}]}
            for name, told in schema["properties"].items()
        },
    }


def described_by(schema: Mapping[str, Any], *media: str) -> dict[str, Any]:
    """Describe a body of a schema."""
    content = {one: {"schema": dict(schema)} for one in media}
    return {"requestBody": {"required": True, "content": content}}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Give a model's schema; what it refers to, ``$defs``, goes to the document's components."""
    return model.model_json_schema(ref_template="#/components/schemas/{model}")


def patch(*media: str) -> Any:
    """Give the dependency of an operation that reads a merge patch: an object."""

    async def read(request: Request) -> dict[str, Any]:
        value = parsed(await _bytes(request, media))
        if not isinstance(value, dict):
            raise wrong("body", "object", str(value), "invalid format: a merge patch is an object")
        return value

    return Depends(read)


def validated(model: type[M], value: Any) -> M:
    """Read JSON into a model.

    Raises:
        Refusal: 422, which names each value that is wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise problems.invalid([dict(one) for one in error.errors(include_url=False)]) from None


def parsed(raw: bytes) -> Any:
    """Read JSON that means the same to everybody, and that a database holds.

    Raises:
        Refusal: it is no JSON, or says a name twice, or is too deep (400); a text in it cannot be
            stored (422).
    """
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_number,
        )
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    except RecursionError:
        raise _malformed(f"it is deeper than {_DEEPEST} levels") from None
    except ValueError as error:
        raise _malformed(str(error)) from None
    _check(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has the name {double[:64]!r} twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too great a number")
    return number


def _check(value: Any) -> None:
    """Look at all values, without a call for each level."""
    level: list[tuple[str, Any]] = [("", value)]
    for _ in range(_DEEPEST + 1):
        below: list[tuple[str, Any]] = []
        for path, one in level:
            if isinstance(one, str):
                _check_text(path, one)
            elif isinstance(one, dict):
                for name, item in one.items():
                    _check_text(path, name)
                    below.append((f"{path}.{name}" if path else name, item))
            elif isinstance(one, list):
                below += [(f"{path}.{number}", item) for number, item in enumerate(one)]
        level = below
    if level:
        raise _malformed(f"it is deeper than {_DEEPEST} levels")


def _check_text(path: str, text: str) -> None:
    if "\x00" in text or not _is_unicode(text):
        shown = text.replace("\x00", "�").encode(errors="replace").decode()
        field = path.replace("\x00", "�").encode(errors="replace").decode()
        raise wrong(field, "characters", shown, "a NUL or half a surrogate pair cannot be stored")


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _bytes(request: Request, media: tuple[str, ...]) -> bytes:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in media:
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the body is to be {' or '.join(media)}; say so in the header Content-Type",
            headers={"accept-patch" if request.method == "PATCH" else "accept": ", ".join(media)},
        )
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST:
        raise _too_large()
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            raise _too_large()
    return bytes(found)


def _too_large() -> Refusal:
    # The rest is not read: the connection cannot be used for another request.
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body has more than {LARGEST} bytes",
        headers={"connection": "close"},
    )


def _malformed(why: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, f"invalid or malformed JSON: {why}")
