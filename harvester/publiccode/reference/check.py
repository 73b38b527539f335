# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reference parser's checks of single fields, in the order of its table."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from harvester.publiccode import vocabulary
from harvester.publiccode.codes import Code
from harvester.publiccode.reference import values
from harvester.publiccode.reference.tables import ROOT, Field, tables
from harvester.publiccode.standard import standard

Told = tuple[Code, str, dict[str, str]]
"""A code, the key that it is told at, and the arguments of its message."""
_ALPHABETIC = re.compile(r"\[([A-Za-z]+)\]")
_ALIAS = "alias:"
_SIMPLE: dict[str, tuple[Callable[[str], bool], Code]] = {
    "url": (values.is_url, Code.BAD_LINK),
    "web-url": (values.is_web_url, Code.BAD_LINK),
    "date": (values.is_date, Code.BAD_DATE),
    "mime-type": (values.is_mime_type, Code.BAD_MIME_TYPE),
    "country": (values.is_country, Code.UNKNOWN_COUNTRY),
    "license": (values.is_license, Code.UNKNOWN_LICENSE),
    "language": (values.is_language, Code.UNKNOWN_LANGUAGE),
    "email": (vocabulary.is_email, Code.BAD_EMAIL),
    "organisation-uri": (values.is_organisation_uri, Code.BAD_ORGANISATION_URI),
    "italian-administration": (vocabulary.is_italian_administration, Code.UNKNOWN_IPA_CODE),
}


def check_fields(file: dict[str, Any]) -> Iterator[Told]:
    """Check everything that the table has checks for."""
    for code, key, arguments in _section(file, ROOT, ""):
        yield code, _ALPHABETIC.sub(r".\1", key), arguments


def _section(record: dict[str, Any], section: str, prefix: str) -> Iterator[Told]:
    for name, field in tables().sections[section].items():
        value = record.get(name)
        key = f"{prefix}{name}"
        told = list(_checks(value, field, key, record))
        yield from told
        if told and field.kind in ("languages", "list"):
            continue
        match field.kind:
            case "section":
                yield from _section(value or {}, field.section, f"{key}.")
            case "optional" if value is not None:
                yield from _section(value, field.section, f"{key}.")
            case "list":
                for index, item in enumerate(value or ()):
                    yield from _section(item, field.section, f"{key}[{index}].")
            case "languages":
                for language, part in (value or {}).items():
                    yield from _section(part, field.section, f"{key}[{language}].")


def _checks(value: Any, field: Field, key: str, record: dict[str, Any]) -> Iterator[Told]:
    """Give the first of a field's checks that fails; after ``each``, the first of each entry."""
    for number, check in enumerate(field.checks):
        if check == "each":
            for index, item in enumerate(value or ()):
                if item is None:
                    continue
                for rest in field.checks[number + 1 :]:
                    told = _check(rest, item, field.name, f"{key}[{index}]", record)
                    if told is not None:
                        yield told
                        break
            return
        if check in ("if-present", "if-filled"):
            if value is None or (check == "if-filled" and value == ""):
                return
            continue
        told = _check(check, value, field.name, key, record)
        if told is not None:
            yield told
            return


def _check(check: str, value: Any, name: str, key: str, record: dict[str, Any]) -> Told | None:
    kind, _, parameter = check.partition(":")
    if kind in _SIMPLE:
        is_good, code = _SIMPLE[kind]
        return None if is_good(value) else (code, key, {"value": value, "name": name})
    return _COMPOUND[kind](_Case(value, name, key, parameter, record))


@dataclass(frozen=True, slots=True)
class _Case:
    """A value to be checked."""

    value: Any
    name: str
    key: str
    parameter: str
    record: dict[str, Any]
    """The section that the value lies in."""


def _required(case: _Case) -> Told | None:
    missing = case.value is None or case.value == ""
    return (Code.MISSING, case.key, {"name": case.name}) if missing else None


def _not_empty(case: _Case) -> Told | None:
    return None if case.value else (Code.EMPTY, case.key, {"name": case.name})


def _at_most(case: _Case) -> Told | None:
    length = vocabulary.graphemes(case.value or "")
    arguments = {"length": str(length), "limit": case.parameter}
    return (Code.TOO_LONG, case.key, arguments) if length > int(case.parameter) else None


def _at_least(case: _Case) -> Told | None:
    length = vocabulary.graphemes(case.value or "")
    arguments = {"length": str(length), "limit": case.parameter}
    return (Code.TOO_SHORT, case.key, arguments) if length < int(case.parameter) else None


def _one_of(case: _Case) -> Told | None:
    words = _words(case.parameter)
    arguments = {"value": case.value, "allowed": ", ".join(words)}
    return None if case.value in words else (Code.NOT_IN_VOCABULARY, case.key, arguments)


def _in(case: _Case) -> Told | None:
    arguments = {"value": case.value, "name": case.name}
    known = case.value in _words(case.parameter)
    return None if known else (Code.NOT_IN_LONG_VOCABULARY, case.key, arguments)


def _language_keys(case: _Case) -> Told | None:
    wrong = next((tag for tag in case.value if not values.is_language(tag)), None)
    return None if wrong is None else (Code.UNKNOWN_LANGUAGE, case.key, {"value": wrong})


def _words(name: str) -> tuple[str, ...]:
    key = standard(0).key_at(name)
    return key.words if key is not None else ()


def _support(case: _Case) -> Told | None:
    value, key = case.value, case.key
    if value.startswith(_ALIAS):
        aliases = standard(0).support_aliases
        if value.removeprefix(_ALIAS) in aliases:
            return None
        allowed = ", ".join(f"{_ALIAS}{alias}" for alias in sorted(aliases))
        return Code.UNKNOWN_ALIAS, key, {"value": value, "allowed": allowed}
    return None if values.is_uri(value) else (Code.BAD_ORGANISATION_URI, key, {"value": value})


def _contractors(case: _Case) -> Told | None:
    kind, present = case.record.get("type"), case.value is not None
    if kind == "contract":
        return None if present else (Code.CONTRACTORS_MISSING, case.key, {})
    arguments = {"type": str(kind or "")}
    return (Code.CONTRACTORS_UNEXPECTED, case.key, arguments) if present else None


def _contacts(case: _Case) -> Told | None:
    kind = case.record.get("type")
    if kind in ("community", "internal") and case.value is None:
        return Code.CONTACTS_MISSING, case.key, {"type": kind}
    return None


_COMPOUND: dict[str, Callable[[_Case], Told | None]] = {
    "required": _required,
    "not-empty": _not_empty,
    "at-most": _at_most,
    "at-least": _at_least,
    "one-of": _one_of,
    "in": _in,
    "language-keys": _language_keys,
    "support": _support,
    "contractors": _contractors,
    "contacts": _contacts,
}
