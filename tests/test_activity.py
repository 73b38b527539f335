# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The word for whether software is worked on follows from its criteria."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harvester.activity import ACTIVE_COMMITS, Criterion, Label, judge
from harvester.cli import words
from harvester.cli.options import Language
from harvester.model import Vitality

NOW = datetime(2026, 3, 9, tzinfo=UTC)
QUIET = Vitality(
    read_at=NOW, commits_90d=0, commits_365d=0, authors_365d=0, releases=0, last_release_at=None
)


def released(days: float) -> Vitality:
    return replace(QUIET, releases=1, last_release_at=NOW - timedelta(days=days))


@pytest.mark.parametrize(
    ("vitality", "label"),
    [
        (None, Label.UNKNOWN),
        (Vitality(read_at=NOW), Label.UNKNOWN),
        (QUIET, Label.STALE),
        (replace(QUIET, releases=None), Label.STALE),
        (replace(QUIET, commits_90d=ACTIVE_COMMITS, commits_365d=9), Label.ACTIVE),
        (replace(QUIET, commits_90d=ACTIVE_COMMITS - 1, commits_365d=9), Label.SLOW),
        (replace(QUIET, commits_365d=1), Label.SLOW),
        (released(365), Label.SLOW),
        (released(366), Label.STALE),
    ],
)
def test_labels(vitality: Vitality | None, label: Label) -> None:
    assert judge(vitality, archived=False).label is label
    assert judge(vitality, archived=True).label is Label.ARCHIVED


def test_every_criterion_is_told_whatever_the_label() -> None:
    for vitality in (None, QUIET, released(1)):
        verdict = judge(vitality, archived=False)
        assert [criterion for criterion, _ in verdict.criteria] == list(Criterion)
    unread = dict(judge(None, archived=False).criteria)
    assert unread.pop(Criterion.ARCHIVED) is False
    assert set(unread.values()) == {None}
    several = dict(judge(replace(QUIET, authors_365d=2), archived=False).criteria)
    assert several[Criterion.SEVERAL_AUTHORS] is True


def test_words_and_the_document_know_them_all() -> None:
    text = (Path(__file__).resolve().parents[1] / "docs" / "activity.md").read_text()
    told = dict(re.findall(r"(?m)^\| `(\w+)` \| (\w+) \|", text))
    assert told == {str(label): words.LABELS[label].de for label in Label}
    assert f"at least {ACTIVE_COMMITS} commits in 90 days" in text
    assert set(words.CRITERIA) == set(Criterion)
    assert words.answer(None, Language.DE) == "unbekannt"
