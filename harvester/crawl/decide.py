# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a page does to the catalogue: additions, updates and repairs. Pure.

What got worse is only marked here (:class:`~harvester.ports.rows.FileRow.bad_since`); time
and :mod:`harvester.crawl.conclude` turn marks into states.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from harvester import publiccode
from harvester.crawl.door import Door
from harvester.crawl.entries import Catalog, settle
from harvester.crawl.files import rows as files_of
from harvester.crawl.files import says_the_same
from harvester.crawl.opt_out import opt_outs
from harvester.crawl.places import is_told, place_of
from harvester.crawl.reasons import ItemReason
from harvester.crawl.task import SourcePlan
from harvester.crawl.visit import Visit
from harvester.model import Activity, ItemStatus, Origin, Owner, Unknown
from harvester.ports.rows import AliasRow, Item, Keys, RepositoryRow, Stored, Writes
from harvester.urls import url_key


def keys(visits: Iterable[Visit]) -> Keys:
    """Give what a page of visits touches."""
    ids, urls = set(), set()
    for visit in visits:
        ids.add(visit.id)
        urls.add(visit.sighting.repository.web_url)
        if visit.reading is not None and visit.reading.declared_url is not None:
            urls.add(visit.reading.declared_url)
    return Keys(repository_ids=frozenset(ids), urls=frozenset(urls))


def decide(plan: SourcePlan, visits: Sequence[Visit], stored: Stored, now: datetime) -> Writes:
    """Decide what a page of visits writes.

    Args:
        plan: the source.
        visits: in scope and public.
        stored: what the catalogue holds about their :func:`keys`.
        now: the time of the page.
    """
    strangers = tuple(visit for visit in visits if _is_blocked_stranger(plan, visit, stored))
    visits = [visit for visit in visits if visit not in strangers]
    repositories = dict(stored.repositories)
    files = {(row.repository_id, row.path): row for row in stored.files}
    own = defaultdict(list)
    for row in stored.files:
        own[row.repository_id].append(row)
    aliases: list[AliasRow] = []
    moved: set[str] = set()
    taken = _last_taken(visits, stored)
    door = Door(stored.aliases, plan.blocks)
    for visit in visits:
        before = stored.repositories.get(visit.id)
        after = _repository(plan, visit, before, now)
        rival = taken.get(url_key(after.facts.web_url))
        if rival is not None and after.updated_at <= rival:
            after = replace(after, updated_at=now)
        repositories[visit.id] = after
        if before is None or _tells_more(after, before):
            moved.add(visit.id)
            aliases += _left(before, after, now)
        # Of who was never let in, nothing is told: neither entry nor tombstone.
        unknown = not own[visit.id] and door.turns_away(after)
        if isinstance(visit.sighting.files, tuple) and not unknown:
            for row in files_of(visit, visit.sighting.files, own[visit.id], now):
                was = files.get((row.repository_id, row.path))
                if was is None or not says_the_same(row, was):
                    moved.add(visit.id)
                files[row.repository_id, row.path] = row
    catalog = Catalog(
        repositories=repositories,
        files=files,
        before=stored.files,
        software=stored.software,
        aliases=(*stored.aliases, *aliases),
        rests=stored.rests,
        neighbours=stored.neighbours,
    )
    touched = _touched(plan, visits, stored, repositories, moved)
    settled = settle(catalog, touched, plan.publishers, now, blocks=plan.blocks)
    written, volatile = _differing(repositories, stored)
    return Writes(
        owners=_owners(plan, written, stored),
        repositories=written,
        activities=volatile,
        linked=tuple(visit.id for visit in visits),
        aliases=tuple(aliases),
        blobs=tuple(sorted(_blobs(visits).items())) if plan.contacts else (),
        files=settled.files,
        software=settled.software,
        merges=settled.merges,
        erased=settled.erased,
        rests=settled.rests,
        changes=settled.changes,
        items=tuple(
            _turned_away(plan, door, repositories[visit.id], visit)
            or _item(visit, stored, moved=visit.id in moved)
            for visit in visits
        )
        + tuple(_stranger(plan, visit) for visit in strangers),
    )


def _is_blocked_stranger(plan: SourcePlan, visit: Visit, stored: Stored) -> bool:
    """Say whether nothing at all is to be kept of a repository: blocked before it was known."""
    url = visit.sighting.repository.web_url
    return visit.id not in stored.repositories and plan.blocks.find((url,)) is not None


def _stranger(plan: SourcePlan, visit: Visit) -> Item:
    url = visit.sighting.repository.web_url
    block = plan.blocks.find((url,))
    return Item(
        subject=url,
        status=ItemStatus.SKIPPED,
        reason=ItemReason.BLOCKED,
        message=block.reason if block is not None else None,
        repository_id=None,
    )


def _repository(
    plan: SourcePlan, visit: Visit, before: RepositoryRow | None, now: datetime
) -> RepositoryRow:
    facts = visit.sighting.repository
    if _doubt(visit) is not None:
        # What this revision brought is not known; nobody may take it for read.
        facts = replace(facts, revision=before.facts.revision if before is not None else "")
    ways = opt_outs(plan, visit, before)
    ignored_since = before.ignored_since if before is not None else None
    ignored_since = (ignored_since or now) if ways else None
    if before is None:
        return RepositoryRow(
            id=visit.id,
            forge=plan.forge,
            facts=facts,
            first_seen_at=now,
            updated_at=now,
            opt_outs=ways,
            ignored_since=ignored_since,
        )
    if facts.details is None:
        # Not read this time: the stored ones stand, and so does the revision that they are of.
        facts = replace(facts, details=before.facts.details, revision=before.facts.revision)
    there = before.missing_sweeps == 0 and before.gone_reason is None
    if there and (facts, plan.forge, ways) == (before.facts, before.forge, before.opt_outs):
        return before
    row = replace(
        before,
        forge=plan.forge,
        facts=facts,
        missing_since=None,
        missing_sweeps=0,
        gone_reason=None,
        opt_outs=ways,
        ignored_since=ignored_since,
    )
    return replace(row, updated_at=now) if _tells_more(row, before) else row


def _left(before: RepositoryRow | None, after: RepositoryRow, now: datetime) -> list[AliasRow]:
    """Give the address that a repository had and has no more, if any."""
    if before is None or url_key(before.facts.web_url) == url_key(after.facts.web_url):
        return []
    return [AliasRow(url=before.facts.web_url, repository_id=after.id, since=now)]


def _last_taken(visits: Iterable[Visit], stored: Stored) -> Mapping[str, datetime]:
    """Say when repositories that are not visited now took the addresses that they had last.

    Whoever is seen there now has taken it over, or back: :class:`Places` tells by ``updated_at``.
    """
    visited = {visit.id for visit in visits}
    taken: dict[str, datetime] = {}
    for row in stored.repositories.values():
        if row.id not in visited and row.gone_reason is None:
            key = url_key(row.facts.web_url)
            taken[key] = max(row.updated_at, taken.get(key, row.updated_at))
    return taken


def _differing(
    repositories: Mapping[str, RepositoryRow], stored: Stored
) -> tuple[tuple[RepositoryRow, ...], tuple[tuple[str, Activity], ...]]:
    """Give the rows that differ from the stored ones, and apart those where only activity does."""
    rows, volatile = [], []
    for key, row in sorted(repositories.items()):
        before = stored.repositories.get(key)
        if before is row or before == row:
            continue
        activity = row.facts.activity
        if before is not None and row == replace(
            before, facts=replace(before.facts, activity=activity)
        ):
            volatile.append((key, activity))
        else:
            rows.append(row)
    return tuple(rows), tuple(volatile)


def _owners(
    plan: SourcePlan, written: Iterable[RepositoryRow], stored: Stored
) -> tuple[tuple[str, Owner], ...]:
    """Give the owners that are new, or told something new."""
    owners = {}
    for row in written:
        before = stored.repositories.get(row.id)
        if before is None or before.facts.owner != row.facts.owner:
            owners[row.facts.owner.path] = row.facts.owner
    return tuple((plan.forge.url, owners[path]) for path in sorted(owners))


def _tells_more(after: RepositoryRow, before: RepositoryRow) -> bool:
    """Say whether more differs than what may move without being a change."""
    if after is before:
        return False
    still = replace(after.facts, activity=before.facts.activity, revision=before.facts.revision)
    standing = (after.gone_reason, after.opt_outs)
    return still != before.facts or standing != (before.gone_reason, before.opt_outs)


def _touched(
    plan: SourcePlan,
    visits: Sequence[Visit],
    stored: Stored,
    repositories: Mapping[str, RepositoryRow],
    moved: set[str],
) -> frozenset[str]:
    """Give the ids of the entries that show something that may have changed.

    Those about a moved repository, those that its files are provenances of, and those whose
    publisher the lists now call something else. What a file moves to is found by ``settle``. How
    far a source that only tells of software is believed can change without any page of it.
    """
    touched = {place_of(repositories[key]).software_id for key in moved}
    visited = {visit.id for visit in visits}
    judged = moved if plan.forge.origin is Origin.CRAWL else moved | visited
    for row in stored.files:
        if row.repository_id in judged and row.software_id is not None:
            touched.add(row.software_id)
    for entry in stored.software.values():
        if entry.repository_id in visited:
            listed = plan.publishers.of(repositories[entry.repository_id].facts.web_url)
            if listed is not None and entry.publisher != listed:
                touched.add(entry.id)
    return frozenset(touched)


def _blobs(visits: Iterable[Visit]) -> dict[str, bytes]:
    blobs = {}
    for visit in visits:
        file = visit.winner
        if file is None or file.content is None or visit.reading is None:
            continue
        if len(file.content) <= publiccode.MAX_BYTES:
            blobs[file.blob_id] = file.content
    return blobs


def _doubt(visit: Visit) -> str | None:
    """Say why a repository's file is unknown, if it is."""
    if isinstance(visit.sighting.files, Unknown):
        return visit.sighting.files.reason
    return visit.winner.unread if visit.winner is not None else None


def _turned_away(plan: SourcePlan, door: Door, row: RepositoryRow, visit: Visit) -> Item | None:
    """Say of a repository that is not let in why; None of the others, and where there is doubt."""
    verdict = door.verdict(row, row.facts.web_url)
    if verdict is None or _doubt(visit) is not None:
        return None
    block = plan.blocks.find((row.facts.web_url,))
    return Item(
        subject=row.facts.web_url,
        status=ItemStatus.SKIPPED,
        reason=verdict[1],
        message=block.reason if block is not None else None,
        repository_id=row.id,
    )


def _item(visit: Visit, stored: Stored, *, moved: bool) -> Item:
    url = visit.sighting.repository.web_url
    doubt = _doubt(visit)
    if doubt is not None:
        return Item(
            subject=url,
            status=ItemStatus.ERRORED,
            reason=ItemReason.FILE_UNKNOWN,
            message=doubt,
            repository_id=visit.id,
        )
    known = visit.id in stored.repositories
    changed = ItemStatus.UPDATED if moved else ItemStatus.UNCHANGED
    former = {
        *((row.id, url_key(row.facts.web_url)) for row in stored.repositories.values()),
        *(
            (row.repository_id, url_key(row.url))
            for row in stored.aliases
            if not is_told(stored.repositories[row.repository_id])
        ),
    }
    reused = not known and any(holder != visit.id and key == url_key(url) for holder, key in former)
    return Item(
        subject=url,
        status=changed if known else ItemStatus.ADDED,
        reason=ItemReason.NAME_REUSED if reused else None,
        message="warning: another repository had this address before" if reused else None,
        repository_id=visit.id,
    )
