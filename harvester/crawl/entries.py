# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What files and repositories make of the catalogue's entries. Pure.

``settle`` looks at nothing but the rows it is given, never at the order in which they came: the
same repositories and files make the same entries.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from harvester.crawl import entry
from harvester.crawl.files import is_good
from harvester.crawl.places import Place, Places, is_entered, place_of
from harvester.crawl.reasons import FileReason, StateReason
from harvester.crawl.task import Publishers
from harvester.model import (
    Change,
    ChangeType,
    FileState,
    Origin,
    Outcome,
    Publisher,
    State,
)
from harvester.ports.rows import AliasRow, FileRow, Merge, RecordRow, RepositoryRow, SoftwareRow

_HIDDEN = frozenset({State.GONE, State.WITHDRAWN, State.BLOCKED})
_SET_BY_HAND = frozenset({State.WITHDRAWN, State.BLOCKED})
_SUPERSEDED = frozenset({FileReason.YML_WINS, FileReason.REMOVED})
_TRUST = {origin: rank for rank, origin in enumerate(Origin)}
_RANK = {FileState.VALID: 0, FileState.INVALID: 1, FileState.UNKNOWN: 2, FileState.ABSENT: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A part of the catalogue, closed under *is a provenance of*, as it is to be."""

    repositories: Mapping[str, RepositoryRow]
    files: Mapping[tuple[str, str], FileRow]
    """By repository id and path; their outcomes and entries may be out of date."""
    before: tuple[FileRow, ...]
    """The files as they are stored."""
    software: Mapping[str, SoftwareRow]
    """As they are stored."""
    aliases: tuple[AliasRow, ...]
    neighbours: tuple[FileRow, ...] = ()
    """Of :class:`~harvester.ports.rows.Stored`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The rows that differ from the stored ones."""

    files: tuple[FileRow, ...]
    software: tuple[SoftwareRow, ...]
    merges: tuple[Merge, ...]
    changes: tuple[Change, ...]


def settle(
    catalog: Catalog,
    touched: frozenset[str],
    publishers: Publishers,
    now: datetime,
    losses: Mapping[str, StateReason] | None = None,
) -> Settled:
    """Assign every file to its entry, and bring the entries that this touches up to date.

    Args:
        catalog: the rows.
        touched: ids of entries that show something that changed.
        publishers: the lists of public bodies.
        now: the time.
        losses: entries whose grace is over, with the reason; only a conclusion gives them.
    """
    places = Places(catalog.repositories, catalog.aliases)
    files = {
        key: _assigned(row, catalog.repositories[row.repository_id], places)
        for key, row in catalog.files.items()
    }
    merges = _merges(replace(catalog, files=files), places)
    stored = {(row.repository_id, row.path): row for row in catalog.before}
    differing = tuple(row for key, row in sorted(files.items()) if row != stored.get(key))

    affected = set(touched) | {merge.into for merge in merges}
    for row in differing:
        was = stored.get((row.repository_id, row.path))
        affected.update(
            file.software_id for file in (row, was) if file and file.software_id is not None
        )
    affected -= {merge.id for merge in merges}

    maker = _Maker(replace(catalog, files=files), places, merges, publishers, now, losses or {})
    software: list[SoftwareRow] = []
    changes: list[Change] = []
    for identity in sorted(affected):
        old = catalog.software.get(identity)
        row_now = maker.entry(identity, old)
        if row_now is None:
            continue
        if old is not None and old.document == row_now.document:
            row_now = replace(row_now, updated_at=old.updated_at)
        else:
            changes.append(_change(old, row_now))
        if row_now != old:
            software.append(row_now)
    changes += [
        Change(type=ChangeType.DELETED, software_id=merge.id, reason=StateReason.MERGED)
        for merge in merges
        if catalog.software[merge.id].state not in _HIDDEN
    ]
    return Settled(
        files=differing,
        software=tuple(software),
        merges=merges,
        changes=tuple(sorted(changes, key=lambda change: (change.software_id, change.type))),
    )


# --- files ----------------------------------------------------------------------------------


def _assigned(row: FileRow, host: RepositoryRow, places: Places) -> FileRow:
    """Give a file its outcome and its entry.

    What a page says lies at another place by nature; that is told only where the place is known.
    """
    if row.outcome is Outcome.SUPERSEDED and row.reason in _SUPERSEDED:
        return row
    place = places.of(row)
    described = place.repository
    if is_entered(host) and (described is None or is_entered(described)):
        good = is_good(row)
        outcome = Outcome.LISTED if good else Outcome.INVALID
        reason = FileReason.ENTERED if good else FileReason.ERRORS
    elif described is None:
        outcome, reason = Outcome.OTHER_PLACE, FileReason.DECLARES_UNKNOWN
    elif described.id != row.repository_id:
        outcome, reason = Outcome.OTHER_PLACE, FileReason.DECLARES_KNOWN
    elif is_good(row):
        outcome, reason = Outcome.LISTED, FileReason.VALID
    else:
        outcome, reason = Outcome.INVALID, FileReason.ERRORS
    return replace(row, outcome=outcome, reason=reason, software_id=place.software_id)


def _merges(catalog: Catalog, places: Places) -> tuple[Merge, ...]:
    """Find the entries that live on in others.

    They waited for a repository that is known now; or the pages that they were made of name
    another repository now, or one at last: what a page tells of stays one thing.
    """
    merges = []
    described = {row.software_id for row in catalog.files.values()}
    for row in catalog.software.values():
        repository = places.find(row.url) if row.repository_id is None else None
        if repository is not None:
            merges.append(Merge(id=row.id, into=place_of(repository).software_id))
        elif row.id not in described and (heirs := _heirs(catalog, row.id)):
            merges.append(Merge(id=row.id, into=min(heirs)))
    return tuple(sorted(merges, key=lambda merge: merge.id))


def _heirs(catalog: Catalog, identity: str) -> set[str]:
    """Give the entries of the pages that an entry was made of."""
    rows = (
        catalog.files[row.repository_id, row.path]
        for row in catalog.before
        if row.software_id == identity and is_entered(catalog.repositories[row.repository_id])
    )
    return {row.software_id for row in rows if row.software_id is not None}


# --- entries --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes an entry's row from its files."""

    catalog: Catalog
    """With the files assigned."""
    places: Places
    merges: tuple[Merge, ...]
    publishers: Publishers
    now: datetime
    losses: Mapping[str, StateReason]

    def entry(self, identity: str, old: SoftwareRow | None) -> SoftwareRow | None:
        """Give an entry as it is now; None where there is and was none."""
        members = [row for row in self.catalog.files.values() if row.software_id == identity]
        ancestors = [self.catalog.software[m.id] for m in self.merges if m.into == identity]
        if old is not None:
            ancestors.insert(0, old)
        if not members and not ancestors:
            return None
        place = self._place(identity, members, ancestors)
        members.sort(key=lambda row: self._precedence(row, place))
        primary = self._primary(members)
        record = primary.record if primary else _shown(ancestors[0])
        publiccode = json.loads(record.document) if record else None
        host = self.catalog.repositories[primary.repository_id] if primary else place.repository
        state, reason = _state(primary, host, record, ancestors, self.losses.get(identity))
        row = SoftwareRow(
            id=place.software_id,
            url=place.url,
            name=_name(publiccode),
            state=state,
            state_reason=reason,
            file_state=primary.state if primary else FileState.ABSENT,
            stale_since=_stale_since(primary, record, old, self.now),
            origin=host.forge.origin if host else ancestors[0].origin,
            repository_id=place.repository.id if place.repository else None,
            file=(primary.repository_id, primary.path) if primary else None,
            publisher=self._publisher(place, host, publiccode),
            document="",
            first_seen_at=min([self.now, *(row.first_seen_at for row in ancestors)]),
            updated_at=self.now,
        )
        text = entry.document(
            row,
            repository=_known_repository(place),
            aliases=self._aliases(place, members),
            own=self._own(place),
            file=primary,
            provenances=[(file, self.catalog.repositories[file.repository_id]) for file in members],
            record=record,
        )
        return replace(row, document=text)

    def _place(
        self, identity: str, members: Iterable[FileRow], ancestors: list[SoftwareRow]
    ) -> Place:
        known = sorted((self.places.of(row) for row in members), key=lambda place: place.url)
        if known:
            return known[0]
        # No file describes it any more: it is where it was, or what it waited for has come.
        was = ancestors[0]
        repository = self.catalog.repositories.get(was.repository_id or "")
        repository = repository or self.places.find(was.url)
        return place_of(repository) if repository else Place(identity, None, was.url)

    def _precedence(self, row: FileRow, place: Place) -> tuple[object, ...]:
        """Sort the files of an entry: the canonical repository's own first, whatever its state.

        A publisher who takes a file away must not be overruled by a copy of it. Elsewhere, what is
        there comes before what is not, and a file in a repository before what others tell.
        """
        host = self.catalog.repositories[row.repository_id]
        repository = _known_repository(place)
        own = repository is not None and repository.id == host.id
        return (
            not own,
            host.gone_reason is not None,
            row.state is FileState.ABSENT,
            _TRUST[host.forge.origin],
            _RANK[row.state],
            host.facts.fork,
            host.forge.url,
            host.facts.path.casefold(),
            host.id,
            row.path,
        )

    def _primary(self, members: Sequence[FileRow]) -> FileRow | None:
        """Give the file that is shown, of those of an entry in their order.

        A file that never was a good one does not take a page's good word away.
        """
        first = members[0] if members else None
        if first is None or (first.record is not None and first.record.good):
            return first
        pages = (
            row
            for row in members
            if row.state is FileState.VALID
            and is_entered(self.catalog.repositories[row.repository_id])
        )
        return next(pages, first)

    def _publisher(
        self,
        place: Place,
        host: RepositoryRow | None,
        publiccode: Mapping[str, object] | None,
    ) -> Publisher | None:
        listed = self.publishers.of(place.url)
        if listed is None and host is not None:
            listed = self.publishers.of(host.facts.web_url)
        # Who keeps a wiki or a catalogue does not publish what is entered there.
        owner = host.facts.owner if host is not None and not is_entered(host) else None
        return entry.publisher_of(listed, publiccode, owner)

    def _aliases(self, place: Place, files: Iterable[FileRow]) -> Iterable[str]:
        """Give the addresses that the canonical repository had, or that files still declare."""
        if place.repository is None:
            return
        for alias in self.catalog.aliases:
            if alias.repository_id == place.repository.id:
                yield alias.url
        for row in files:
            if row.declared_url is not None:
                yield row.declared_url

    def _own(self, place: Place) -> FileRow | None:
        """Give the file that counts in the canonical repository, whatever it declares."""
        if place.repository is None:
            return None
        rows = [
            row
            for row in (*self.catalog.files.values(), *self.catalog.neighbours)
            if row.repository_id == place.repository.id and row.outcome is not Outcome.SUPERSEDED
        ]
        return min(rows, key=lambda row: (_RANK[row.state], row.path), default=None)


def _known_repository(place: Place) -> RepositoryRow | None:
    """Give the canonical repository; a page is none."""
    repository = place.repository
    return repository if repository is not None and not is_entered(repository) else None


def _state(
    primary: FileRow | None,
    host: RepositoryRow | None,
    record: RecordRow | None,
    ancestors: list[SoftwareRow],
    loss: StateReason | None,
) -> tuple[State, str]:
    """Decide what front-ends do with an entry.

    Repairs take effect at once; of what got worse, only a conclusion decides (``loss``).
    """
    was = ancestors[0] if ancestors else None
    good = record is not None and record.good
    broken = StateReason.STALE if good else StateReason.NEVER_VALID
    gone = host.gone_reason if host is not None else None
    if was is not None and was.state in _SET_BY_HAND:
        verdict = (was.state, was.state_reason)
    elif loss is not None:
        verdict = (State.INVALID if loss is StateReason.STALE else State.GONE, str(loss))
    elif gone is not None:
        verdict = (State.GONE, gone)
    elif primary is not None and primary.state is FileState.VALID:
        verdict = (State.LISTED, StateReason.VALID)
    elif good and any(row.state is State.LISTED for row in ancestors):
        verdict = (State.LISTED, StateReason.LAST_GOOD)
    elif was is not None and (primary is None or primary.state is FileState.ABSENT):
        verdict = (was.state, was.state_reason)
    else:
        verdict = (State.INVALID, broken)
    return verdict


def _stale_since(
    primary: FileRow | None, record: RecordRow | None, old: SoftwareRow | None, now: datetime
) -> datetime | None:
    valid = primary is not None and primary.state is FileState.VALID
    if valid or record is None or not record.good:
        return None
    return old.stale_since if old is not None and old.stale_since is not None else now


def _shown(old: SoftwareRow) -> RecordRow | None:
    """Give back what an entry showed whose files now describe something else."""
    before = json.loads(old.document)
    if before["publiccode"] is None:
        return None
    return RecordRow(
        blob_id="",
        version=before["publiccode_version"],
        document=entry.canonical_json(before["publiccode"]),
        normaliser=0,
        good=old.state_reason != StateReason.NEVER_VALID,
    )


def _name(publiccode: Mapping[str, object] | None) -> str | None:
    name = publiccode.get("name") if publiccode is not None else None
    return name if isinstance(name, str) else None


def _change(old: SoftwareRow | None, row: SoftwareRow) -> Change:
    if old is None:
        return Change(type=ChangeType.CREATED, software_id=row.id, reason=row.state_reason)
    if old.state in _HIDDEN and row.state not in _HIDDEN:
        return Change(type=ChangeType.RESTORED, software_id=row.id, reason=row.state_reason)
    if row.state in _HIDDEN and old.state not in _HIDDEN:
        return Change(type=ChangeType.DELETED, software_id=row.id, reason=row.state_reason)
    before, after = json.loads(old.document), json.loads(row.document)
    differing = [key for key in after if after[key] != before.get(key)]
    return Change(type=ChangeType.UPDATED, software_id=row.id, reason=",".join(differing))
