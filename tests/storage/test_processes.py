# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Real processes at one database: all write, none fails, and a killed one leaves whole pages."""

import os
import signal
import subprocess
import sys
from contextlib import closing

import pytest

from storage.catalogue import open_catalogue
from tests.storage import made

WRITER = """
import sys
from storage.catalogue import open_catalogue
from storage.lease import holder
from tests.storage import made

url, source, first, pages = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
catalogue = open_catalogue(url)
crawl = catalogue.begin(made.request(source), holder(), made.NOW)
start = int(crawl.cursor or first)
for number in range(start, first + pages):
    row = made.repository(number)
    made.store_page(
        catalogue, crawl, made.first_page(row), seen=(row,), cursor=str(number + 1)
    )
    print(number, flush=True)
catalogue.end(crawl, made.end(), made.NOW)
"""


def writer(url: str, source: str, first: int, pages: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WRITER, url, source, str(first), str(pages)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


def test_two_processes_make_and_write_one_catalogue(database_url: str) -> None:
    """They start together, so on SQLite both find no file."""
    processes = [writer(database_url, f"s{n}", 1000 * n, 40) for n in range(2)]
    for process in processes:
        finish(process)
    with closing(open_catalogue(database_url)) as catalogue:
        assert len(list(catalogue.files())) == 80
        changes = catalogue.changes(0, 1000)
        assert [row.seq for row in changes] == list(range(1, 81))
        assert {state.last_status for state in catalogue.sources().values()} == {"complete"}


@pytest.mark.parametrize("after", [1, 7])
def test_a_killed_process_is_gone_on_with_at_once(database_url: str, after: int) -> None:
    open_catalogue(database_url).close()
    with writer(database_url, "amt", 0, 1000) as process:
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with closing(open_catalogue(database_url)) as catalogue:
        crawl = catalogue.begin(made.request(), made.ME, made.NOW)
        assert crawl.resumed
        assert crawl.cursor is not None
        stored = int(crawl.cursor)
        assert stored >= after
        files = sorted(row.facts.forge_id for _, row in catalogue.files())
        assert files == sorted(str(number) for number in range(stored))
        assert catalogue.head() == stored
        assert sum(crawl.items.values()) == stored
