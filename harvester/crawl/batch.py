# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What one transaction of a crawl holds: some pages of a listing, read, decided and stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from harvester.crawl.decide import decide, keys
from harvester.crawl.leaving import turn_private
from harvester.crawl.reasons import ItemReason
from harvester.crawl.revisit import Revisits
from harvester.crawl.scope import matches
from harvester.crawl.task import SourcePlan
from harvester.crawl.visit import Visit, is_wanted, to_read, visits, winner
from harvester.model import ItemStatus, Sighting, repository_id
from harvester.ports.catalogue import Catalogue, PageTransaction
from harvester.ports.crawls import Known, OpenCrawl, PageMark
from harvester.ports.errors import RefusedRowError
from harvester.ports.listing import Failure, FailureCode, Page
from harvester.ports.rows import Item, Keys, Writes


@dataclass(slots=True)
class Batch:
    """Pages gathered for one transaction."""

    sightings: dict[str, Sighting] = field(default_factory=dict)
    """By repository id, in the order seen; of one that was seen twice, the later."""
    wanted: set[str] = field(default_factory=set)
    """Ids of those that the connector has to be asked about again."""
    items: list[Item] = field(default_factory=list)
    """Of what is not stored: out of scope, or failed."""
    failed: set[str] = field(default_factory=set)
    """Ids of repositories that are there, but could not be read."""
    hidden: set[str] = field(default_factory=set)
    """Ids of repositories that are there, but not for everybody."""
    owners_read: list[str] = field(default_factory=list)
    pages: int = 0
    skipped: int = 0
    cursor: str | None = None
    complete: bool = False
    """True when the listing ends with this batch."""

    def add(self, page: Page, plan: SourcePlan, room: int | None) -> dict[str, Sighting]:
        """Take a page in, until the batch holds ``room`` repositories; give those taken, by id."""
        taken: dict[str, Sighting] = {}
        self.pages += 1
        self.cursor = page.cursor
        self.complete = page.cursor is None
        self.skipped += page.skipped
        self.owners_read += page.owners_read
        self.hidden |= {repository_id(plan.forge.url, forge_id) for forge_id in page.hidden}
        for failure in page.failures:
            self._fail(failure, plan)
        for sighting in page.sightings:
            repository = sighting.repository
            key = repository_id(plan.forge.url, repository.forge_id)
            if not matches(plan, repository.path):
                self.items.append(
                    Item(
                        subject=_plain(repository.web_url),
                        status=ItemStatus.SKIPPED,
                        reason=ItemReason.OUT_OF_SCOPE,
                    )
                )
            elif room is None or len(self.sightings.keys() | taken.keys()) < room:
                taken[key] = sighting
        self.sightings |= taken
        return taken

    def _fail(self, failure: Failure, plan: SourcePlan) -> None:
        key = None
        if failure.forge_id is not None:
            key = repository_id(plan.forge.url, failure.forge_id)
            self.failed.add(key)
        self.items.append(
            Item(
                subject=_plain(failure.subject),
                status=ItemStatus.ERRORED,
                reason=failure.code,
                message=_plain(failure.message),
                repository_id=key,
            )
        )


def ask(catalogue: Catalogue, sightings: Mapping[str, Sighting]) -> Known:
    """Ask the catalogue what it knows of some sightings, given by repository id."""
    files = (winner(sighting) for sighting in sightings.values())
    return catalogue.known(list(sightings), sorted({file.blob_id for file in files if file}))


def wanted(known: Known, sightings: Mapping[str, Sighting]) -> set[str]:
    """Give the ids of the sightings that the connector has to be asked about again."""
    return {key for key, sighting in sightings.items() if is_wanted(sighting, key, known)}


def store(
    catalogue: Catalogue,
    crawl: OpenCrawl,
    plan: SourcePlan,
    batch: Batch,
    now: datetime,
    *,
    revisits: Revisits | None = None,
) -> tuple[Item, ...]:
    """Read what the batch brought, decide, and commit it with the crawl's cursor.

    A row that the database will not take fails its own item, not the others. Where ``revisits``
    are given, it is kept when each repository was looked at.

    Returns:
        What became of each repository and failure.
    """
    sightings = list(batch.sightings.values())
    known = ask(catalogue, batch.sightings)
    files = to_read(plan, sightings, known)
    missing = {file.blob_id for file in files.values() if file.content is None} & known.blobs
    made = visits(plan, sightings, files, catalogue.contents(sorted(missing)))
    with catalogue.page(crawl, now) as page:
        items = [*batch.items, *_write(page, plan, made, now)]
        items += _let_go(page, plan, batch, now)
        if batch.items:
            page.write(Writes(items=tuple(batch.items)), now)
        page.mark(
            PageMark(
                seen=tuple(sorted(batch.sightings.keys() | batch.failed)),
                cursor=batch.cursor,
                owners_read=tuple(batch.owners_read),
                skipped=batch.skipped,
                clean=not any(leaves_doubt(item) for item in items),
                revisits=revisits.after(items, crawl.started_at) if revisits is not None else (),
            )
        )
    return tuple(items)


def leaves_doubt(item: Item) -> bool:
    """Say whether, because of this, a listing cannot tell what is missing.

    That there is no such owner or repository is an answer: an error of the settings, which is
    told, and no reason to keep for ever what else of the source has gone. Each that has is looked
    up by its id.
    """
    return item.status is ItemStatus.ERRORED and item.reason != FailureCode.NOT_FOUND


def _write(
    page: PageTransaction, plan: SourcePlan, made: Sequence[Visit], now: datetime
) -> tuple[Item, ...]:
    try:
        return _write_together(page, plan, made, now)
    except RefusedRowError as error:
        if len(made) == 1:
            return (_refused(page, made[0], error, now),)
    items: list[Item] = []
    for visit in made:
        items += _write(page, plan, (visit,), now)
    return tuple(items)


def _write_together(
    page: PageTransaction, plan: SourcePlan, made: Sequence[Visit], now: datetime
) -> tuple[Item, ...]:
    if not made:
        return ()
    with page.savepoint():
        writes = decide(plan, made, page.load(keys(made)), now)
        page.write(writes, now)
    return writes.items


def _let_go(
    page: PageTransaction, plan: SourcePlan, batch: Batch, now: datetime
) -> tuple[Item, ...]:
    """Take leave of what is private now."""
    if not batch.hidden:
        return ()
    stored = page.load(Keys(repository_ids=frozenset(batch.hidden), urls=frozenset()))
    writes = turn_private(plan, batch.hidden, stored, now)
    page.write(writes, now)
    return writes.items


def _refused(page: PageTransaction, visit: Visit, error: RefusedRowError, now: datetime) -> Item:
    item = Item(
        subject=_plain(visit.sighting.repository.web_url),
        status=ItemStatus.ERRORED,
        reason=FailureCode.REFUSED,
        message=_plain(str(error)),
        repository_id=None,
    )
    page.write(Writes(items=(item,)), now)
    return replace(item, repository_id=visit.id)


def _plain(text: str) -> str:
    """Spell out what no database holds: what tells of a refused row must not be refused itself."""
    return text.encode(errors="backslashreplace").decode().replace("\x00", "\\x00")
