# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What front-ends get a second, and what following costs.

Run from a clone; it fills an SQLite file in a temporary folder, or an empty database of its own,
and asks a server of its own on loopback, one request after another::

    python -m benchmarks.feed --entries 10000
    python -m benchmarks.feed postgresql://…/benchmark
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx

from harvester.model import ChangeType
from harvester.ports.rows import SoftwareRow, Writes
from storage import schema
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from tests.feed.api.shelf import RECORD, entry
from tests.storage import made

AT_ONCE = 500
RECORD_LIKE_REAL_ONES = RECORD | {
    "description": {
        language: {"shortDescription": "Kurz " * 20, "longDescription": "Lang und breit. " * 80}
        for language in ("de", "en")
    }
}


def fill(catalogue: SqlCatalogue, rows: Sequence[SoftwareRow], change: ChangeType) -> None:
    """Store entries, each with a change row."""
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        writes = Writes(
            software=tuple(part),
            changes=tuple(replace(made.created(row), type=change, reason="name") for row in part),
        )
        made.store_page(catalogue, crawl, writes)
    catalogue.end(crawl, made.end(), made.NOW)


@contextmanager
def server(url: str) -> Iterator[tuple[httpx.Client, int]]:
    """Run `harvester serve`; gives a client of it, and its process id."""
    command = [sys.executable, "-c", "import sys; from harvester.cli import main; sys.exit(main())"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "harvester.toml").write_text(
            'database_url = "sqlite://"\n[api]\nlisten = "127.0.0.1:0"\n', encoding="utf-8"
        )
        process = subprocess.Popen(  # noqa: S603 - this very project
            [*command, "serve", "--log-format", "json"],
            cwd=folder,
            env={
                **os.environ,
                "HARVESTER_DATABASE_URL": url,
                "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None  # noqa: S101 - for the types
        address = ""
        for line in process.stderr:
            address = json.loads(line).get("listening", "") if line.startswith("{") else ""
            if address:
                break
        try:
            with httpx.Client(base_url=address, timeout=300) as client:
                yield client, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def measure(client: httpx.Client, name: str, path: str, times: int, **headers: str) -> None:
    """Ask many times, and say how long that took."""
    took: list[float] = []
    size = 0
    for _ in range(times):
        began = time.perf_counter()
        with client.stream("GET", path, headers=headers) as answer:
            size = sum(len(chunk) for chunk in answer.iter_raw())
        took.append(time.perf_counter() - began)
    took.sort()
    p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
    print(
        f"{name:34} {len(took) / sum(took):8.0f} a second"
        f"   p50 {took[len(took) // 2] * 1e3:8.1f} ms   p99 {p99 * 1e3:8.1f} ms   {size:>11,} bytes"
    )


def peak(process: int) -> int:
    """Give the most memory that a process has had, in MiB."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite:///{folder}/benchmark.db"
        with closing(Store(url)) as store:
            schema.upgrade(store)
        rows = [
            entry(
                number,
                record=RECORD_LIKE_REAL_ONES,
                repository_id=None,
                first_seen_at=made.NOW + timedelta(seconds=number),
            )
            for number in range(1, given.entries + 1)
        ]
        with closing(open_catalogue(url)) as catalogue:
            fill(catalogue, rows, ChangeType.CREATED)
            with server(url) as (client, process):
                times = given.requests
                before = peak(process)
                measure(client, "list, 25 entries", "/v1/software", times)
                measure(client, "list, 100 entries", "/v1/software?page[size]=100", times)
                measure(
                    client,
                    "list, 100 entries, no publiccode",
                    "/v1/software?page[size]=100&publiccode=none",
                    times,
                )
                measure(client, "one entry", f"/v1/software/{rows[-1].id}", times)
                measure(client, "logs, 100", "/v1/logs?page[size]=100", times)
                tag = client.head("/v1/software").headers["etag"]
                measure(
                    client, "list, unchanged (304)", "/v1/software", times, **{"if-none-match": tag}
                )
                print(
                    f"memory of the server: {before} MiB at the start, {peak(process)} MiB so far"
                )
                plain = {"accept-encoding": "identity"}
                measure(client, "dump", "/v1/dump.jsonl", 1, **plain)
                measure(client, "dump, gzip", "/v1/dump.jsonl", 1)
                print(f"memory of the server after the dumps: {peak(process)} MiB")
                measure(client, "everything in one list", "/v1/software?page[size]=10000", 1)
                print(f"memory of the server after that: {peak(process)} MiB")
                head = int(client.head("/v1/dump.jsonl").headers["x-change-sequence"])
                measure(client, "nightly, unchanged", f"/v1/changes?after={head}", times)
                fill(catalogue, rows[::100], ChangeType.UPDATED)
                measure(client, "nightly, 1 % changed", f"/v1/changes?after={head}&limit=1000", 10)


if __name__ == "__main__":
    main()
