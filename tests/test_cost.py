# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""docs/cost.md says what crawls cost; a smaller world must cost its share of that, and no more."""

import tomllib
from pathlib import Path

import pytest

from benchmarks import cost

ROOT = Path(__file__).resolve().parents[1]
SMALL = 100
"""Repositories, of two owners: a tenth of what the table is of."""
TRIED = [
    case
    for case in cost.CASES
    if (case.kind, case.way)
    in {
        ("gitlab", "groups, anonymous"),
        ("opencode", "instance, anonymous"),
        ("github", "owners, with a token"),
    }
]


def test_the_table_has_every_connector() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = set(project["project"]["entry-points"]["harvester.connectors"])
    assert {kind for kind, _, _ in cost.told()} == installed
    assert {(case.kind, case.way, run) for case in cost.CASES for run in cost.RUNS} == set(
        cost.told()
    )


@pytest.mark.parametrize("case", TRIED, ids=lambda case: f"{case.kind}, {case.way}")
def test_a_small_world_costs_its_share(case: cost.Case, tmp_path: Path) -> None:
    told = cost.told()
    for run, small in cost.measure(case, SMALL, tmp_path).items():
        large = told[case.kind, case.way, run]
        # What does not grow with the repositories is a request or two of each kind.
        share = SMALL / cost.REPOSITORIES
        for name in ("graphql", "rest", "raw", "points"):
            small_one, large_one = getattr(small, name), getattr(large, name)
            assert share * large_one - 2 <= small_one <= share * large_one + 2, (run, name)
