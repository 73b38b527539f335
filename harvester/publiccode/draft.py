# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A first publiccode.yml, from what a repository tells; every guess is marked as one."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from harvester.publiccode import vocabulary
from harvester.publiccode.decoding import REPLACEMENT, UNPRINTABLE
from harvester.publiccode.messages import draft_words
from harvester.publiccode.standard import standard

_SHORT = 150
_LONG = 150
_LONGEST = 2000
_PLATFORMS = {
    "swift": "ios",
    "objective-c": "ios",
    "kotlin": "android",
    "c": "linux",
    "c++": "linux",
    "rust": "linux",
    "go": "linux",
    "shell": "linux",
    "c#": "windows",
}
_LIBRARIES = frozenset(("library", "sdk", "framework", "package", "npm-package"))
_MARKUP = re.compile(r"^\s*(?:#|[!\[<|>*=-]|```|:)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFacts:
    """What is known of a repository."""

    name: str
    url: str
    description: str | None = None
    license: str | None = None
    """SPDX id as the forge detected it."""
    homepage: str | None = None
    languages: tuple[str, ...] = ()
    """Programming languages, the one with the largest share first."""
    topics: tuple[str, ...] = ()
    archived: bool = False
    release: str | None = None
    """Name of the newest release."""
    released_on: date | None = None
    readme: str | None = None
    logo: str | None = None
    """Path of a file that looks like one."""


def draft(facts: RepositoryFacts, language: str = "en") -> str:
    """Write a draft; the texts and the descriptions are in one language.

    Raises:
        KeyError: there are no words in the language.
    """
    words = draft_words(language)
    lines = [f"# {words['head']}", "", f'publiccodeYmlVersion: "{standard(0).recommended}"', ""]
    lines += _about(facts, words)
    lines += _description(facts, words, language)
    lines += _rest(facts, words, language)
    return "\n".join(lines) + "\n"


def _about(facts: RepositoryFacts, words: Mapping[str, str]) -> Iterator[str]:
    fact, guess = f"  # {words['fact']}", f"  # {words['guess']}"
    yield f"name: {_quoted(facts.name)}{fact}"
    yield f"url: {_quoted(facts.url)}{fact}"
    if facts.homepage:
        yield f"landingURL: {_quoted(facts.homepage)}{fact}"
    if facts.release:
        yield f"softwareVersion: {_quoted(facts.release)}{fact}"
    if facts.released_on:
        yield f"releaseDate: {facts.released_on.isoformat()}{fact}"
    if facts.logo:
        yield f"logo: {_quoted(facts.logo)}{guess}"
    yield "platforms:"
    for platform in _platforms(facts):
        yield f"  - {platform}{guess}"
    categories = [topic for topic in facts.topics if topic in _categories()]
    if categories:
        yield "categories:"
        yield from (f"  - {category}{guess}" for category in categories)
    else:
        yield f"# categories:  # {words['missing']}: {words['categories']}"
    yield f"developmentStatus: {_status(facts)}{guess}"
    library = not _LIBRARIES.isdisjoint(facts.topics)
    yield f"softwareType: {'library' if library else 'standalone/web'}{guess}"
    yield f"# organisation:  # {words['missing']}: {words['organisation']}"
    yield "#   uri: https://"
    yield "#   name:"
    yield ""


def _description(facts: RepositoryFacts, words: Mapping[str, str], language: str) -> Iterator[str]:
    missing = f"# {words['missing']}"
    paragraph = _paragraph(facts.readme or "")
    short, source = facts.description, words["fact"]
    if not short:
        short, source = paragraph[:_SHORT], words["guess"]
    yield "description:"
    yield f"  {language}:"
    if short:
        yield f"    shortDescription: {_quoted(_cut(short))}  # {source}"
    else:
        yield f"    shortDescription: TODO  {missing}: {words['short']}"
    if vocabulary.graphemes(paragraph) >= _LONG:
        yield f"    longDescription: {_quoted(paragraph)}  # {words['guess']}"
    else:
        yield f"    longDescription: TODO  {missing}: {words['long']}"
    yield "    features:"
    yield f"      - TODO  {missing}: {words['feature']}"
    yield ""


def _rest(facts: RepositoryFacts, words: Mapping[str, str], language: str) -> Iterator[str]:
    known = vocabulary.license_of(facts.license).expression if facts.license else None
    yield "legal:"
    if known:
        yield f"  license: {_quoted(known)}  # {words['fact']}"
    else:
        yield f"  license: TODO  # {words['missing']}: {words['license']}"
    yield ""
    yield "maintenance:"
    yield f"  type: {'none' if facts.archived else 'internal'}  # {words['guess']}"
    if not facts.archived:
        yield "  contacts:"
        yield f"    - name: TODO  # {words['missing']}: {words['contact']}"
    yield ""
    yield "localisation:"
    yield f"  localisationReady: false  # {words['guess']}"
    yield "  availableLanguages:"
    yield f"    - {language}  # {words['guess']}"


def _platforms(facts: RepositoryFacts) -> list[str]:
    found = [_PLATFORMS.get(language.lower(), "web") for language in facts.languages[:1]]
    return found or ["web"]


def _categories() -> frozenset[str]:
    key = standard(0).key_at("categories")
    return key.vocabulary if key else frozenset()


def _status(facts: RepositoryFacts) -> str:
    """Guess how far the software is: by its version, where it has one."""
    if facts.archived:
        return "obsolete"
    number = re.search(r"\d+", facts.release or "")
    if number is None:
        return "development"
    return "stable" if int(number[0][:9]) > 0 else "beta"


def _paragraph(readme: str) -> str:
    """Give the first paragraph of prose."""
    for block in re.split(r"\n\s*\n", readme):
        if block.strip() and not _MARKUP.search(block):
            return " ".join(block.split())[:_LONGEST]
    return ""


def _cut(text: str) -> str:
    """Shorten a text to what is allowed, at the end of a word."""
    line = " ".join(text.split())
    if len(line) <= _SHORT:
        return line
    return line[: _SHORT - 1].rpartition(" ")[0] + "…"


def _quoted(text: str) -> str:
    """Write a text so that YAML reads it back as it is."""
    line = UNPRINTABLE.sub(REPLACEMENT, " ".join(text.split()))
    return json.dumps(line, ensure_ascii=False)
