# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the reference parser takes for a good value."""

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from harvester.publiccode import vocabulary
from harvester.publiccode.dates import iso_date
from harvester.publiccode.values import MIME_TYPE, URN

_LANGUAGE = re.compile(
    r"(?P<base>[a-z]{2,3})(?P<extended>(?:-[a-z]{3}){0,3})"
    r"(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
)
_PRIVATE = re.compile(r"x-[a-z0-9]{1,8}")
_REGIONS_BEYOND = frozenset(("xk", "eu", "uk"))
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_LOWER_OPERATOR = re.compile(r"\s(?:and|or)\s")
_ITALIAN = "x-italian-pa:"


def is_url(text: str) -> bool:
    """Say whether a text is an address with a scheme, and something behind it."""
    lowered = text.lower()
    parts = urlsplit(lowered)
    if not parts.scheme:
        return False
    opaque = not lowered[len(parts.scheme) + 1 :].startswith("/") and bool(parts.path)
    return bool(parts.netloc or parts.fragment or opaque)


def is_web_url(text: str) -> bool:
    """Say whether a text is an http or https address with a host."""
    parts = urlsplit(text.lower())
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def is_date(text: str) -> bool:
    """Say whether a text is a date of the form YYYY-MM-DD."""
    return iso_date(text) is not None


def is_mime_type(text: str) -> bool:
    """Say whether a text is a MIME type; spaces around it do not matter."""
    return MIME_TYPE.fullmatch(text.strip(" ")) is not None


def is_country(text: str) -> bool:
    """Say whether a text is a country code, all in capitals or all in small letters."""
    uniform = text in (text.lower(), text.upper())
    return uniform and text.upper() in vocabulary.country_codes()


def is_license(text: str) -> bool:
    """Say whether a text is an SPDX expression; operators are written in capitals."""
    return vocabulary.license_of(text).expression is not None and not _LOWER_OPERATOR.search(text)


def is_organisation_uri(text: str) -> bool:
    """Say whether a text is an address with a host, or a URN; Italian ones have to exist."""
    scheme, colon, rest = text.partition(":")
    if not colon or not _URI.fullmatch(text):
        return False
    if scheme.lower() == "urn":
        if not URN.fullmatch(text):
            return False
        if rest.lower().startswith(_ITALIAN):
            return vocabulary.is_italian_administration(rest[len(_ITALIAN) :])
        return True
    return rest.startswith("//") and rest.strip("/") != ""


def is_uri(text: str) -> bool:
    """Say whether a text is any URI."""
    scheme, _, rest = text.partition(":")
    if scheme.lower() == "urn":
        return URN.fullmatch(text) is not None
    return _URI.fullmatch(text) is not None and bool(rest.strip("/"))


@cache
def _registry() -> dict[str, dict[str, tuple[str, ...]]]:
    """Give the subtags of BCP 47 by their type, each with the prefixes that it goes with."""
    from langcodes import registry_parser  # noqa: PLC0415 - slow to read

    registry: dict[str, dict[str, tuple[str, ...]]] = {}
    parse: Any = registry_parser.parse_registry
    for entry in parse():
        name = entry.get("Subtag", entry.get("Tag", "")).lower()
        prefixes = tuple(prefix.lower() for prefix in entry.get("Prefix", ()))
        registry.setdefault(entry["Type"], {})[name] = prefixes
    return registry


def is_language(text: str) -> bool:
    """Say whether a text is a BCP 47 tag in its shortest form: ``it``, not ``ita``."""
    tag = text.lower()
    registry = _registry()
    if tag in registry["grandfathered"] or _PRIVATE.fullmatch(tag):
        return True
    found = _LANGUAGE.fullmatch(tag)
    if found is None:
        return False
    base, script, region = found["base"], found["script"], found["region"]
    extended = [part for part in found["extended"].split("-") if part]
    variants = [part for part in found["variants"].split("-") if part]
    return (
        base in registry["language"]
        and (script is None or script in registry["script"])
        and (region is None or region in registry["region"] or region in _REGIONS_BEYOND)
        and all(_fits(tag, part, registry["extlang"]) for part in extended)
        and all(_fits(tag, part, registry["variant"]) for part in variants)
    )


def _fits(tag: str, part: str, subtags: dict[str, tuple[str, ...]]) -> bool:
    prefixes = subtags.get(part)
    if prefixes is None:
        return False
    return not prefixes or any(f"{tag}-".startswith(prefix) for prefix in prefixes)
