# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl does before it asks anybody: files that older rules read are read again.

From the stored bytes, without a request: so better rules take effect though a forge is down, and
though nothing of it moves, so that an incremental crawl does not see it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from harvester import publiccode
from harvester.crawl.decide import decide, keys
from harvester.crawl.places import is_told
from harvester.crawl.subject import Subject, file_of
from harvester.crawl.task import SourcePlan
from harvester.crawl.told import Telling, Texts
from harvester.crawl.visit import Visit, visits
from harvester.model import FileState, FileVersion, Outcome, Sighting
from harvester.ports.catalogue import Catalogue, PageTransaction
from harvester.ports.crawls import OpenCrawl
from harvester.ports.errors import RefusedRowError
from harvester.ports.rows import FileRow, Keys, Stored
from harvester.ports.telling import Statement

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""Repositories of one transaction."""


def reread(
    catalogue: Catalogue, opened: OpenCrawl, plan: SourcePlan, after: str, now: datetime
) -> str | None:
    """Read some of a source's files again, those of repositories with greater ids than ``after``.

    What a repository is, and whether it was missed, stays as it is; nothing counts as seen.

    Returns:
        The last id, where to go on; None: there are no more.
    """
    ids = catalogue.outdated(plan.name, publiccode.NORMALISER, after, AT_ONCE)
    if not ids:
        return None
    with catalogue.page(opened, now) as page:
        stored = page.load(Keys(repository_ids=frozenset(ids), urls=frozenset()))
        blobs = {row.blob_id for row in stored.files if row.repository_id in ids}
        told = {key for key in ids if is_told(stored.repositories[key])}
        contents = catalogue.contents(sorted(blobs))
        _write(page, plan, _visits(plan, frozenset(ids) - told, stored, contents), now)
        for key in sorted(told):
            _write_told(page, plan, key, contents, now)
    return ids[-1]


def _write_told(
    page: PageTransaction,
    plan: SourcePlan,
    key: str,
    contents: Mapping[str, bytes],
    now: datetime,
) -> None:
    """Read again what was told, as of the address that it was told of."""
    stored = page.load(Keys(repository_ids=frozenset({key}), urls=frozenset()))
    row = stored.repositories[key]
    file = file_of(stored, row)
    if file is None or file.declared_url is None:
        return
    telling = Telling(
        texts=Texts.of(plan),
        said=Statement(amends=True),
        about=Subject(url=file.declared_url, rows=(row,)),
        stored=stored,
        contents=lambda ids: {each: contents[each] for each in ids if each in contents},
        now=now,
    )
    try:
        with page.savepoint():
            page.write(replace(telling.decide()[0], items=()), now)
    except RefusedRowError as error:
        logger.warning("%s: not read again: %s", file.declared_url, error)


def _write(page: PageTransaction, plan: SourcePlan, made: Sequence[Visit], now: datetime) -> None:
    """Write what was read; one that the database refuses stays as it was, and is told."""
    try:
        with page.savepoint():
            writes = decide(plan, made, page.load(keys(made)), now)
            page.write(replace(writes, items=()), now)
    except RefusedRowError as error:
        if len(made) == 1:
            logger.warning("%s: not read again: %s", made[0].sighting.repository.web_url, error)
            return
        middle = len(made) // 2
        _write(page, plan, made[:middle], now)
        _write(page, plan, made[middle:], now)


def _visits(
    plan: SourcePlan, ids: frozenset[str], stored: Stored, contents: Mapping[str, bytes]
) -> tuple[Visit, ...]:
    """Make visits to repositories as they were seen last."""
    own: dict[str, list[FileRow]] = defaultdict(list)
    for row in stored.files:
        if row.repository_id in ids and row.state is not FileState.ABSENT:
            own[row.repository_id].append(row)
    sightings, wanted = [], {}
    for key in sorted(ids):
        files = tuple(_in_order(own[key]))
        sightings.append(Sighting(repository=stored.repositories[key].facts, files=files))
        wanted[key, files[0].path] = files[0]
    return visits(plan, sightings, wanted, contents)


def _in_order(files: list[FileRow]) -> Iterator[FileVersion]:
    """Give the files of a repository, the one that counts first."""
    for row in sorted(files, key=lambda row: row.outcome is Outcome.SUPERSEDED):
        yield FileVersion(path=row.path, blob_id=row.blob_id)
