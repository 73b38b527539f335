# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.search.words import called, distance, fold, parts, stems, tokens, written


@pytest.mark.parametrize(
    "spellings",
    [
        ("Bürger", "Buerger", "BURGER", "bu\u0308rger"),
        ("Straße", "STRASSE", "straße"),
        ("Œuvre", "œuvre"),
        ("Łódź", "Lodz"),
    ],
)
def test_spellings_of_one_word_are_one(spellings: tuple[str, ...]) -> None:
    assert len({fold(word) for word in spellings}) == 1


def test_a_digraph_after_q_is_none() -> None:
    assert fold("Quelle") == "quelle"
    assert fold("Queue") == "queu"


@pytest.mark.parametrize(
    ("inflected", "looked_for"),
    [
        ("Anträge", "Antrag"),
        ("Antraege", "Anträgen"),
        ("Verwaltungen", "Verwaltung"),
        ("Formularen", "Formular"),
        ("citizens", "citizen"),
        ("building", "builds"),
        ("libraries", "library"),
    ],
)
def test_inflections_meet(inflected: str, looked_for: str) -> None:
    word = looked_for.casefold()
    assert tokens(inflected) & {fold(word), *stems(word)}


def test_words_of_a_text() -> None:
    assert list(written("Das **E-Akte**-Modul (C++, C#) unter https://a.example/b_c: x_y!")) == [
        "das",
        "e-akte",
        "modul",
        "c++",
        "c#",
        "unter",
        "x",
        "y",
    ]
    assert list(written("a" * 61)) == []


def test_hyphens() -> None:
    assert parts("e-akte") == ("eakte",)
    assert parts("open-source") == ("open", "source")
    assert {"e", "akte", "eakte"} <= tokens("E-Akte", ())
    assert tokens("Open-Source", ()) == {"open", "source", "opensource"}


def test_names_are_compared_without_signs() -> None:
    assert called("Haupt-Buch™  (neu)") == called("haupt buch neu") != called("Hauptbuch")


WORD = st.text(alphabet="abcd", max_size=6)


@given(WORD, WORD)
def test_distance_is_one(one: str, other: str) -> None:
    """It is symmetric, zero only for the same, at most the longer word, and a slip costs one."""
    there = distance(one, other)
    assert there == distance(other, one)
    assert (there == 0) == (one == other)
    assert abs(len(one) - len(other)) <= there <= max(len(one), len(other))
    assert distance(one, one + "x") == distance(one, "x" + one) == 1
    if len(one) > 1 and one[0] != one[1]:
        assert distance(one, one[1] + one[0] + one[2:]) == 1


@given(st.text(max_size=40))
def test_any_text_gives_words_that_a_database_holds(text: str) -> None:
    """Neither blanks nor quotes: FTS5 and tsvector are given them as they are."""
    for word in tokens(text):
        assert word
        assert not set(word) & set(" \t\n'\"\\:*&|!()\x00%_")
        word.encode()
