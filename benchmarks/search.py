# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How long questions take, and what the search index adds to writing entries.

Run from a clone, for a database of its own that may be filled::

    python -m benchmarks.search sqlite:////tmp/benchmark.db --entries 10000

Without an address it measures an SQLite file in a temporary folder, and a PostgreSQL server
started as the tests start theirs. The entries are made up, of words that are as frequent as in a
language (Zipf), so that some are everywhere and most are rare.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from harvester.ports.projection import Facet
from harvester.ports.search import Filters, Question, Sort
from harvester.search.asking import ask
from harvester.search.projection import project
from storage import schema
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from tests.storage import made

PAGE = 100
_SYLLABLES = (
    *("an", "be", "da", "er", "for", "ge", "ist", "kon", "la", "mit", "neu", "om", "por"),
    *("que", "rat", "sta", "tung", "um", "ver", "wal", "zu", "ang"),
)
_STATUS = ("concept", "development", "beta", "stable", "obsolete")


def vocabulary(chance: random.Random, words: int = 20_000) -> list[str]:
    """Make words, the frequent ones first."""
    return [
        "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 5)))
        for _ in range(words)
    ]


def documents(entries: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Make records, always the same ones."""
    chance = random.Random(7)  # noqa: S311 - nothing secret
    words = vocabulary(chance)
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def text(amount: int) -> str:
        return " ".join(chance.choices(words, cum_weights=weights, k=amount))

    for number in range(1, entries + 1):
        yield (
            number,
            {
                "name": f"{chance.choice(words).capitalize()} {number}",
                "categories": [f"category-{chance.randint(1, 60)}" for _ in range(3)],
                "developmentStatus": chance.choice(_STATUS),
                "softwareType": "standalone/web",
                "platforms": ["web", chance.choice(["linux", "windows", "android"])],
                "legal": {"license": chance.choice(["EUPL-1.2", "MIT", "AGPL-3.0-or-later"])},
                "releaseDate": f"20{chance.randint(10, 25)}-0{chance.randint(1, 9)}-01",
                "localisation": {"availableLanguages": ["de", "en"]},
                "maintenance": {"type": "internal"},
                "usedBy": [f"Stadt {chance.randint(1, 400)}"],
                "description": {
                    "de": {
                        "shortDescription": text(15),
                        "features": [text(6) for _ in range(5)],
                        "longDescription": text(120),
                    }
                },
            },
        )


def fill(catalogue: SqlCatalogue, entries: int) -> float:
    """Store entries page by page; give the seconds that this took."""
    pairs = []
    for number, publiccode in documents(entries):
        of = made.repository(number)
        row = made.software(of)
        document = {
            "id": row.id,
            "url": row.url,
            "name": publiccode["name"],
            "file_state": "valid",
            "repository": {"forge": of.forge.url, "archived": False},
            "publisher": {"name": f"Amt {number % 300}", "level": "municipal"},
            "publiccode": publiccode,
        }
        pairs.append((of, row, json.dumps(document, ensure_ascii=False)))
    began = time.perf_counter()
    opened = catalogue.begin(made.request(), made.ME, made.NOW)
    for start in range(0, len(pairs), PAGE):
        page = pairs[start : start + PAGE]
        writes = made.first_page(*(of for of, _, _ in page))
        software = tuple(
            replace(row, document=document, projection=project(document))
            for _, row, document in page
        )
        made.store_page(catalogue, opened, replace(writes, software=software), cursor=str(start))
    catalogue.end(opened, made.end(), made.NOW)
    return time.perf_counter() - began


def questions() -> Sequence[tuple[str, Question]]:
    """Give what people ask, from the cheap to the dear."""
    words = vocabulary(random.Random(7))  # noqa: S311
    rare, frequent = words[5000], words[3]
    slip = rare[:2] + rare[3] + rare[2] + rare[4:]
    some = Filters(
        values={
            Facet.DEVELOPMENT_STATUS: frozenset({"stable", "beta"}),
            Facet.CATEGORY: frozenset({"category-7", "category-8"}),
        }
    )
    few = frozenset({Facet.CATEGORY, Facet.LICENSE, Facet.DEVELOPMENT_STATUS})
    return (
        ("a page of 100 by name", Question(sort=Sort.NAME, limit=PAGE)),
        ("two filters", Question(filters=some)),
        ("a rare word", Question(text=rare)),
        ("a frequent word", Question(text=frequent)),
        ("three words", Question(text=f"{frequent} {words[6]} {words[40]}")),
        ("a misspelt word", Question(text=slip)),
        ("three facets, no filter", Question(facets=few)),
        ("a word, two filters, three facets", Question(text=frequent, filters=some, facets=few)),
        ("all 21 facets, no filter", Question(facets=frozenset(Facet))),
    )


def measure(url: str, entries: int) -> None:
    """Print one database's figures."""
    with closing(Store(url)) as store:
        schema.upgrade(store)
    with closing(open_catalogue(url)) as catalogue:
        seconds = fill(catalogue, entries)
        print(f"{catalogue.name}: {entries} entries, {entries / seconds:,.0f} stored a second")
        for what, question in questions():
            times = []
            for _ in range(7):
                began = time.perf_counter()
                found = ask(catalogue, question, made.NOW)
                times.append(time.perf_counter() - began)
            print(f"  {what:36}{statistics.median(times) * 1000:8.1f} ms {found.total:8} found")


def main() -> None:
    """Measure the database named, or both kinds."""
    parser = argparse.ArgumentParser(description="Measure searching.")
    parser.add_argument("urls", nargs="*", metavar="DATABASE_URL")
    parser.add_argument("--entries", type=int, default=10_000)
    given = parser.parse_args()
    for url in given.urls:
        measure(url, given.entries)
    if given.urls:
        return
    from tests.databases import postgres_server  # noqa: PLC0415 - starts nothing unless asked

    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'benchmark.db'}", given.entries)
    measure(postgres_server().create("benchmark"), given.entries)


if __name__ == "__main__":
    main()
