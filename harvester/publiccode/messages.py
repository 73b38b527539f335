# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The sentences of findings, in every language that there is a catalogue of."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from harvester.model import Finding

LANGUAGES = ("en", "de")
_WORDS = ("expected", "found", "reason")
"""Arguments whose value is a word of the catalogue."""


def message(finding: Finding, language: str = "en") -> str:
    """Say what is wrong and what to do, in plain sentences.

    Raises:
        KeyError: the language is none of :data:`LANGUAGES`.
    """
    catalogue = _catalogue(language)
    entry, words = catalogue[finding.code], catalogue["words"]
    arguments = dict(finding.arguments)
    for name in _WORDS:
        if name in arguments:
            arguments[name] = words.get(arguments[name], arguments[name])
    if finding.suggestion is not None:
        arguments["suggestion"] = finding.suggestion
    text = entry["message"].format_map(arguments)
    template = entry.get("suggestion", words["suggestion"])
    if finding.suggestion is None or not template:
        return text
    return f"{text} {template.format_map(arguments)}"


def why(finding: Finding, language: str = "en") -> str:
    """Say why a finding matters."""
    return _catalogue(language)[finding.code]["why"].format_map(dict(finding.arguments))


def word(key: str, language: str = "en") -> str:
    """Give a word of the catalogue; what is none, such as ``HTTP 404``, is given back."""
    return _catalogue(language)["words"].get(key, key)


def verdict_words(language: str = "en") -> Mapping[str, str]:
    """Give the words of a verdict: ``valid``, ``invalid`` and the names of severities."""
    return _catalogue(language)["verdict"]


def draft_words(language: str = "en") -> Mapping[str, str]:
    """Give the words of a draft."""
    return _catalogue(language)["draft"]


def draft_sources(language: str = "en") -> Mapping[str, str]:
    """Name where a draft's guesses come from."""
    return _catalogue(language)["draft_sources"]


@cache
def _catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    if language not in LANGUAGES:
        raise KeyError(f"no messages in {language!r}; there are {', '.join(LANGUAGES)}")
    file = resources.files(__package__).joinpath("catalogue", f"{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
