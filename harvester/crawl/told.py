# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a statement of somebody who may write does to the catalogue. Pure.

Whoever tells of software is a place that tells of it, as a page of a wiki is: with a publiccode
file, addresses, and a word on whether it is to be shown. From there on it goes the way of all
files (:mod:`harvester.crawl.entries`); a file in a repository wins over it.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from harvester import publiccode
from harvester.crawl.entries import Catalog, settle
from harvester.crawl.files import rows as files_of
from harvester.crawl.opt_out import says_ignore
from harvester.crawl.places import Places
from harvester.crawl.reasons import FileReason, StateReason
from harvester.crawl.subject import FORGE, Subject, file_of, former_keys, place_key
from harvester.crawl.task import SourcePlan
from harvester.crawl.visit import Visit, fingerprint
from harvester.model import (
    Details,
    FileState,
    FileVersion,
    Outcome,
    Owner,
    Reading,
    Repository,
    Sighting,
)
from harvester.ports.rows import AliasRow, FileRow, RepositoryRow, Stored, Writes
from harvester.ports.telling import Statement
from harvester.publiccode.contacts import reading_without_contacts
from harvester.urls import host_of, path_of, url_key

PATH = "publiccode.yml"
PROFILE = "standard"
OWN_WAYS: frozenset[str] = frozenset({StateReason.DEACTIVATED, StateReason.WRITTEN_INACTIVE})
"""Ways of not being shown that are told beside the text."""

Contents = Callable[[Sequence[str]], Mapping[str, bytes]]
"""Gives the bytes of stored blobs."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Reads told texts, each once for each address that it is told of."""

    plan: SourcePlan
    _read: dict[tuple[bytes, str], Reading]

    @classmethod
    def of(cls, plan: SourcePlan) -> "Texts":
        """Begin with none read."""
        return cls(plan, {})

    def reading(self, text: bytes, url: str) -> Reading:
        """Give what the reader makes of a text; who told it said what its address is."""
        if (text, url) not in self._read:
            reading = publiccode.read(text, self._context(url))
            if not self.plan.contacts:
                reading = reading_without_contacts(reading)
            self._read[text, url] = replace(reading, declared_url=url)
        return self._read[text, url]

    def mark(self, url: str) -> str:
        """Give what a reading depends on beside the bytes."""
        return fingerprint(self._context(url))

    def _context(self, url: str) -> publiccode.FileContext:
        return publiccode.FileContext(path=PATH, profile=PROFILE, repository_url=url)


# --- what it does ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A statement that meets what is known."""

    texts: Texts
    said: Statement
    about: Subject
    stored: Stored
    contents: Contents
    """Gives the bytes of stored files."""
    now: datetime

    def decide(self) -> tuple[Writes, str]:
        """Give the rows that differ, and the id of the entry."""
        about, now = self.about, self.now
        visit = self._visit()
        told = self._row(visit)
        file = self._file(visit, told)
        repositories, files = {told.id: told}, {(file.repository_id, file.path): file}
        for row in about.rows[1:]:
            # One thing is told once: what else was told of it gives way, and leads here.
            other = replace(
                row,
                gone_reason=row.gone_reason or StateReason.MOVED.value,
                opt_outs=tuple(way for way in row.opt_outs if way not in self._lifted()),
            )
            repositories[row.id] = other if other == row else replace(other, updated_at=now)
            beside = file_of(self.stored, row)
            if beside is not None:
                files[row.id, beside.path] = replace(beside, declared_url=about.url)
        catalog = _catalog(self.stored, repositories, files, self._aliases(told))
        entry = Places(catalog.repositories, catalog.aliases).of(file).software_id
        writes = _settled(self.texts.plan, catalog, self.stored, {entry}, now)
        return replace(writes, blobs=self._blobs(visit) if writes.files else ()), entry

    def _visit(self) -> Visit:
        """Read the text, or that of before where its address or the rules are others now."""
        url, old = self.about.url, self._old
        content, context = self.said.text, self.texts.mark(url)
        kept = old if old is not None and old.state is not FileState.ABSENT else None
        current = kept and (kept.normaliser, kept.context) == (publiccode.NORMALISER, context)
        if content is None and kept is not None and not current:
            content = self.contents([kept.blob_id]).get(kept.blob_id)
        files: tuple[FileVersion, ...] = ()
        reading = None
        if content is not None:
            files = (FileVersion(path=PATH, blob_id=_object_id(content), content=content),)
            if kept is None or not current or kept.blob_id != files[0].blob_id:
                reading = self.texts.reading(content, url)
        return Visit(
            id=self.about.rows[0].id if self.about.rows else place_key(url),
            sighting=Sighting(repository=_facts(url), files=files),
            reading=reading,
            context=context,
        )

    def _row(self, visit: Visit) -> RepositoryRow:
        before = self.about.rows[0] if self.about.rows else None
        ways = self._ways(visit, before.opt_outs if before is not None else ())
        if before is None:
            before = RepositoryRow(
                id=visit.id,
                forge=FORGE,
                facts=visit.sighting.repository,
                first_seen_at=self.now,
                updated_at=self.now,
            )
        since = (before.ignored_since or self.now) if ways else None
        row = replace(before, gone_reason=None, opt_outs=ways, ignored_since=since)
        return row if row == before else replace(row, updated_at=self.now)

    def _ways(self, visit: Visit, known: tuple[str, ...]) -> tuple[str, ...]:
        """Give the ways by which what is told is not to be shown.

        Whoever tells of something new says with it whether it is active. That a broken text is
        not, needs no word: else it would not come alive once somebody mends it who gives none.
        """
        ways = set(known) - self._lifted()
        if visit.reading is not None:
            ways.discard(StateReason.OPT_OUT_KEY)
            valid = visit.reading.valid
            if says_ignore(visit.reading.record):
                ways.add(StateReason.OPT_OUT_KEY)
        else:
            valid = self._old is not None and self._old.state is FileState.VALID
        if self.said.active is False and self.said.amends:
            ways.add(StateReason.DEACTIVATED)
        elif self.said.active is False and valid:
            ways.add(StateReason.WRITTEN_INACTIVE)
        order = (StateReason.OPT_OUT_KEY, StateReason.DEACTIVATED, StateReason.WRITTEN_INACTIVE)
        return tuple(way.value for way in order if way in ways)

    def _lifted(self) -> frozenset[str]:
        """Give the ways that are no more; what an amendment hid, only an amendment shows again."""
        if self.said.active is None:
            return frozenset()
        return OWN_WAYS if self.said.amends else frozenset({StateReason.WRITTEN_INACTIVE})

    def _file(self, visit: Visit, told: RepositoryRow) -> FileRow:
        """Give the told file as it is now."""
        old = self._old
        made: FileRow | None = None
        if visit.winner is not None:
            before = () if old is None else (old,)
            made = next(files_of(visit, (visit.winner,), before, self.now), None)
        row = made or old
        if row is None or (made is None and row.state is FileState.ABSENT):
            return _nothing(told, old, self.about.url, self.now)
        return replace(row, declared_url=self.about.url)

    def _aliases(self, told: RepositoryRow) -> tuple[AliasRow, ...]:
        """Give the addresses that it had, and that are not known yet."""
        known = former_keys(self.stored, told) | {url_key(self.about.url)}
        ids = {row.id for row in self.about.rows}
        left = [row.declared_url for row in self.stored.files if row.repository_id in ids]
        had = [row.url for row in self.stored.aliases if row.repository_id in ids]
        every = sorted(url for url in (*self.said.aliases, *left, *had) if url is not None)
        fresh = {url_key(url): url for url in reversed(every)}
        return tuple(
            AliasRow(url=url, repository_id=told.id, since=self.now)
            for key, url in sorted(fresh.items())
            if key not in known
        )

    def _blobs(self, visit: Visit) -> tuple[tuple[str, bytes], ...]:
        """Give the bytes to be kept; they have the contacts in them."""
        file = visit.winner
        if not self.texts.plan.contacts or visit.reading is None:
            return ()
        if file is None or file.content is None or len(file.content) > publiccode.MAX_BYTES:
            return ()
        return ((file.blob_id, file.content),)

    @property
    def _old(self) -> FileRow | None:
        return file_of(self.stored, self.about.rows[0]) if self.about.rows else None


def retract(
    plan: SourcePlan, rows: Iterable[RepositoryRow], stored: Stored, now: datetime
) -> Writes:
    """Delete what was told.

    Args:
        plan: what decides beside what is told.
        rows: of what was told.
        stored: what the catalogue holds about them.
        now: the time.
    """
    gone = {}
    for row in rows:
        ways = tuple(way for way in row.opt_outs if way not in OWN_WAYS)
        gone[row.id] = replace(
            row,
            gone_reason=StateReason.RETRACTED.value,
            opt_outs=ways,
            ignored_since=row.ignored_since if ways else None,
            updated_at=now,
        )
    return _settled(plan, _catalog(stored, gone, {}, ()), stored, frozenset(), now)


def _catalog(
    stored: Stored,
    repositories: Mapping[str, RepositoryRow],
    files: Mapping[tuple[str, str], FileRow],
    aliases: tuple[AliasRow, ...],
) -> Catalog:
    return Catalog(
        repositories={**stored.repositories, **repositories},
        files={**{(row.repository_id, row.path): row for row in stored.files}, **files},
        before=stored.files,
        software=stored.software,
        aliases=(*stored.aliases, *aliases),
        rests=stored.rests,
        neighbours=stored.neighbours,
    )


def _settled(
    plan: SourcePlan, catalog: Catalog, stored: Stored, entries: Collection[str], now: datetime
) -> Writes:
    """Give the rows that differ; entries are touched, and those that what differs was of."""
    differing = {
        key: row for key, row in catalog.repositories.items() if stored.repositories.get(key) != row
    }
    touched = {row.software_id for row in stored.files if row.repository_id in differing}
    touched |= set(entries)
    settled = settle(
        catalog,
        frozenset(key for key in touched if key is not None),
        plan.publishers,
        now,
        blocks=plan.blocks,
    )
    fresh = differing.keys() - stored.repositories.keys()
    return Writes(
        owners=tuple((FORGE.url, differing[key].facts.owner) for key in sorted(fresh)),
        repositories=tuple(differing[key] for key in sorted(differing)),
        aliases=catalog.aliases[len(stored.aliases) :],
        files=settled.files,
        software=settled.software,
        merges=settled.merges,
        erased=settled.erased,
        changes=settled.changes,
    )


# --- its rows -------------------------------------------------------------------------------


def _facts(url: str) -> Repository:
    """Give what is told from, as facts of a repository: of the first address for good."""
    host, path = host_of(url), path_of(url)
    return Repository(
        forge_id=url_key(url),
        path=f"{host}/{path}",
        web_url=f"{FORGE.url}/{url_key(url)}",
        name=path.rpartition("/")[2],
        description=None,
        owner=Owner(path=host, name=None, kind="organization"),
        default_branch=None,
        archived=False,
        fork=False,
        mirror=False,
        details=Details(topics=(), languages=()),
        revision="",
    )


def _nothing(told: RepositoryRow, old: FileRow | None, url: str, now: datetime) -> FileRow:
    """Give the file of a statement without a text: what it says otherwise belongs to an entry.

    As long as it says that the entry is not active; after that it says nothing.
    """
    says = bool(told.opt_outs)
    return FileRow(
        repository_id=told.id,
        path=PATH,
        blob_id=_object_id(b""),
        state=FileState.ABSENT,
        outcome=Outcome.INVALID if says else Outcome.SUPERSEDED,
        reason=FileReason.ERRORS if says else FileReason.REMOVED,
        software_id=None,
        version=None,
        declared_url=url,
        normaliser=0,
        findings=(),
        record=None,
        context="",
        first_seen_at=old.first_seen_at if old is not None else now,
        changed_at=old.changed_at if old is not None else now,
    )


def _object_id(content: bytes) -> str:
    """Give git's object id of a file's bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
