# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lists of public bodies: who stands behind an address on a forge.

A list is a TOML file with a ``[[publisher]]`` table for each address of a public body, and a
``[[left_out]]`` table for each address that was looked at and is none, with the reason.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationError
from pydantic_core import ErrorDetails

from harvester.model import Level, Publisher
from harvester.nearest import did_you_mean
from harvester.packaged import config_folder
from harvester.ports.errors import HarvesterError
from harvester.ports.listing import Scope, ScopeKind
from harvester.toml import KeyPath, TomlDocument, TomlError, shown
from harvester.urls import canonical_url, is_below, url_key

BUILTIN = "builtin:"


class PublishersError(HarvesterError):
    """A list of public bodies cannot be used; one line for each reason."""


Address = Annotated[str, AfterValidator(canonical_url)]


class _Row(BaseModel):
    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class PublisherRow(_Row):
    """An address of a public body on a forge."""

    name: Annotated[str, Field(min_length=1)]
    url: Address
    """A group, organisation or user, a whole forge, or a single repository."""
    level: Annotated[Level, Strict(False)]
    kind: Literal["public-body", "project"]
    """Whether the body itself or one of its projects has the address."""
    confidence: Literal["high", "medium"]
    """How sure it is that the body has the address."""
    uri: str | None = None
    """An identifier of the body, where it has one."""
    note: str | None = None


class LeftOutRow(_Row):
    """An address that is not harvested as a public body's."""

    url: Address
    reason: Annotated[str, Field(min_length=1)]
    name: str | None = None


class _List(_Row):
    publisher: Annotated[tuple[PublisherRow, ...], Strict(False)] = ()
    left_out: Annotated[tuple[LeftOutRow, ...], Strict(False)] = ()


class PublisherDirectory:
    """The public bodies of a list, found by addresses below theirs."""

    def __init__(self, rows: Sequence[PublisherRow]) -> None:
        self.rows = tuple(rows)
        self._by_key = {url_key(row.url): row for row in rows}

    @classmethod
    def read(cls, path: Path) -> "PublisherDirectory":
        """Read a list.

        Raises:
            PublishersError: it cannot be read or is wrong; with file, line, key and remedy.
        """
        try:
            document = TomlDocument.read(path)
        except TomlError as error:
            raise PublishersError(str(error)) from None
        try:
            content = _List.model_validate(document.data)
        except ValidationError as error:
            raise PublishersError(
                "\n".join(_refusal(e, document) for e in error.errors(include_url=False))
            ) from None
        _refuse_doubles(content, document)
        return cls(content.publisher)

    @classmethod
    def union(cls, lists: "Iterable[PublisherDirectory]") -> "PublisherDirectory":
        """Put lists together; where two name an address, the first decides."""
        rows: dict[str, PublisherRow] = {}
        for one in lists:
            for row in one.rows:
                rows.setdefault(url_key(row.url), row)
        return cls(tuple(rows.values()))

    def of(self, url: str) -> Publisher | None:
        """Say whose a canonical address is: of the rows at or above it, the longest decides."""
        key = url_key(url)
        while key:
            if row := self._by_key.get(key):
                return Publisher(name=row.name, uri=row.uri, level=row.level)
            key = key.rpartition("/")[0]
        return None

    def scope(self, forge_url: str) -> Scope | None:
        """Say what of a forge the rows mean; None if no row is on it."""
        paths = [
            row.url[len(forge_url) :].lstrip("/")
            for row in self.rows
            if is_below(row.url, forge_url)
        ]
        if not paths:
            return None
        if "" in paths:
            return Scope(ScopeKind.INSTANCE)
        # Only the forge knows whether a/b is a repository or a group within a group.
        deep = any("/" in path for path in paths)
        return Scope(ScopeKind.ADDRESSES if deep else ScopeKind.OWNERS, tuple(paths))


def _refuse_doubles(content: _List, document: TomlDocument) -> None:
    first: dict[str, KeyPath] = {}
    tables: tuple[tuple[str, Sequence[PublisherRow | LeftOutRow]], ...] = (
        ("publisher", content.publisher),
        ("left_out", content.left_out),
    )
    for table, rows in tables:
        for index, row in enumerate(rows):
            key = (table, index, "url")
            before = first.setdefault(url_key(row.url), key)
            if before != key:
                raise PublishersError(
                    f"{document.path}:{document.line(key)}: {shown(key)}: {row.url} stands in "
                    f"line {document.line(before)} already; remove one of them"
                )


def _refusal(error: ErrorDetails, document: TomlDocument) -> str:
    key: KeyPath = error["loc"]
    if error["type"] == "extra_forbidden":
        tables: dict[str, type[_Row]] = {"publisher": PublisherRow, "left_out": LeftOutRow}
        table = tables[str(key[0])] if len(key) > 1 else _List
        text = f"unknown key; {did_you_mean(str(key[-1]), table.model_fields)}"
    elif error["type"] == "missing":
        text = "is missing; add it"
    elif error["type"] == "value_error":
        text = str(error["ctx"]["error"])
    else:
        text = error["msg"].replace("Input should be", "expects").replace("'", '"')
    return f"{document.path}:{document.line(key)}: {shown(key)}: {text}"


def builtin_file(name: str) -> Path:
    """Give the file of ``builtin:de``; any other name is a path already.

    Raises:
        PublishersError: there is no such packaged list.
    """
    if not name.startswith(BUILTIN):
        return Path(name)
    folder = config_folder() / "publishers"
    known = {path.stem: path for path in folder.glob("*.toml")}
    word = name.removeprefix(BUILTIN)
    if word not in known:
        near = did_you_mean(name, [f"{BUILTIN}{stem}" for stem in known])
        raise PublishersError(f"there is no packaged list {name!r}; {near}")
    return known[word]
