# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who comes first when a run ends early, over restarts."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.forges.faults import Answer
from tests.forges.world import World
from tests.outcomes.bench import BEFORE, Bench
from tests.outcomes.forges import Gitea, GitHub, GitLab
from tests.outcomes.places import OWNERS, ForgeUnderTest, Place

DAY = timedelta(days=1)
LIMIT = Answer(status=429, headers={"retry-after": "7200"})


@pytest.fixture(params=[GitLab, GitHub, Gitea])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    kind: type[ForgeUnderTest] = request.param
    world = World()
    with ExitStack() as stack:
        for owner in OWNERS:
            (world.organization if kind is GitHub else world.group)(owner)
        made = Bench(kind(world, stack), tmp_path)
        stack.callback(made.close)
        made.fill()
        yield made


def asked_for(bench: Bench) -> list[str]:
    """Give the owners in the order in which they were first asked for."""
    found = []
    for exchange in bench.forge.forge.log:
        request = exchange.request
        told = re.findall(r"\b(bund|land)\b", f"{request.path} {request.body.decode()}")
        found += told if "repos" in request.path or "orgs" in request.path or request.body else []
    return list(dict.fromkeys(found))


def test_the_least_recently_visited_owner_comes_first(bench: Bench) -> None:
    forge = bench.forge.forge

    def crawl(day: int, *, ends_at: str | None = None) -> list[str]:
        forge.forget()
        forge.faults.clear()
        if ends_at is not None:
            name = ends_at.encode()
            forge.faults.plan(
                LIMIT,
                when=lambda request: name in request.body or ends_at in request.path.split("/"),
                times=99,
            )
        summary = bench.crawl(Place.OWNER, BEFORE + day * DAY)
        assert summary.complete is (ends_at is None), summary
        assert (summary.not_before is None) is (ends_at is None)
        return asked_for(bench)

    assert crawl(0, ends_at="land") == ["bund", "land"]
    assert crawl(1)[-1] == "land"
    if bench.forge.kind != "gitea":  # whose texts, read one by one, the limit had kept back too
        assert asked_for(bench) == ["land"]
    assert crawl(2) == ["bund", "land"]
    assert crawl(3, ends_at="land") == ["bund", "land"]
    assert crawl(4)[0] == "land"
