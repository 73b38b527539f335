# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How fresh a catalogue is for its requests: adaptive revisits beside fixed intervals.

Run from a clone::

    python -m benchmarks.revisit            # prints the tables
    python -m benchmarks.revisit --write    # and puts them into docs/revisits.md and .svg

Each repository changes by itself, as a Poisson process. How often differs widely from one to the
next: the logarithm of the rate is normally distributed, with a median of one change in so many days
and a standard deviation ``sigma``, and no repository changes more than twice a day. So a few make
most of the changes, and most make nearly none. One in ten gets another rate after half the time.
Changes here are those that the catalogue tells of.

The rule is :class:`harvester.crawl.revisit.Revisits` itself, for a source that is due every six
hours. Its opponent is the fixed interval that sends as many requests.
"""

import argparse
import math
import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harvester.crawl.revisit import Revisits, Rhythm
from harvester.model import ItemStatus
from harvester.ports.rows import Item, RevisitRow

SEED = 20260301
REPOSITORIES = 1000
DAYS = 365
MEDIAN, SIGMA = 365.0, 2.5
"""Days from one change to the next, and the spread of its logarithm: of the first table."""
OTHERS = ((90.0, 2.0), (180.0, 2.0), (365.0, 2.0), (365.0, 3.0), (730.0, 2.5))
"""The same of the second."""
FASTEST = 2.0
"""Changes a day."""
FLOOR = timedelta(hours=6)
FIXED = (0.25, 0.5, 1, 2, 4, 8, 16)
"""Days."""
_SLOT = FLOOR / timedelta(days=1)
_START = datetime(2026, 1, 1, tzinfo=UTC)
_DOCS = Path(__file__).parents[1] / "docs"
_BLUE, _RED = "#1f5fa8", "#c2410c"
_COSTS = (0.05, 0.1, 0.2, 0.5, 1, 2, 4)
_DELAYS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
_MARK = "<!-- made by benchmarks.revisit -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a policy costs, and what it gives."""

    name: str
    requests: float
    """A repository and day."""
    fresh: float
    """Share of the time in which the catalogue has what the forge has, of all repositories."""
    delay: float
    """Days from a change to the look that finds it, on average over all changes."""
    adaptive: bool = False


def histories(median: float, sigma: float) -> list[list[float]]:
    """Make the days on which each repository changes."""
    random_ = random.Random(SEED)  # noqa: S311 - no secret
    return [_history(random_, median, sigma) for _ in range(REPOSITORIES)]


def _history(random_: random.Random, median: float, sigma: float) -> list[float]:
    switches = random_.random() < 0.1  # noqa: PLR2004 - one in ten
    rates = [min(FASTEST, random_.lognormvariate(-math.log(median), sigma)) for _ in range(2)]
    changes, day = [], 0.0
    while True:
        late = switches and day >= DAYS / 2
        day += random_.expovariate(rates[1 if late else 0])
        if day >= DAYS:
            return changes
        changes.append(day)


def adaptive_looks(number: int, changes: Sequence[float]) -> Iterator[float]:
    """Give the days on which a repository is looked at, by the rule that crawls go by."""
    rhythm, key = Rhythm(floor=FLOOR), f"{number:032x}"
    row: RevisitRow | None = None
    slot = 0
    while slot * _SLOT < DAYS:
        day, now = slot * _SLOT, _START + slot * FLOOR
        known = {} if row is None else {key: row}
        last = 0.0 if row is None else (row.looked_at - _START) / timedelta(days=1)
        changed = bisect_right(changes, day) > bisect_right(changes, last)
        status = ItemStatus.UPDATED if changed else ItemStatus.UNCHANGED
        looked = Revisits(rhythm=rhythm, rows=known, urls={})
        (row,) = looked.after([Item(subject=key, status=status, repository_id=key)], now)
        yield day
        slot += 1
        while not rhythm.is_due(row, _START + slot * FLOOR):
            slot += 1


def fixed_looks(number: int, interval: float) -> Iterator[float]:
    """Give the days on which a repository is looked at, evenly; the cohort is spread."""
    day = -interval * number / REPOSITORIES
    while day < DAYS:
        if day >= 0:
            yield day
        day += interval


def measure(name: str, looks: Sequence[list[float]], changes: Sequence[list[float]]) -> Result:
    """Say what looks at repositories give that change so."""
    stale = delay = 0.0
    for seen, changed in zip(looks, changes, strict=True):
        since: float | None = None
        ends = [*seen, float(DAYS)]
        for at in changed:
            found = ends[bisect_right(ends, at)] if at < ends[-1] else ends[-1]
            delay += found - at
            if since is None or at > since:
                stale += found - at
                since = found
    count = sum(map(len, changes))
    return Result(
        name=name,
        requests=sum(map(len, looks)) / REPOSITORIES / DAYS,
        fresh=1 - stale / (REPOSITORIES * DAYS),
        delay=delay / count,
    )


def beside(median: float, sigma: float) -> tuple[Result, Result]:
    """Measure the rule, and the fixed interval that sends as many requests."""
    changes = histories(median, sigma)
    looks = [list(adaptive_looks(number, of)) for number, of in enumerate(changes)]
    own = replace(measure("adaptive, 6 h to 16 days", looks, changes), adaptive=True)
    equal = 1 / own.requests
    looks = [list(fixed_looks(number, equal)) for number in range(REPOSITORIES)]
    return own, measure(f"fixed, every {equal:.2f} days: as many requests", looks, changes)


def results() -> list[Result]:
    """Measure all policies on the same histories."""
    changes = histories(MEDIAN, SIGMA)
    found = []
    for days in FIXED:
        looks = [list(fixed_looks(number, days)) for number in range(REPOSITORIES)]
        found.append(measure(f"fixed, every {_span(days)}", looks, changes))
    own, equal = beside(MEDIAN, SIGMA)
    return [*found, equal, own]


def _span(days: float) -> str:
    if days < 1:
        return f"{days * 24:.0f} h"
    return f"{days:.0f} days" if days > 1 else "day"


def table(found: Sequence[Result]) -> str:
    """Write the results as Markdown."""
    lines = [
        "| revisits | requests a repository and day | fresh | from a change to its look |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {one.name} | {one.requests:.3f} | {one.fresh:.2%} | {one.delay:.2f} days |"
        for one in found
    ]
    return "\n".join(lines)


def comparison(pairs: Mapping[tuple[float, float], tuple[Result, Result]]) -> str:
    """Write how the rule does where changes are distributed otherwise, as Markdown."""
    lines = [
        "| median, sigma | requests | fresh, adaptive | fixed | delay, adaptive | fixed |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {median:.0f} days, {sigma} | {own.requests:.3f} | {own.fresh:.2%} | {fixed.fresh:.2%} "
        f"| {own.delay:.2f} days | {fixed.delay:.2f} days |"
        for (median, sigma), (own, fixed) in pairs.items()
    ]
    return "\n".join(lines)


def drawing(found: Sequence[Result]) -> str:
    """Draw how late changes are found over requests, both on logarithmic axes."""
    width, height, left, bottom = 640, 400, 70, 340
    spans = ((0.05, 5.0), (0.1, 10.0))

    def x(value: float) -> float:
        return left + (width - left - 30) * _log_share(value, *spans[0])

    def y(value: float) -> float:
        return bottom - (bottom - 40) * _log_share(value, *spans[1])

    def text(at: tuple[float, float], said: str, anchor: str = "middle", fill: str = "#222") -> str:
        place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}" fill="{fill}"'
        return f"<text {place}>{said}</text>"

    right, middle = width - 30, (left + width - 30) / 2
    fixed = sorted((one for one in found if not one.adaptive), key=lambda one: one.requests)
    (own,) = [one for one in found if one.adaptive]
    places = {one.name: (x(one.requests), y(one.delay)) for one in found}
    line = " ".join(f"{places[one.name][0]:.1f},{places[one.name][1]:.1f}" for one in fixed)
    frame = f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>',
        # REUSE-IgnoreStart
        "<!-- SPDX-FileCopyrightText: 2026 The harvester authors -->",
        "<!-- SPDX-License-Identifier: EUPL-1.2 -->",
        # REUSE-IgnoreEnd
        "<title>Days from a change to the look that finds it, by what it costs</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *(f'<path d="M{left} {y(tick):.1f}H{right}" stroke="#dddddd"/>' for tick in _DELAYS),
        *(text((left - 8, y(tick) + 4), f"{tick:g}", "end") for tick in _DELAYS),
        *(text((x(tick), bottom + 18), f"{tick:g}") for tick in _COSTS),
        f'<path d="M{left} 40V{bottom}H{right}" fill="none" stroke="#444444"/>',
        f'<polyline points="{line}" fill="none" stroke="{_BLUE}"/>',
        *(_dot(places[one.name], 4, _BLUE) for one in fixed),
        _dot(places[own.name], 6, _RED),
        text((places[own.name][0] - 10, places[own.name][1] + 18), "adaptive", "end", _RED),
        text(
            (places[fixed[-2].name][0] + 8, places[fixed[-2].name][1] - 8),
            "fixed intervals",
            "start",
            _BLUE,
        ),
        text((middle, bottom + 42), "requests a repository and day"),
        text((left, 24), "days from a change to the look that finds it", "start"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _dot(at: tuple[float, float], radius: int, fill: str) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius}" fill="{fill}"/>'


def _log_share(value: float, least: float, most: float) -> float:
    return math.log(value / least) / math.log(most / least)


def main() -> None:
    """Print the table; with ``--write`` keep it and the drawing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/")
    wanted = parser.parse_args()
    found = results()
    others = comparison({of: beside(*of) for of in OTHERS})
    both = f"{table(found)}\n\n{others}"
    print(both)
    if wanted.write:
        (_DOCS / "revisits.svg").write_text(drawing(found))
        page = _DOCS / "revisits.md"
        before, _, rest = page.read_text().partition(_MARK)
        _, _, after = rest.partition(_MARK)
        page.write_text(f"{before}{_MARK}\n{both}\n{_MARK}{after}")


if __name__ == "__main__":
    main()
