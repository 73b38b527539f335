# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Words of the wider world: licences, countries, languages, e-mail, telephone, videos.

Each question goes to a kept library and is answered once: real files ask the same few again and
again. The libraries are imported when the first question comes.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from harvester.publiccode.standard import words

_CACHE = 4096
_CLOSE = 0.72


def closest(word: str, candidates: tuple[str, ...]) -> str | None:
    """Give the candidate that somebody probably meant, if one is close enough."""
    return _closest(word.strip().lower(), candidates)


@lru_cache(maxsize=_CACHE)
def _closest(word: str, candidates: tuple[str, ...]) -> str | None:
    if len(word) > max((len(candidate) for candidate in candidates), default=0) + 8:
        return None
    folded = {candidate.lower(): candidate for candidate in candidates}
    squeezed = re.sub(r"[\s_/]+", "-", word)
    for attempt in (word, squeezed):
        if attempt in folded:
            return folded[attempt]
    found = get_close_matches(word, folded, n=1, cutoff=_CLOSE)
    return folded[found[0]] if found else None


# --- licences -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class License:
    """What a licence text turned out to be."""

    expression: str | None
    """The normalised SPDX expression; None where the text is none."""
    other_case: bool = False
    """It is written with capitals and small letters other than usual."""
    deprecated: bool = False
    """It uses an id that SPDX has replaced, with the same meaning."""


_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_MAX_LICENSE = 500
_USUAL = {
    # Names that people write, and the ids that they may have meant: suggested, never assumed.
    "eupl": "EUPL-1.2",
    "eupl1.2": "EUPL-1.2",
    "europeanunionpubliclicence1.2": "EUPL-1.2",
    "europeanunionpubliclicense1.2": "EUPL-1.2",
    "apache": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache2.0": "Apache-2.0",
    "apachelicense2.0": "Apache-2.0",
    "apachelicenseversion2.0": "Apache-2.0",
    "mitlicense": "MIT",
    "themitlicense": "MIT",
    "bsd": "BSD-3-Clause",
    "bsd3": "BSD-3-Clause",
    "gpl": "GPL-3.0-or-later",
    "gpl2": "GPL-2.0-only",
    "gplv2": "GPL-2.0-only",
    "gpl3": "GPL-3.0-only",
    "gplv3": "GPL-3.0-only",
    "gnugplv3": "GPL-3.0-only",
    "agpl": "AGPL-3.0-or-later",
    "agpl3": "AGPL-3.0-only",
    "agplv3": "AGPL-3.0-only",
    "lgpl": "LGPL-3.0-or-later",
    "lgpl3": "LGPL-3.0-only",
    "lgplv3": "LGPL-3.0-only",
    "mpl": "MPL-2.0",
    "mpl2": "MPL-2.0",
    "mpl2.0": "MPL-2.0",
    "cc0": "CC0-1.0",
    "cc-by": "CC-BY-4.0",
    "ccby4.0": "CC-BY-4.0",
}


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing  # noqa: PLC0415 - slow to import

    return get_spdx_licensing()


@cache
def _license_ids() -> tuple[str, ...]:
    known = _licensing().known_symbols
    return tuple(key for key in known if not key.startswith("LicenseRef-"))


@lru_cache(maxsize=_CACHE)
def license_of(text: str) -> License:
    """Read a licence as an SPDX expression; ``LicenseRef-…`` is one, as in the standard."""
    from license_expression import (  # noqa: PLC0415 - slow to import
        ExpressionError,
        ExpressionParseError,
    )

    cleaned = " ".join(text.split())
    if not cleaned or len(cleaned) > _MAX_LICENSE:
        return License(None)
    licensing = _licensing()
    try:
        parsed = licensing.parse(cleaned, strict=True)
        unknown = [
            key
            for key in licensing.unknown_license_keys(parsed)
            if not (_REFERENCE.fullmatch(key) or _is_or_later(key))
        ]
        expression = str(parsed.render())
    except (ExpressionError, ExpressionParseError, RecursionError):
        return License(None)
    if unknown:
        return License(None)
    usual, written = _terms(expression), _terms(cleaned)
    same = [term.casefold() for term in usual] == [term.casefold() for term in written]
    return License(expression, other_case=same and usual != written, deprecated=not same)


def _is_or_later(key: str) -> bool:
    """Say whether a text is a known id with the plus sign for *or any later version*."""
    return key.endswith("+") and key[:-1].casefold() in {
        known.casefold() for known in _license_ids()
    }


def _terms(expression: str) -> list[str]:
    """Give an expression's ids and operators; parentheses that change nothing come and go."""
    return re.findall(r"[^\s()]+", expression)


def license_suggestion(text: str) -> str | None:
    """Give the id of the licence that somebody probably meant."""
    text = " ".join(text.split())
    if len(text) > _MAX_LICENSE:
        return None
    squeezed = re.sub(r"[\s,()v_-]+(?=[0-9])|[\s,()_-]+", "", text.casefold())
    usual = _USUAL.get(squeezed) or _USUAL.get(text.casefold())
    return usual or closest(text, _license_ids())


# --- countries and languages ----------------------------------------------------------------

_KOSOVO = "XK"
"""Not in ISO 3166-1, but in the standard's list."""


@cache
def country_codes() -> frozenset[str]:
    """Give the two-letter codes of ISO 3166-1, and Kosovo's."""
    import pycountry  # noqa: PLC0415 - slow to import

    return frozenset({country.alpha_2 for country in pycountry.countries} | {_KOSOVO})


def country_suggestion(text: str) -> str | None:
    """Give the code of a country that is written as a name or with three letters."""
    return _countries_by_name().get(text.strip().casefold())


@cache
def _countries_by_name() -> dict[str, str]:
    import pycountry  # noqa: PLC0415 - slow to import

    names = {"uk": "GB"}
    for country in pycountry.countries:
        for attribute in ("name", "official_name", "common_name", "alpha_3"):
            name = getattr(country, attribute, None)
            if name:
                names[name.casefold()] = str(country.alpha_2)
    return names


_TAG = re.compile(r"[A-Za-z0-9]{1,8}(?:[-_][A-Za-z0-9]{1,8})*")
_MAX_TAG = 60
_OWN_NAMES = {
    # The names that languages have for themselves are in no library at hand.
    "deutsch": "de",
    "englisch": "en",
    "français": "fr",
    "italiano": "it",
    "nederlands": "nl",
}


@lru_cache(maxsize=_CACHE)
def language_of(text: str) -> str | None:
    """Give a BCP 47 language tag in its usual spelling; None where the text is none."""
    import langcodes  # noqa: PLC0415 - slow to import

    if len(text) > _MAX_TAG or not _TAG.fullmatch(text):
        return None
    try:
        return langcodes.standardize_tag(text) if langcodes.tag_is_valid(text) else None
    except (ValueError, LookupError):
        return None


def language_suggestion(text: str) -> str | None:
    """Give the tag that somebody meant by a locale's name or by the name of a language."""
    if len(text) > _MAX_TAG:
        return None
    locale = re.sub(r"\.[A-Za-z0-9-]+", "", text.strip()).replace("@", "-")
    return language_of(locale) or _languages_by_name().get(text.strip().casefold())


@cache
def _languages_by_name() -> dict[str, str]:
    import pycountry  # noqa: PLC0415 - slow to import

    names = {
        language.name.casefold(): str(getattr(language, "alpha_2", language.alpha_3))
        for language in pycountry.languages
    }
    return names | _OWN_NAMES


# --- people ---------------------------------------------------------------------------------


@lru_cache(maxsize=_CACHE)
def is_email(text: str) -> bool:
    """Say whether a text is an e-mail address, by its form alone."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow

    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def email_suggestion(text: str) -> str | None:
    """Give the address that somebody hid from robots by writing the at sign as a word."""
    meant = re.sub(r"\s*[\[({<]\s*(?:at|ät)\s*[\])}>]\s*", "@", text.strip(), flags=re.IGNORECASE)
    meant = re.sub(r"\s*[\[({<]\s*(?:dot|punkt)\s*[\])}>]\s*", ".", meant, flags=re.IGNORECASE)
    return meant if meant != text and is_email(meant) else None


@dataclass(frozen=True, slots=True)
class Phone:
    """What a telephone number turned out to be."""

    possible: bool
    international: bool
    suggestion: str | None = None


_MIN_DIGITS = 4


@lru_cache(maxsize=_CACHE)
def phone_of(text: str) -> Phone:
    """Read a telephone number; without the prefix of a country nobody abroad can dial it."""
    import phonenumbers  # noqa: PLC0415 - slow to import

    cleaned = re.sub(r"^\s*00(?=[1-9])", "+", text)
    try:
        number = phonenumbers.parse(cleaned, None)
    except phonenumbers.NumberParseException:
        digits = sum(character.isdigit() for character in text)
        return Phone(digits >= _MIN_DIGITS and len(text) < 2 * digits + 12, international=False)
    if not phonenumbers.is_possible_number(number):
        return Phone(possible=False, international=True)
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    spelled = phonenumbers.format_number(number, form)
    return Phone(True, cleaned == text, spelled if cleaned != text else None)


# --- other lists ----------------------------------------------------------------------------


@cache
def _video_pattern() -> re.Pattern[str]:
    patterns = (re.escape(host).replace(r"\*", ".*") for host in words("video_hosts.txt"))
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@lru_cache(maxsize=_CACHE)
def is_video(url: str) -> bool:
    """Say whether an address belongs to a provider whose videos can be embedded (oEmbed)."""
    return _video_pattern().fullmatch(url) is not None


@cache
def _administrations() -> frozenset[str]:
    return frozenset(code.casefold() for code in words("italian_administrations.txt"))


def is_italian_administration(code: str) -> bool:
    """Say whether a code is one of Indice PA's."""
    return code.casefold() in _administrations()


# Beyond these ranges characters may join with their neighbours.
_COMBINING = re.compile("[^\x00-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u22ff]")


def graphemes(text: str) -> int:
    """Count the characters of a text as a reader sees them."""
    if text.isascii() or not _COMBINING.search(text):
        return len(text) - text.count("\r\n")
    import regex  # noqa: PLC0415 - few texts need it

    return len(regex.findall(r"\X", text))
