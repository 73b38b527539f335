# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who holds a source, and when it may be taken over."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from storage import lease
from tests.storage.made import ELSEWHERE, ME, NOW


@pytest.fixture(scope="module")
def ended() -> str:
    """A holder that was a process of this host and has ended."""
    script = "from storage.lease import holder; print(holder())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_this_process_is_alive() -> None:
    assert f" pid {os.getpid()} start " in ME
    assert lease.holder() == ME
    assert not lease.is_dead(ME)


def test_an_ended_process_is_dead(ended: str) -> None:
    assert lease.is_dead(ended)


def test_a_process_id_that_was_given_again_is_dead() -> None:
    head, _, start = ME.rpartition(" ")
    assert lease.is_dead(f"{head} {int(start) - 1}")


def test_a_zombie_is_dead() -> None:
    script = "from storage.lease import holder; print(holder(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        name = process.stdout.readline().strip()
        assert not lease.is_dead(name)
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert lease.is_dead(name)


@pytest.mark.parametrize(
    "name",
    [ELSEWHERE, "", "somebody", ME.replace(" pid ", " pid 0"), f"{ME} and more"],
    ids=["another host", "nobody", "no process", "no process id", "more than a process"],
)
def test_what_cannot_be_told_is_not_dead(name: str) -> None:
    assert not lease.is_dead(name)


def test_a_process_whose_start_is_unknown_counts_as_alive() -> None:
    assert not lease.is_dead(f"{ME.rpartition(' ')[0]} -")


def test_a_process_id_beyond_all_bounds_is_dead() -> None:
    host = ME.split(" ", maxsplit=1)[0]
    assert lease.is_dead(f"{host} pid {10**30} start 1")


def test_may_take(ended: str) -> None:
    almost = NOW + timedelta(minutes=14, seconds=59)
    assert lease.may_take(None, NOW, NOW)
    assert lease.may_take(ended, NOW, NOW)
    assert not lease.may_take(ME, NOW, almost)
    assert not lease.may_take(ELSEWHERE, NOW, almost)
    assert lease.may_take(ELSEWHERE, NOW, NOW + timedelta(minutes=15))


def test_readable() -> None:
    assert lease.readable(ELSEWHERE) == "process 4711 on other-host"
    assert lease.readable("the night shift") == "the night shift"
