# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Wishes that one process leaves for another."""

from datetime import timedelta

import pytest

from harvester.ports import wishes
from harvester.ports.wishes import FORGOTTEN_AFTER, Answer
from storage.catalogue import SqlCatalogue
from storage.wishes import StoredWishes
from tests.storage.made import NOW


def test_a_wish_is_left_once_and_taken_once(catalogue: SqlCatalogue) -> None:
    box = StoredWishes(catalogue.store)
    assert box.leave("city", "group/One", NOW) is Answer.TAKEN
    assert box.leave("city", "group/one", NOW) is Answer.WAITING
    assert box.leave("town", "group/one", NOW - timedelta(seconds=1)) is Answer.TAKEN
    assert catalogue.wishes(NOW) == (("town", "group/one"), ("city", "group/One"))
    assert catalogue.wishes(NOW) == ()
    assert box.leave("city", "group/one", NOW) is Answer.TAKEN


def test_what_nobody_took_is_forgotten_and_too_many_are_refused(
    catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.wishes.MOST", 2)
    assert wishes.MOST > 2
    box = StoredWishes(catalogue.store)
    for name in "ab":
        assert box.leave("city", name, NOW) is Answer.TAKEN
    assert box.leave("city", "c", NOW) is Answer.FULL
    later = NOW + FORGOTTEN_AFTER
    assert box.leave("city", "c", later) is Answer.TAKEN
    assert catalogue.wishes(later + FORGOTTEN_AFTER) == ()
