# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import string

import pytest

from harvester.cli import words
from harvester.cli.options import Language
from harvester.crawl.reasons import FileReason, ItemReason, StateReason
from harvester.model import ItemStatus, Outcome, State
from harvester.ports.listing import FailureCode


def test_every_word_of_the_closed_lists_is_told() -> None:
    assert set(words.FILES) == set(FileReason)
    assert set(words.STATES) == set(StateReason)
    assert set(words.ITEMS) == {*ItemReason, *FailureCode}
    assert set(words.LISTS) == set(State)
    assert set(words.STATUSES) == set(ItemStatus)
    assert set(words.OUTCOMES) == set(Outcome)


@pytest.mark.parametrize("key", sorted(words._SENTENCES))
def test_both_languages_name_the_same_things(key: str) -> None:
    text = words._SENTENCES[key]
    names = [{name for _, name, _, _ in string.Formatter().parse(part) if name} for part in text]
    assert names[0] == names[1]
    assert text.en != text.de


def test_a_new_word_is_told_as_it_is() -> None:
    assert words.word(words.FILES, "brand-new", Language.DE) == "brand-new"
