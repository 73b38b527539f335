# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Makes sightings, plans and a scripted connector for the tests of the crawl."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from harvester.crawl import KeepPolicy, SourcePlan
from harvester.model import (
    Activity,
    Details,
    FileVersion,
    Forge,
    Level,
    Owner,
    Publisher,
    Repository,
    Sighting,
)
from harvester.ports.listing import (
    Estimate,
    Found,
    Listing,
    LookUp,
    Missing,
    Page,
    Resolution,
    Scope,
    ScopeKind,
    Size,
    Spent,
)
from harvester.ports.rows import Item

FORGE = Forge(url="https://forge.example", kind="scripted")
START = datetime(2026, 3, 1, 12, tzinfo=UTC)

GOOD = """\
publiccodeYmlVersion: "0"
name: {name}
url: {url}
platforms: [web]
developmentStatus: stable
softwareType: standalone/web
description:
  en:
    shortDescription: A tool that does one thing well for a city administration.
    longDescription: >
      A tool that does one thing well for a city administration, and says what it does in words that
      are long enough for everybody who reads this: a hundred and fifty characters at the least.
    features: [one thing]
legal: {{license: EUPL-1.2}}
maintenance:
  type: community
  contacts: [{{name: The team}}]
localisation: {{localisationReady: true, availableLanguages: [en]}}
"""
BROKEN = "publiccodeYmlVersion: '0'\nname: {name}\nurl: {url}\nlegal: {{license: nonsense}}\n"


class Clock:
    """A clock that only moves when it is told to, or when somebody sleeps by it."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def advance(self, **span: float) -> None:
        self.time += timedelta(**span)


class OneCity:
    """A list of public bodies with one entry."""

    def of(self, url: str) -> Publisher | None:
        if "/city/" in url:
            return Publisher(name="Stadt Beispiel", uri=None, level=Level.MUNICIPAL)
        return None


def plan(**changes: object) -> SourcePlan:
    """Make the plan of a source that harvests a whole forge."""
    base = SourcePlan(
        name="scripted",
        kind=FORGE.kind,
        forge=FORGE,
        scope=Scope(ScopeKind.INSTANCE),
        publishers=OneCity(),
        keep=KeepPolicy(),
        fingerprint="one",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def blob_id(content: bytes) -> str:
    """Give git's object id of a file."""
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()  # noqa: S324


def file(text: str, path: str = "publiccode.yml") -> FileVersion:
    """Make a file with its bytes."""
    content = text.encode()
    return FileVersion(path=path, blob_id=blob_id(content), size=len(content), content=content)


def url_of(path: str) -> str:
    return f"{FORGE.url}/{path}"


def good(path: str, name: str = "Werkzeug") -> FileVersion:
    """Make a good file that declares the repository at a path."""
    return file(GOOD.format(name=name, url=url_of(path)))


def broken(path: str, name: str = "Werkzeug") -> FileVersion:
    """Make a file that can be read but not listed."""
    return file(BROKEN.format(name=name, url=url_of(path)))


def sighting(
    number: int, path: str | None = None, *files: FileVersion, fork: bool = False, stars: int = 0
) -> Sighting:
    """Make a sighting of repository ``number``."""
    path = path or f"city/project-{number}"
    owner, name = path.rsplit("/", 1)
    return Sighting(
        repository=Repository(
            forge_id=str(number),
            path=path,
            web_url=url_of(path),
            name=name,
            description=None,
            owner=Owner(path=owner, name=owner.title(), kind="group"),
            default_branch="main",
            archived=False,
            fork=fork,
            mirror=False,
            raw_base=f"{url_of(path)}/-/raw/main/",
            details=Details(topics=(), languages=("Python",)),
            activity=Activity(stars=stars),
            revision="1",
        ),
        files=files,
    )


@dataclass
class Scripted:
    """A connector that lists what a test put into it."""

    sightings: list[Sighting]
    page_size: int = 100
    read_batch: int = 20
    reads: list[list[str]] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    look_ups: Mapping[str, LookUp] = field(default_factory=dict)
    moved: Mapping[str, Resolution] = field(default_factory=dict)
    """What paths lead to that no sighting has."""
    resolved: list[list[str]] = field(default_factory=list)
    before_page: Callable[[int], None] = lambda _number: None
    decorate: Callable[[int, Page], Page] = lambda _number, page: page

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        self.listings.append(listing)
        start = int(listing.cursor) if listing.cursor else 0
        total = max(1, -(-len(self.sightings) // self.page_size))
        for number in range(start, total):
            self.before_page(number)
            part = self.sightings[number * self.page_size : (number + 1) * self.page_size]
            page = Page(
                sightings=tuple(part if listing.contents else map(_without_bytes, part)),
                cursor=str(number + 1) if number + 1 < total else None,
                total=len(self.sightings),
            )
            yield self.decorate(number, page)

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        ids = [seen.repository.forge_id for seen in wanted]
        self.reads.append(ids)
        known = {seen.repository.forge_id: seen for seen in self.sightings}
        return [known[key] for key in ids]

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        there: dict[str, LookUp] = {
            s.repository.forge_id: Found(sighting=s) for s in self.sightings
        }
        return {key: self.look_ups.get(key, there.get(key, Missing())) for key in forge_ids}

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        self.resolved.append(list(paths))
        there = {s.repository.path: s.repository.forge_id for s in self.sightings}
        return {path: self.moved.get(path, there.get(path)) for path in paths}

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        return Estimate(rest=len(self.sightings))

    async def check(self) -> str:
        return "scripted"

    def spent(self) -> Spent:
        return Spent(text_bytes=sum(map(len, self.reads)))


def _without_bytes(seen: Sighting) -> Sighting:
    if not isinstance(seen.files, tuple):
        return seen
    return replace(seen, files=tuple(replace(version, content=None) for version in seen.files))


@dataclass
class Ears:
    """A listener that remembers."""

    items: list[Item] = field(default_factory=list)
    pages: int = 0
    resumed_from: str | None = None
    sweep: bool = False

    def started(self, source: str, *, sweep: bool, resumed_from: str | None) -> None:
        self.resumed_from = resumed_from
        self.sweep = sweep

    def page(
        self,
        source: str,
        repositories: int,
        total: int | None,
        owners_left: int | None,
        spent: Spent,
    ) -> None:
        self.pages += 1

    def item(self, source: str, item: Item) -> None:
        self.items.append(item)

    def waiting(self, source: str, until: datetime, why: str) -> None:
        raise AssertionError("a scripted connector never waits")
