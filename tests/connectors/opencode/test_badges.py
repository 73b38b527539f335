# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What of a badge API's answer is believed."""

import pytest

from connectors.opencode.badges import GIVER, read
from harvester.model import Badge


def sarif(*rows: object) -> object:
    return {"runs": [{"properties": {"badges": list(rows)}}]}


def test_the_highest_level_that_was_granted() -> None:
    bronze = {"badgeId": "REUSED", "badgeLevel": "BRONZE", "badgeGranted": True}
    silver = {**bronze, "badgeLevel": "SILVER", "isHighestGrantedBadge": True}
    gold = {**bronze, "badgeLevel": "GOLD", "badgeGranted": False}
    expected = (Badge(by=GIVER, id="REUSED", level="SILVER", url=None),)
    assert read(sarif(bronze, silver, gold)) == expected
    assert read(sarif(silver, bronze)) == expected


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "x",
        {},
        {"runs": None},
        {"runs": [None, {}, {"properties": 3}, {"properties": {"badges": {}}}]},
        sarif(None, 3, {"badgeId": 3, "badgeGranted": True}, {"badgeId": "A", "badgeGranted": "y"}),
    ],
)
def test_rubbish_is_no_badge(told: object) -> None:
    assert read(told) == ()


def test_strange_values_are_cut_or_left_out() -> None:
    (badge,) = read(
        sarif(
            {
                "badgeId": "A" * 999,
                "badgeLevel": 3,
                "badgeUrl": "javascript:alert(1)",
                "badgeGranted": True,
            }
        )
    )
    assert (len(badge.id), badge.level, badge.url) == (200, None, None)
