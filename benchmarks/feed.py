# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What front-ends get a second, what following costs, and what the server needs for it.

Run from a clone, on a machine that does nothing else; it fills an SQLite file in a temporary
folder, or an empty database of its own, and asks servers of its own on loopback::

    python -m benchmarks.feed                     # prints
    python -m benchmarks.feed --write             # and puts it into docs/serving.md
    python -m benchmarks.feed postgresql://…/benchmark
    python -m benchmarks.feed --entries 1000 --many 5000 --seconds 1    # in half a minute
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import httpx

from benchmarks.search import documents
from harvester.feed.forms import FORMS
from harvester.model import ChangeType
from harvester.ports.rows import SoftwareRow, Writes
from harvester.search.projection import project
from storage import schema
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from tests.feed.api.shelf import RECORD, entry
from tests.storage import made

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "serving.md"
BEGIN, END = "<!-- made by benchmarks.feed -->\n", "<!-- end -->\n"
AT_ONCE = 500
CLIENTS = 8
"""That ask at once, in the second measurement."""
LONG = {"longDescription": "Lang und breit. " * 120}
"""With it, an entry is as long as real ones are: some 4 kB."""
CODINGS = ("identity", "gzip", "zstd")
ENTRY = "one entry"


# --- a catalogue ----------------------------------------------------------------------------


def entries(amount: int) -> Iterator[SoftwareRow]:
    """Make entries of words that are as frequent as in a language, always the same ones."""
    for number, record in documents(amount):
        description = {language: text | LONG for language, text in record["description"].items()}
        row = entry(
            number,
            record={**RECORD, **record, "description": description},
            repository_id=None,
            name=record["name"],
            first_seen_at=made.NOW + timedelta(seconds=number),
        )
        yield replace(row, projection=project(row.document))


def copies(rows: Sequence[SoftwareRow], amount: int) -> Iterator[SoftwareRow]:
    """Make more entries of some: copies with ids of their own, of which no word is searched."""
    nothing = project("{}")
    for number in range(amount):
        row = rows[number % len(rows)]
        key = f"{number:08x}{row.id[8:]}"
        document = row.document.replace(row.id, key)
        yield replace(row, id=key, url=f"{row.url}-{number}", document=document, projection=nothing)


def fill(catalogue: SqlCatalogue, rows: Iterable[SoftwareRow], change: ChangeType) -> None:
    """Store entries, each with a change row."""
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    waiting = iter(rows)
    while part := tuple(islice(waiting, AT_ONCE)):
        changes = tuple(replace(made.created(row), type=change, reason="name") for row in part)
        made.store_page(catalogue, crawl, Writes(software=part, changes=changes))
    catalogue.end(crawl, made.end(), made.NOW)


# --- a server -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """`harvester serve`, and how to ask it."""

    url: str
    process: int

    def client(self, coding: str = "identity") -> httpx.Client:
        """Give a front-end of its own."""
        return httpx.Client(base_url=self.url, timeout=900, headers={"accept-encoding": coding})

    def cpu(self) -> float:
        """Give the seconds of a processor that it has taken, whoever else wanted one."""
        stat = Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def peak(self) -> float:
        """Give the most memory that it has had, in MiB."""
        for line in Path(f"/proc/{self.process}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0


@contextmanager
def server(url: str) -> Iterator[Server]:
    """Run `harvester serve` in a process of its own."""
    command = [sys.executable, "-c", "import sys; from harvester.cli import main; sys.exit(main())"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "harvester.toml").write_text(
            'database_url = "sqlite://"\n[api]\nlisten = "127.0.0.1:0"\n', encoding="utf-8"
        )
        process = subprocess.Popen(  # noqa: S603 - this very project
            [*command, "serve", "--log-format", "json"],
            cwd=folder,
            env={**os.environ, "HARVESTER_DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
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
            yield Server(address, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def get(client: httpx.Client, path: str, headers: Mapping[str, str]) -> tuple[float, int]:
    """Ask, and read; gives the seconds, and the bytes of the body as they came."""
    began = time.perf_counter()
    with client.stream("GET", path, headers=dict(headers)) as answer:
        size = sum(len(chunk) for chunk in answer.iter_raw())
    return time.perf_counter() - began, size


# --- measuring ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pace:
    """How fast a request was answered, many times."""

    cpu: float
    """Milliseconds of a processor that the server took for one."""
    a_second: float
    p50: float
    p99: float
    size: int


def pace(site: Server, path: str, seconds: float, clients: int = 1, **headers: str) -> Pace:
    """Ask for a while, with some clients at once, each one request after another."""
    end = time.perf_counter() + seconds

    def asks(_number: int) -> list[tuple[float, int]]:
        with site.client() as client:
            get(client, path, headers)
            took = []
            while time.perf_counter() < end:
                took.append(get(client, path, headers))
            return took or [get(client, path, headers)]

    before = site.cpu()
    with ThreadPoolExecutor(clients) as pool:
        answers = [one for part in pool.map(asks, range(clients)) for one in part]
    cpu = (site.cpu() - before) / (len(answers) + clients) * 1e3
    times = sorted(took for took, _ in answers)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    a_second = clients * len(times) / sum(times)
    return Pace(cpu, a_second, times[len(times) // 2] * 1e3, p99 * 1e3, answers[-1][1])


def speed(site: Server, one: str, word: str, seconds: float) -> Iterator[str]:
    """Measure what front-ends ask for."""
    with site.client() as client:
        tag = client.get("/v1/software").headers["etag"]
    questions = {
        "list, 25 entries": ("/v1/software", {}),
        "list, 100 entries": ("/v1/software?page[size]=100", {}),
        "list, 100 entries, no publiccode": ("/v1/software?page[size]=100&publiccode=none", {}),
        "list, unchanged (304)": ("/v1/software", {"if-none-match": tag}),
        "search for a word": (f"/v1/software?q={word}&publiccode=none", {}),
        "facets, all 21": ("/v1/software?facets=all&page[size]=1&publiccode=none", {}),
        "a word, a filter, three facets": (
            f"/v1/software?q={word}&license=MIT&facets=category,license,platform&publiccode=none",
            {},
        ),
        ENTRY: (f"/v1/software/{one}", {}),
        "logs, 100": ("/v1/logs?page[size]=100", {}),
    }
    yield f"| request | CPU | a second | p50 | p99 | a second, {CLIENTS} at once | p99 | bytes |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, (path, headers) in questions.items():
        alone = pace(site, path, seconds, **headers)
        many = pace(site, path, seconds, CLIENTS, **headers)
        yield (
            f"| {name} | {alone.cpu:,.1f} ms | {alone.a_second:,.0f} | {alone.p50:,.1f} ms "
            f"| {alone.p99:,.1f} ms | {many.a_second:,.0f} | {many.p99:,.1f} ms | {alone.size:,} |"
        )


def nightly(site: Server, catalogue: SqlCatalogue, rows: Sequence[SoftwareRow]) -> Iterator[str]:
    """Measure what a copy costs that is brought up to date each night."""
    yield "| night | requests | bytes, plain | gzip | zstd |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    with site.client() as client:
        first = client.head("/v1/dump.jsonl")
    head = first.headers["x-change-sequence"]
    changes = f"/v1/changes?after={head}&limit=1000"

    def told(name: str, path: str, *, known: bool) -> str:
        sizes = []
        for coding in CODINGS:
            with site.client(coding) as client:
                tag = client.head(path).headers["etag"] if known else "none"
                sizes.append(get(client, path, {"if-none-match": tag})[1])
        return f"| {name} | 1 | " + " | ".join(f"{size:,}" for size in sizes) + " |"

    yield told("first: the dump", "/v1/dump.jsonl", known=False)
    yield told("unchanged, dump (304)", "/v1/dump.jsonl", known=True)
    yield told("unchanged, changes (304)", changes, known=True)
    fill(catalogue, rows[::100], ChangeType.UPDATED)
    yield told(f"{len(rows[::100])} entries (1 %) changed", changes, known=False)


def memory(url: str, paths: Mapping[str, str], coding: str) -> dict[str, tuple[float, float]]:
    """Give what each answer adds to a server's memory, in MiB, and the seconds that it takes."""
    found = {}
    for name, path in paths.items():
        with server(url) as site, site.client(coding) as client:
            for warm in ("/v1/software?page[size]=1", "/v1/feed.atom"):
                get(client, warm, {})
            before = site.peak()
            seconds, _ = get(client, path, {})
            found[name] = (site.peak() - before, seconds)
            sys.stderr.write(f"{name}: {found[name][0]:.1f} MiB, {seconds:.1f} s\n")
    return found


def memories(
    few: dict[str, tuple[float, float]], many: dict[str, tuple[float, float]], amounts: list[int]
) -> Iterator[str]:
    """Compare the memory for a few entries with that for many."""
    yield f"| answer | {amounts[0]:,} entries | {amounts[1]:,} | ratio | seconds | |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, (less, short) in few.items():
        more, long = many[name]
        ratio = f"{more / less:.1f}" if less >= 1 else ""
        yield f"| {name} | {less:.1f} MiB | {more:.1f} MiB | {ratio} | {short:.1f} | {long:.1f} |"


def paths_of(large: int) -> dict[str, str]:
    """Give what takes memory: every form, and one page of everything."""
    forms = {form.file_name: f"/v1/{form.file_name}" for form in FORMS.values()}
    page = f"/v1/software?page[size]={large}"
    return {
        f"a page of {large:,}": page,
        f"the same, found by name: {large:,}": f"{page}&sort=name",
    } | forms


def machine() -> str:
    """Name what was measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def measured(url: str, given: argparse.Namespace) -> Iterator[str]:
    """Measure everything, and tell it in Markdown."""
    with closing(Store(url)) as store:
        schema.upgrade(store)
        kind = "SQLite" if store.path is not None else "PostgreSQL"
    rows = list(entries(given.entries))
    word = json.loads(rows[given.entries // 2].document)["name"].split()[0]
    with closing(open_catalogue(url)) as catalogue:
        fill(catalogue, rows, ChangeType.CREATED)
        yield f"{kind}, {given.entries:,} entries, {machine()}:\n"
        with server(url) as site:
            yield from speed(site, rows[-1].id, word, given.seconds)
            yield f"\nFollowing {given.entries:,} entries, one request a night:\n"
            yield from nightly(site, catalogue, rows)
        paths = paths_of(given.page)
        if given.only:
            paths = {name: path for name, path in paths.items() if given.only in name}
        if given.no_memory:
            return
        few = memory(url, paths, given.coding)
        fill(catalogue, copies(rows, given.many - given.entries), ChangeType.CREATED)
        many = memory(url, paths, given.coding)
        yield f"\nWhat one answer ({given.coding}) adds to the memory of a server:\n"
        yield from memories(few, many, [given.entries, given.many])


def write(lines: list[str]) -> None:
    """Put what was measured into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    said = "\n".join(lines)
    DOCUMENT.write_text(f"{before}{BEGIN}{said}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description="Measure the feed.")
    parser.add_argument("url", nargs="?")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=100_000, help="entries, for memory")
    parser.add_argument("--page", type=int, default=10_000, help="entries of a large page")
    parser.add_argument("--seconds", type=float, default=5, help="for each request")
    parser.add_argument("--coding", choices=CODINGS, default="gzip", help="of large answers")
    parser.add_argument("--only", help="of large answers, those with this in their name")
    parser.add_argument("--no-memory", action="store_true", help="no large answers at all")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for line in measured(given.url or f"sqlite:///{folder}/benchmark.db", given):
            print(line, flush=True)
            lines.append(line)
        if given.write:
            write(lines)


if __name__ == "__main__":
    main()
