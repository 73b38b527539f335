# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Asks the search index: makes of what people type what is looked for, misspelt words included."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from harvester.activity import ACTIVE_COMMITS, YEAR
from harvester.ports.search import (
    ActivityRule,
    Found,
    Inquiry,
    Question,
    SearchIndex,
    Sort,
    Wanted,
)
from harvester.search.words import (
    STOP_WORDS,
    called,
    distance,
    fold,
    parts,
    stems,
    written,
)

MOST_WORDS = 8
"""Words of a question; more are passed over."""
ITSELF, BEGINNING, INSIDE = 4, 2, 1
"""How well a token meets a word: it is the word or its stem, begins so, or has it inside."""
_CORRECTABLE = 4
"""Letters; shorter words are one slip away from too many others."""
_LONG = 8
"""Letters; so long a word may have two slips."""
_MOST_CORRECTIONS = 5


def ask(index: SearchIndex, question: Question, now: datetime) -> Found:
    """Answer a question.

    Each word of its text must be found: as itself, by its stem in German or English, as a part of
    a longer word, or, if nothing has it at all, as a word that is spelt nearly so.
    """
    spelt = _spelt(question.text)
    wanted, corrected = _wanted(index, spelt) if spelt else ((), {})
    if question.text.strip() and not spelt:
        wanted = (Wanted({}),)
    found = index.find(
        Inquiry(
            question=question,
            sort=order_of(question),
            words=wanted,
            called=called(question.text),
            now=now,
            rule=ActivityRule(active_commits=ACTIVE_COMMITS, year=YEAR),
        )
    )
    return replace(found, corrected=corrected)


def order_of(question: Question) -> Sort:
    """Say in which order answers come; without a text, nothing is more relevant than another."""
    text = bool(question.text.strip())
    sort = question.sort or (Sort.RELEVANCE if text else Sort.NAME)
    return sort if text or sort is not Sort.RELEVANCE else Sort.NAME


def _spelt(text: str) -> tuple[str, ...]:
    """Give the words of a text that are looked for, each once, in their order."""
    every = list(dict.fromkeys(part for word in written(text) for part in parts(word)))
    telling = [word for word in every if word not in STOP_WORDS]
    return tuple(telling or every)[:MOST_WORDS]


def _wanted(
    index: SearchIndex, spelt: tuple[str, ...]
) -> tuple[tuple[Wanted, ...], Mapping[str, tuple[str, ...]]]:
    """Say by which tokens each word is met; with the corrections of those that nothing has."""
    forms = {word: (fold(word), *stems(word)) for word in spelt}
    known = index.containing(sorted({form for it in forms.values() for form in it}))
    tokens = {word: _meeting(it, known) for word, it in forms.items()}
    missing = [word for word, it in tokens.items() if not it and len(word) >= _CORRECTABLE]
    corrected = {}
    if missing:
        alike = index.alike([fold(word) for word in missing])
        for word in missing:
            nearest = _nearest(fold(word), alike.get(fold(word), ()))
            if nearest:
                corrected[word] = nearest
                tokens[word] = dict.fromkeys(nearest, BEGINNING)
    return tuple(Wanted(tokens[word]) for word in spelt), corrected


def _meeting(forms: tuple[str, ...], known: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    meeting: dict[str, int] = {}
    for form in forms:
        for token in known.get(form, ()):
            meeting[token] = max(_how(token, form, forms), meeting.get(token, 0))
    return meeting


def _how(token: str, form: str, forms: tuple[str, ...]) -> int:
    if token in forms:
        return ITSELF
    return BEGINNING if token.startswith(form) else INSIDE


def _nearest(word: str, candidates: tuple[str, ...]) -> tuple[str, ...]:
    slips = 2 if len(word) >= _LONG else 1
    near = sorted(
        (gap, token)
        for token in candidates
        if abs(len(token) - len(word)) <= slips and (gap := distance(word, token)) <= slips
    )
    return tuple(token for gap, token in near if gap == near[0][0])[:_MOST_CORRECTIONS]
