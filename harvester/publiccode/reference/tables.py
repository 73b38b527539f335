# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reference parser's table, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

ROOT = "File"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a section."""

    name: str
    kind: str
    """``string``, ``list``, ``optional``, …"""
    section: str
    """The section that the kind is of; empty where it is of none."""
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The whole table."""

    versions: frozenset[str]
    latest: str
    sections: Mapping[str, Mapping[str, Field]]


@cache
def tables() -> Tables:
    """Give the reference parser's table."""
    text = resources.files(__package__).joinpath("v0.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    sections = {}
    for section, rows in document.items():
        if not isinstance(rows, dict):
            continue
        fields = {}
        for name, row in rows.items():
            kind, _, of = row["type"].partition(":")
            fields[name] = Field(name, kind, of, tuple(row.get("checks", ())))
        sections[section] = fields
    return Tables(frozenset(document["versions"]), document["latest"], sections)
