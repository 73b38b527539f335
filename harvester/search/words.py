# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How words are treated, in entries and in questions alike. Pure.

Both databases are given ready words, so that a question finds the same on both: their own
dictionaries differ, and SQLite has none for German.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

MOST = 60
"""Characters; what is longer is no word but a key or an address."""
_WORD = re.compile(r"[^\W_]+(?:(?:\+\+|#)(?![^\W_]))?(?:-[^\W_]+)*")
_ADDRESS = re.compile(r"\b[a-z]{2,10}://\S+", re.IGNORECASE)
_DIGRAPH = re.compile(r"(?<!q)(?:ae|oe|ue)")
_ALGORITHMS = {"de": "german", "en": "english"}
LANGUAGES = tuple(_ALGORITHMS)
"""Whose words are stemmed."""
_SHORT = 3
"""Letters; parts of a hyphenated word with fewer mean nothing alone (``E-Akte``)."""
_CACHED = 65536

_GERMAN = """
aber als am an auch auf aus bei beim bis da das dass dem den der des die dies diese dieser durch
ein eine einem einen einer eines er es für hat ich im in ist kann mit nach nicht nur oder ohne sein
sich sie sind so über um und unter vom von vor was welche wer werden wie wir wird zu zum zur
"""
_ENGLISH = """
a about all and any are as be by can do does for from has have how i is it its of on or our that the
their there this to was we what when which who will with you your
"""
STOP_WORDS = frozenset(f"{_GERMAN} {_ENGLISH}".split())
"""Words of a question that say nothing, as long as another one does."""


def written(text: str) -> Iterator[str]:
    """Give the words of a text as they stand there, small letters, hyphens kept."""
    for found in _WORD.finditer(_ADDRESS.sub(" ", unicodedata.normalize("NFC", text)).casefold()):
        if len(found.group()) <= MOST:
            yield found.group()


def fold(word: str) -> str:
    """Give the one form of a word's spellings: ``Bürger``, ``Buerger`` and ``Burger`` are one.

    The rule is that of Snowball's German stemmer: *ae*, *oe* and *ue* stand for umlauts, except
    after *q*. It is applied to all words, whatever their language.
    """
    return _DIGRAPH.sub(lambda found: found.group()[0], bare(word))


def bare(word: str) -> str:
    """Give a text in small letters without accents; ``ß`` is ``ss`` (DIN 5007-1)."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    return plain.replace("ø", "o").replace("ł", "l").replace("đ", "d").casefold()


def _stem(word: str, language: str) -> str:
    """Give the folded stem of a word."""
    import snowballstemmer  # noqa: PLC0415 - only who searches or crawls needs it

    # A stemmer works in its own attributes, so that threads must not share one.
    return fold(snowballstemmer.stemmer(_ALGORITHMS[language]).stemWord(word))


def parts(word: str) -> tuple[str, ...]:
    """Give what a written word is looked for as: itself, or the parts that hyphens join."""
    pieces = word.split("-")
    if len(pieces) > 1 and min(map(len, pieces)) < _SHORT:
        return ("".join(pieces),)
    return tuple(pieces)


def stems(word: str, languages: Iterable[str] = LANGUAGES) -> tuple[str, ...]:
    """Give the folded stems of a written word, without the folded word itself."""
    found = {_stem(word, language) for language in languages}
    return tuple(sorted(found - {fold(word), ""}))


def tokens(text: str, languages: Iterable[str] = LANGUAGES) -> set[str]:
    """Give all by which the words of a text are found: folded, stemmed, and hyphens closed up."""
    among = tuple(languages)
    return {token for word in set(written(text)) for token in _forms(word, among)}


@lru_cache(maxsize=_CACHED)
def _forms(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    """Give all by which a written word is found; the same few thousand come again and again."""
    pieces = {*word.split("-"), word.replace("-", "")}
    stemmed = {_stem(piece, language) for piece in pieces for language in languages}
    return frozenset({*map(fold, pieces), *stemmed} - {""})


def called(text: str) -> str:
    """Give a name in the one form of its spellings, by which names are compared."""
    return " ".join(fold(word.replace("-", " ")) for word in written(text))


def distance(one: str, other: str) -> int:
    """Count the slips of a typist between two words: a letter more, less, wrong, or two swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, letter_there in enumerate(other, 1):
            cost = min(row[-1], before[j]) + 1
            cost = min(cost, before[j - 1] + (letter != letter_there))
            if i > 1 and j > 1 and (letter, one[i - 2]) == (other[j - 2], letter_there):
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
