# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from harvester.cli.estimates import expected
from harvester.ports.listing import Estimate
from tests.cli.conftest import SETTINGS, Shell


def test_what_a_crawl_would_cost(shell: Shell) -> None:
    ran = shell("plan")
    assert (ran.code, ran.out) == (
        0,
        "forge (never crawled): expected: about 4 requests (4 REST)\n",
    )
    assert not (shell.folder / "harvester.db").exists()
    shell("crawl")
    assert shell("plan", "forge").out.startswith("forge (3 repositories known): ")
    (source,) = shell("plan", "--json").json["sources"]
    assert source["requests"] == {"graphql": 0, "rest": 4, "raw": 0}
    assert source["sweep"] is False
    assert "; reads what moved since the last crawl" in shell("plan").out
    shell.settings(SETTINGS.replace("city/private-*", "city/elsewhere-*"))
    assert shell("plan", "--json").json["sources"][0]["sweep"] is True, "of another scope"
    assert shell("plan", "none").code == 2


def test_the_summary_says_how_far_the_prediction_was_off(shell: Shell) -> None:
    ran = shell("crawl")
    line = "  predicted     4 requests (4 fewer were sent)"
    assert line in ran.out.splitlines()
    (source,) = shell("crawl", "--json").json["sources"]
    assert source["predicted"] == {
        "requests": {"graphql": 0, "rest": 4, "raw": 0},
        "points": 0,
        "exact": True,
    }
    part = shell("crawl", "--limit", "1", "--full")
    assert "predicted" not in part.out
    by_hand = shell("crawl", "https://forge.example/city/one", "--json")
    assert by_hand.json["sources"][0]["predicted"] is None


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(), "expected: about 0 requests"),
        (
            Estimate(graphql=20, raw=5, points=40, exact=False, remark="the size is not known"),
            "expected: at least 25 requests (20 GraphQL, 5 raw), 40 points; the size is not known",
        ),
    ],
)
def test_estimates_in_words(estimate: Estimate, text: str) -> None:
    assert expected(estimate) == text
