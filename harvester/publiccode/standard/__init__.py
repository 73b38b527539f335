# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The standard's tables, read once from the data files beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

LANGUAGE = "*"
"""The name that stands for any language in a path."""


class Presence(StrEnum):
    """Whether a key has to be there."""

    ESSENTIAL = "essential"
    """Without it an entry is unusable."""
    REQUIRED = "required"
    CONDITIONAL = "conditional"
    """Another key decides."""
    SOMEWHERE = "somewhere"
    """In at least one language."""
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of the standard."""

    path: str
    name: str
    type: str
    presence: Presence = Presence.OPTIONAL
    is_list: bool = False
    single: bool = False
    """A single value is as good as a list of one."""
    since: str = ""
    deprecated: str | None = None
    successor: str | None = None
    words: tuple[str, ...] = ()
    """The vocabulary, in the standard's order."""
    vocabulary: frozenset[str] = frozenset()
    maximum: int | None = None
    minimum: int | None = None
    extensions: tuple[str, ...] = ()
    children: dict[str, "Key"] = field(default_factory=dict)

    needed: dict[str, "Key"] = field(default_factory=dict)
    """Those of the children that the standard demands whatever the other keys say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One major version of the standard."""

    newest: str
    recommended: str
    versions: frozenset[str]
    current: frozenset[str]
    """Versions that need no word about their age."""
    root: Key
    renamed: Mapping[str, str]
    """Path that a key had once, to the path that it has now."""
    dialect_keys: frozenset[str]
    dialect_prefixes: tuple[str, ...]
    removed: Mapping[str, str]
    """Path of a key that this major version gave up, to the path of its successor, or empty."""
    support_aliases: frozenset[str]

    def key_at(self, path: str) -> Key | None:
        """Find a key by its dotted path."""
        key: Key | None = self.root
        for name in path.split("."):
            key = key.children.get(name) if key is not None else None
        return key

    def keys(self) -> Iterator[Key]:
        """Give all keys, parents first."""
        pending = list(self.root.children.values())
        while pending:
            key = pending.pop(0)
            yield key
            pending[:0] = key.children.values()


@cache
def standard(major: int) -> Standard:
    """Give the table of a major version: 0 or 1."""
    tables = tomllib.loads(_text("v0.toml"))
    removed: dict[str, str] = {}
    if major == 1:
        changes = tomllib.loads(_text("v1.toml"))
        removed = changes["removed"]
        tables["keys"] = [row for row in tables["keys"] if not _is_removed(row["path"], removed)]
        for name in ("newest", "recommended", "versions", "current"):
            tables[name] = changes[name]
        for name, words in changes["vocabularies"].items():
            tables["vocabularies"][name] = words
    dialects = tables["dialects"]
    return Standard(
        newest=tables["newest"],
        recommended=tables["recommended"],
        versions=frozenset(tables["versions"]),
        current=frozenset(tables["current"]),
        root=_tree(tables["keys"], tables["vocabularies"]),
        renamed=tables["renamed"],
        dialect_keys=frozenset(dialects["keys"]),
        dialect_prefixes=tuple(dialects["prefixes"]),
        removed=removed,
        support_aliases=frozenset(tables["vocabularies"]["supports"]),
    )


def words(file: str) -> tuple[str, ...]:
    """Give the lines of a word list, without its comments."""
    lines = _text(file).splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _text(file: str) -> str:
    return resources.files(__name__).joinpath(file).read_text(encoding="utf-8")


def _is_removed(path: str, removed: Mapping[str, str]) -> bool:
    return any(path == gone or path.startswith(gone + ".") for gone in removed)


def _tree(rows: list[dict[str, Any]], vocabularies: dict[str, list[str]]) -> Key:
    """Hang the rows of a table below each other by their paths."""
    root = Key(path="", name="", type="section")
    shared = {row["like"] for row in rows if "like" in row}
    hosts = {name: Key(path=name, name=name, type="section") for name in shared}
    for row in rows:
        *above, name = row["path"].replace("[]", "").split(".")
        parent = hosts.get(above[0], root) if above else root
        for part in above if parent is root else above[1:]:
            parent = parent.children[part]
        chosen = tuple(vocabularies[row["vocabulary"]]) if "vocabulary" in row else ()
        key = Key(
            path=row["path"].replace("[]", ""),
            name=name,
            type=row["type"],
            presence=Presence(row.get("presence", "optional")),
            is_list=row.get("list", False),
            single=row.get("single", False),
            since=row["since"],
            deprecated=row.get("deprecated"),
            successor=row.get("successor"),
            words=chosen,
            vocabulary=frozenset(chosen),
            maximum=row.get("max"),
            minimum=row.get("min"),
            extensions=tuple(row.get("extensions", ())),
            children=hosts[row["like"]].children if "like" in row else {},
            needed=hosts[row["like"]].needed if "like" in row else {},
        )
        parent.children[name] = key
        if key.presence in (Presence.ESSENTIAL, Presence.REQUIRED):
            parent.needed[name] = key
    return root
