# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What every form has in common; ``python -m tests.feed.test_forms`` writes ``golden/`` anew."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.cli.export import KINDS
from harvester.feed.forms import FORMS
from harvester.feed.heading import Setting
from harvester.ports.rows import Entry
from tests.feed.catalogue import HEADING, RECORD, catalogue, entry

GOLDEN = Path(__file__).parent / "golden"
SETTING = Setting(heading=HEADING)
STRANGE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x07\x1b\x85\u2028\u202e\ufeff\ufffe\ud800\n\r\t\"'<>&\\{}[]#:-|@%`"),
    ),
    max_size=30,
)
"""Texts of strangers: any code point, and those that mean something to somebody."""
RECORDS = st.recursive(
    st.one_of(
        STRANGE,
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(STRANGE, inner, max_size=3)
    ),
    max_leaves=8,
)


def written(name: str, entries: Iterable[Entry], setting: Setting = SETTING) -> str:
    """Write a form; what cannot be UTF-8 fails here."""
    return b"".join(part.encode() for part in FORMS[name].write(entries, setting)).decode()


def hostile(text: str, odd: Any = None) -> Entry:
    """Give an entry with a stranger's text in every place where a file has one."""

    def spoilt(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoilt(item) for key, item in value.items()}
        if isinstance(value, list):
            return [spoilt(item) for item in value]
        return text if isinstance(value, str) else value

    made = entry(
        name=text,
        publiccode={**spoilt(RECORD), "x-odd": odd, text: text},
        publisher={"name": text, "uri": text, "level": "municipal"},
        repository={"topics": [text], "languages": [text], "license": text, "created_at": text},
    )
    # As a document that holds its characters as they are, and as one that has them as escapes.
    escaped = json.dumps(json.loads(made.document), separators=(",", ":"))
    return Entry(
        id=made.id, state=made.state, document=escaped, updated_at=made.updated_at, activity=None
    )


@pytest.mark.parametrize("name", FORMS)
def test_what_it_makes_of_a_catalogue(name: str) -> None:
    text = written(name, catalogue())
    assert text == (GOLDEN / FORMS[name].file_name).read_bytes().decode(), "see the docstring"
    assert written(name, catalogue()) == text


# The one reads no entries, the other has to read all of them to know the newest, and keeps those.
@pytest.mark.parametrize("name", sorted({*FORMS} - {"table-schema", "atom"}))
def test_it_streams(name: str) -> None:
    """Pieces come while entries are still read: nothing waits for the last one."""
    form, read = FORMS[name], 0

    def endless() -> Iterable[Entry]:
        nonlocal read
        for read in itertools.count(1):
            yield entry(read, name="x", publiccode={"name": "x"})

    for _ in itertools.islice(form.write(endless(), SETTING), 50):
        assert read <= 51
    assert read > 0


def test_names() -> None:
    assert tuple(FORMS) == KINDS
    assert len({form.file_name for form in FORMS.values()}) == len(FORMS)


@settings(max_examples=40, deadline=None)
@given(STRANGE, RECORDS)
def test_texts_of_strangers_are_texts(text: str, odd: Any) -> None:
    """No form fails on any text, and each can be written as UTF-8."""
    for name in FORMS:
        if name not in ("jsonl", "json", "csv"):
            assert written(name, [hostile(text, odd)])


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, form in FORMS.items():
        (GOLDEN / form.file_name).write_bytes(written(name, catalogue()).encode())
