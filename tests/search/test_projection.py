# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is read out of an entry's document; whatever stands in it."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.ports.projection import DERIVED, Facet, Projection, Tie, Words
from harvester.search.projection import project

BARE: dict[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000000",
    "url": "https://a.example/Amt/Wahl-Helfer",
    "aliases": ["https://old.example/x"],
    "name": None,
    "file_state": "absent",
    "repository": None,
    "publisher": None,
    "publiccode": None,
    "based_on": [],
}


def projected(**line: Any) -> Projection:
    return project(json.dumps({**BARE, **line}))


def test_a_tombstone_has_its_address() -> None:
    assert projected() == Projection(
        name_key="wahl helfer",
        released_on="",
        values=(
            (Tie.ADDRESS, "a.example/amt/wahl-helfer"),
            (Tie.ADDRESS, "old.example/x"),
            (Facet.VALIDITY, "absent"),
        ),
        words=Words(subject=("amt", "helf", "helfer", "wahl", "wahlhelf", "wahlhelfer")),
    )


def test_a_word_stands_where_it_weighs_most() -> None:
    words = projected(
        name="Wahl",
        publiccode={
            "categories": ["wahl-local"],
            "description": {
                "de": {
                    "shortDescription": "Wahl lokal",
                    "features": ["Auszählung"],
                    "longDescription": "Wahl, Auszählung und mehr",
                }
            },
        },
        url="https://a.example/x",
    ).words
    assert words.name == ("wahl",)
    assert "wahl" not in {*words.subject, *words.summary, *words.text}
    assert {"lokal", "auszahlung"} <= set(words.summary)
    assert "auszahlung" not in words.text
    assert "mehr" in words.text


def test_texts_are_stemmed_in_their_own_language() -> None:
    def of(tag: str) -> set[str]:
        text = {"description": {tag: {"shortDescription": "Verwaltungen"}}}
        return set(projected(publiccode=text).words.summary)

    assert of("de") == of("de-AT") == {"verwaltungen", "verwalt"}
    assert of("en") == of("fr") == {"verwaltungen"}


def test_people_are_not_read() -> None:
    words = projected(
        publiccode={
            "maintenance": {
                "type": "contract",
                "contacts": [{"name": "Erika Mustermann", "email": "erika@amt.example"}],
                "contractors": [{"name": "Max Muster"}],
            },
            "legal": {"mainCopyrightOwner": "Erika Mustermann", "authorsFile": "erika"},
        }
    )
    assert "erika" not in repr(words).casefold()
    assert "muster" not in repr(words).casefold()


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", " ", "wahl", "Ä-B", "2026-01-31", "MIT OR (X)", "z" * 900]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "open", "leika", "ozg-id", "license", "type", "scope", "de", "features"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        *("categories", "legal", "platforms", "localisation", "intendedAudience", "maintenance"),
        *("usedBy", "de", "dependsOn", "description", "releaseDate", "applicationSuite"),
    ]
)


@settings(max_examples=60)
@given(st.dictionaries(KEYS, ANYTHING, max_size=4))
def test_a_record_may_hold_anything_anywhere(publiccode: dict[str, Any]) -> None:
    projection = projected(publiccode=publiccode)
    assert list(projection.values) == sorted(set(projection.values))
    assert all(value and len(value) <= 600 for _, value in projection.values)
    assert not {field for field, _ in projection.values} & DERIVED
