# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Forges of whole towns, in memory: they change from day to day, and fail as a script says.

A package of a third party might bring :class:`TownConnector`; a town is found by its address.
"""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from pydantic import BaseModel

from harvester.model import Activity, Details, Origin, Owner, Repository, Sighting
from harvester.ports.connector import ForgeAccess
from harvester.ports.errors import BudgetExhaustedError, ServerError, UnreachableError
from harvester.ports.listing import (
    Estimate,
    Found,
    Listing,
    LookUp,
    Missing,
    Page,
    Resolution,
    Scope,
    Size,
    Spent,
)
from tests.crawl.build import BROKEN, GOOD, Clock, file

PAGE = 100
"""Repositories of a page."""
PAUSE = timedelta(hours=5)
"""That a town asks for when its budget is used up."""


@dataclass(slots=True)
class House:
    """One repository of a town."""

    number: int
    path: str
    text: str | None
    """Its publiccode.yml."""
    moved_at: datetime
    name: str = ""
    """What its good file calls the software; empty if it has none."""
    sighting: Sighting | None = None
    """Made once for each state, as long as nothing moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong from one time to another."""

    begins: datetime
    ends: datetime
    kind: str
    """``dark``: no answer; ``cut``: an error behind the first page; ``budget``: the
    same, with a time before which nothing may be asked."""


@dataclass(frozen=True, slots=True)
class Run:
    """One listing that a town was asked for."""

    at: datetime
    ok: bool
    sweep: bool
    resumed: bool


@dataclass
class Town:
    """One forge, and what it was asked for."""

    url: str
    clock: Clock
    chance: random.Random
    houses: dict[int, House] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    built: int = 0
    """How many repositories there ever were."""
    events: int = 0
    """What became different, one by one, after the beginning."""
    renamed: int = 0
    filed: int = 0
    """How many repositories ever had a file."""
    texts: int = 0
    demolished: dict[str, datetime] = field(default_factory=dict)
    """When a path's repository was deleted."""
    forwarded: dict[str, int] = field(default_factory=dict)
    """Numbers of the repositories that had a path once: forges follow a rename."""

    def found(self, houses: int) -> None:
        """Build the town: every fourth repository has a file, some of them a broken one."""
        for _ in range(houses):
            self.build(with_file=self.built % 4 == 0)
            if self.built % 60 == 1:
                self.write(self.houses[self.built], good=False)
        self.events = 0

    def build(self, *, with_file: bool) -> None:
        self.built += 1
        self.events += 1
        path = f"amt-{self.built % 25}/werk-{self.built}"
        house = House(self.built, path, None, self.clock.now())
        self.houses[house.number] = house
        if with_file:
            self.filed += 1
            self.write(house, good=True)

    def write(self, house: House, *, good: bool) -> None:
        """Push a publiccode.yml that was never there before."""
        self.texts += 1
        name = f"Werk {house.number} {self.texts}"
        house.name = name if good else ""
        house.text = (GOOD if good else BROKEN).format(name=name, url=f"{self.url}/{house.path}")
        self._moved(house)

    def a_day(self) -> None:
        """Let happen what happens in a town on a day."""
        with_file = [house for house in self.houses.values() if house.text is not None]
        for house in self.chance.sample(with_file, 3):
            # What is broken is mended, and now and then something breaks.
            self.write(house, good=not house.name or self.chance.random() > 0.15)
        for house in self.chance.sample(sorted(self.houses.values(), key=_number), 5):
            self._moved(house)  # a push that touches no file
        if self.chance.random() < 0.2:
            house = self.chance.choice(with_file)
            self.forwarded[house.path] = house.number
            house.path = f"{house.path}-{self.clock.now():%j}"
            self.renamed += 1
            self._moved(house)
        if self.chance.random() < 0.1:
            house = self.chance.choice(sorted(self.houses.values(), key=_number))
            del self.houses[house.number]
            self.demolished[house.path] = self.clock.now()
            self.events += 1
            self.build(with_file=house.text is not None)

    def _moved(self, house: House) -> None:
        house.moved_at = self.clock.now()
        house.sighting = None
        self.events += 1

    def fault(self) -> Fault | None:
        now = self.clock.now()
        return next((one for one in self.faults if one.begins <= now < one.ends), None)

    def sighting(self, house: House) -> Sighting:
        if house.sighting is None:
            house.sighting = self._sighting(house)
        return house.sighting

    def _sighting(self, house: House) -> Sighting:
        owner, name = house.path.split("/")
        web_url = f"{self.url}/{house.path}"
        return Sighting(
            repository=Repository(
                forge_id=str(house.number),
                path=house.path,
                web_url=web_url,
                name=name,
                description=None,
                owner=Owner(path=owner, name=owner.title(), kind="group"),
                default_branch="main",
                archived=False,
                fork=False,
                mirror=False,
                raw_base=f"{web_url}/-/raw/main/",
                details=Details(topics=(), languages=("Python",)),
                activity=Activity(stars=house.number % 7, pushed_at=house.moved_at),
                revision="1",
            ),
            files=() if house.text is None else (file(house.text),),
        )


TOWNS: dict[str, Town] = {}
"""Those of this process, by address."""


class Options(BaseModel):
    """A town has no settings of its own."""


class TownConnector:
    """Reads a town: all of it, or what moved lately."""

    kind = "town"
    profile = "standard"
    origin = Origin.CRAWL
    host_aliases: Mapping[str, str] = {}
    Options = Options
    read_batch = 50

    def __init__(self, access: ForgeAccess) -> None:
        self.town = TOWNS[access.url]
        self.requests = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    @staticmethod
    async def recognise(access: ForgeAccess) -> bool:
        return access.url in TOWNS

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        town, fault = self.town, self.town.fault()
        sweep, resumed = listing.since is None, listing.cursor is not None
        town.runs.append(Run(town.clock.now(), fault is None, sweep, resumed))
        if fault is not None and fault.kind == "dark":
            raise UnreachableError(f"{town.url} does not answer")
        houses = self._listed(listing.since)
        done = int(listing.cursor or 0)
        left = [house for house in houses if house.number > done] if sweep else houses[done:]
        parts = [left[start : start + PAGE] for start in range(0, len(left), PAGE)] or [[]]
        for number, part in enumerate(parts):
            if fault is not None and number == min(1, len(parts) - 1):
                self._go_wrong(fault)
            self.requests += 1
            done = part[-1].number if sweep and part else done + len(part)
            yield Page(
                sightings=tuple(map(town.sighting, part)),
                cursor=str(done) if number + 1 < len(parts) else None,
                total=len(houses),
            )

    def _listed(self, since: datetime | None) -> list[House]:
        """Give what is listed: in the order of the numbers, or the latest first."""
        houses = self.town.houses.values()
        if since is None:
            return sorted(houses, key=_number)
        moved = [house for house in houses if house.moved_at >= since]
        return sorted(moved, key=lambda house: house.moved_at, reverse=True)

    def _go_wrong(self, fault: Fault) -> None:
        if fault.kind == "budget":
            raise BudgetExhaustedError("the budget is used up", self.town.clock.now() + PAUSE)
        raise ServerError(f"{self.town.url} answered 502")

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        self.requests += 1
        return wanted

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        there = self.town.houses
        return {
            key: Found(sighting=self.town.sighting(there[int(key)]))
            if int(key) in there
            else Missing()
            for key in forge_ids
        }

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        houses = self.town.houses
        there = {path: at for path, at in self.town.forwarded.items() if at in houses}
        there |= {house.path: house.number for house in houses.values()}
        return {path: str(there[path]) if path in there else None for path in paths}

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        return Estimate(rest=1)

    async def check(self) -> str:
        return "a town"

    def spent(self) -> Spent:
        return Spent(rest=self.requests)


def _number(house: House) -> int:
    return house.number
