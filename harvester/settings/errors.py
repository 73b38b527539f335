# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Refusals of settings: each with the place, the key and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from harvester.nearest import did_you_mean
from harvester.ports.errors import HarvesterError
from harvester.toml import KeyPath, TomlDocument, shown

_EXPECTED = {
    "string_type": "expects text in quotes",
    "float_type": "expects a number",
    "int_type": "expects a whole number",
    "int_from_float": "expects a whole number",
    "bool_type": "expects true or false, without quotes",
    "tuple_type": 'expects a list, such as ["…", "…"]',
    "list_type": 'expects a list, such as ["…", "…"]',
    "model_type": "expects a table",
    "dict_type": "expects a table",
}
_PLAIN = {
    "missing": "is missing; add it",
    "too_short": "expects at least one entry",
    "string_pattern_mismatch": (
        "expects letters, digits, dots, hyphens and underscores, at most 64"
    ),
    "literal_error": "expects {expected}",
}
_SECRETS = ("token", "password", "secret", "private_key")


class SettingsError(HarvesterError):
    """The configuration is refused; one line for each reason."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one key."""

    key: KeyPath
    text: str
    """What is wrong and what to do; never a secret's value."""


@dataclass(frozen=True, slots=True)
class Places:
    """Tells where a key was set: in the file with its line, or in the environment."""

    document: TomlDocument
    variables: Mapping[tuple[str, ...], str]
    """Keys that the environment sets, with the variable's name."""

    def of(self, key: KeyPath) -> str:
        """Give ``FILE:LINE: KEY`` (and the source's name), or the variable's name."""
        if variable := self.variables.get(tuple(str(part) for part in key)):
            return f"environment: {variable}"
        name = self._source_name(key)
        source = f' (source "{name}")' if name else ""
        return f"{self.document.path}:{self.document.line(key)}: {shown(key)}{source}"

    def _source_name(self, key: KeyPath) -> str | None:
        if len(key) > 1 and key[0] == "sources" and isinstance(key[1], int):
            table = self.document.data["sources"][key[1]]
            name = table.get("name") if isinstance(table, dict) else None
            return name if isinstance(name, str) else None
        return None


def refusal(problems: Sequence[Problem], places: Places) -> SettingsError:
    """Make one error of all problems, in the order of the file."""
    told = {problem.key: places.of(problem.key) for problem in problems}
    ordered = sorted(problems, key=lambda problem: places.document.line(problem.key))
    return SettingsError("\n".join(f"{told[p.key]}: {p.text}" for p in ordered))


def unknown_key(name: str, known: Sequence[str]) -> str:
    """Say that there is no such key, and which one may be meant."""
    if name in _SECRETS:
        near = [key for key in known if key in (f"{name}_env", f"{name}_file")]
        if near:
            return f"unknown key; secrets do not stand here, name them with {' or '.join(near)}"
    return f"unknown key; {did_you_mean(name, known)}"


def explain(error: ErrorDetails) -> str:
    """Say in plain words what pydantic found; shows no value, which might be a secret."""
    kind = error["type"]
    context: Mapping[str, Any] = error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in _EXPECTED:
        return f"{_EXPECTED[kind]}, not {_kind_of(error['input'])}"
    if kind in _PLAIN:
        return _PLAIN[kind].format(**context)
    message = error["msg"].removeprefix("Input should be ")
    return f"expects a value {message}" if message != error["msg"] else message


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    for kind, word in (
        (str, "text"),
        (int, "a number"),
        (float, "a number with a fraction"),
        (dict, "a table"),
        (list, "a list"),
    ):
        if isinstance(value, kind):
            return word
    return "a date or time"
