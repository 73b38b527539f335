# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Clocks that are wrong: this machine's, set by a little or a lot, and a forge's."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.daemon.test_daemon import Kept, Run, forge, kept, logs  # noqa: F401 - fixtures
from tests.forges.faults import Answer


@pytest.mark.parametrize("step", [-3, 3, -90, 90, -3000, 3000])
def test_a_step_of_the_clock_moves_a_run_by_no_more_than_the_step(kept: Run, step: int) -> None:  # noqa: F811
    async def script(it: Kept) -> None:
        await it.tick()
        first = it.crawls()
        await it.tick(hours=3)
        await it.tick(seconds=step)
        assert it.daemon.unready() is None
        assert it.crawls() == first, "nothing is due yet, and nothing is done twice"
        await it.tick(hours=3, seconds=abs(step))
        assert it.crawls() == first + 1
        await it.tick(hours=5)
        assert it.crawls() == first + 1

    kept(script)


def test_a_clock_that_is_set_forth_a_year_is_caught_up_once(kept: Run) -> None:  # noqa: F811
    async def script(it: Kept) -> None:
        await it.tick()
        first = it.crawls()
        await it.tick(days=365)
        await it.tick(minutes=1)
        assert it.crawls() == first + 1
        await it.tick(days=-365)
        await it.tick(minutes=1)
        assert it.crawls() == first + 2, "what a clock wrote that ran ahead holds nothing up"

    kept(script)


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=1)])
@pytest.mark.parametrize("said", ["retry-after", "reset"])
def test_a_forge_whose_clock_is_a_day_off_is_waited_for_a_minute(
    kept: Run,  # noqa: F811
    off: timedelta,
    said: str,
) -> None:
    async def script(it: Kept) -> None:
        theirs = it.clock.now() + off
        until = theirs + timedelta(minutes=1)
        headers = {"date": format_datetime(theirs, usegmt=True)}
        if said == "reset":
            reset = str(int(until.timestamp()))
            headers |= {"ratelimit-limit": "9", "ratelimit-remaining": "0"}
            headers |= {"ratelimit-reset": reset}
        else:
            headers |= {"retry-after": format_datetime(until, usegmt=True)}
        it.forge.faults.plan(Answer(status=429, headers=headers))
        before = it.clock.now()
        await it.tick()
        waited = it.clock.now() - before
        assert timedelta(minutes=1) <= waited < timedelta(minutes=2)
        assert it.catalogue.sources()["opencode"].last_status == "complete"

    kept(script)
