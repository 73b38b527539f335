# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What files and repositories make of the catalogue's entries. Pure.

``settle`` looks at nothing but the rows it is given, never at the order in which they came: the
same repositories and files make the same entries.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from harvester.crawl import entry
from harvester.crawl.blocks import NO_BLOCKS, Blocks
from harvester.crawl.door import WITHHELD, Door, Verdict, is_deactivated, shows_nothing
from harvester.crawl.files import is_good
from harvester.crawl.places import Place, Places, is_entered, is_told, place_of
from harvester.crawl.reasons import FileReason, StateReason
from harvester.crawl.rest import heir, outlives_its_files, rest_of, shown
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
from harvester.ports.rows import (
    AliasRow,
    FileRow,
    Merge,
    RecordRow,
    RepositoryRow,
    Rest,
    SoftwareRow,
)
from harvester.search.projection import project

_HIDDEN = WITHHELD | {State.GONE}
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
    rests: Mapping[str, Rest | None] = field(default_factory=dict)
    """Of :class:`~harvester.ports.rows.Stored`."""
    neighbours: tuple[FileRow, ...] = ()
    """Of :class:`~harvester.ports.rows.Stored`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The rows that differ from the stored ones."""

    files: tuple[FileRow, ...]
    software: tuple[SoftwareRow, ...]
    merges: tuple[Merge, ...]
    erased: tuple[str, ...]
    """Ids of entries that are no more, without a tombstone."""
    rests: tuple[tuple[str, Rest | None], ...]
    """What entries that this touches were before the crawl, by id, where that is not kept yet."""
    changes: tuple[Change, ...]


def settle(
    catalog: Catalog,
    touched: frozenset[str],
    publishers: Publishers,
    now: datetime,
    losses: Mapping[str, StateReason] | None = None,
    *,
    blocks: Blocks = NO_BLOCKS,
) -> Settled:
    """Assign every file to its entry, and bring the entries that this touches up to date.

    Args:
        catalog: the rows.
        touched: ids of entries that show something that changed.
        publishers: the lists of public bodies.
        now: the time.
        losses: entries whose grace is over, with the reason; only a conclusion gives them.
        blocks: what the operator blocks.
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

    settled = replace(catalog, files=files)
    door = Door(catalog.aliases, blocks)
    maker = _Maker(settled, places, merges, publishers, door, now, losses or {})
    software: list[SoftwareRow] = []
    erased: list[str] = []
    rests: dict[str, Rest | None] = {merge.id: maker.rest(merge.id) for merge in merges}
    changes: list[Change] = []
    for identity in sorted(affected):
        old = catalog.software.get(identity)
        row_now = maker.entry(identity)
        if row_now is None:
            if old is None:
                continue
            erased.append(identity)
            changes += _farewell(old, StateReason.UNFOUNDED)
        elif old is not None and old.document == row_now.document:
            row_now = replace(row_now, updated_at=old.updated_at)
        else:
            changes.append(_change(old, row_now))
        if row_now != old:
            rests[identity] = maker.rest(identity)
            if row_now is not None:
                software.append(replace(row_now, projection=project(row_now.document)))
    for merge in merges:
        changes += _farewell(catalog.software[merge.id], StateReason.MERGED)
    return Settled(
        files=differing,
        software=tuple(software),
        merges=merges,
        erased=tuple(erased),
        rests=tuple(
            (key, rest)
            for key, rest in sorted(rests.items())
            if key not in catalog.rests or catalog.rests[key] != rest
        ),
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
    door: Door
    now: datetime
    losses: Mapping[str, StateReason]

    def rest(self, identity: str) -> Rest | None:
        """Give what an entry remembers of the time before the crawl, its own and its forebears'."""
        ids = [identity, *(merge.id for merge in self.merges if merge.into == identity)]
        return heir(identity, [rest for key in ids if (rest := self._own_rest(key)) is not None])

    def _own_rest(self, identity: str) -> Rest | None:
        if identity in self.catalog.rests:
            return self.catalog.rests[identity]
        row = self.catalog.software.get(identity)
        return None if row is None else rest_of(row)

    def entry(self, identity: str) -> SoftwareRow | None:
        """Give an entry as it is now; None where there is nothing to show, now or in memory."""
        members = [row for row in self.catalog.files.values() if row.software_id == identity]
        rest = self.rest(identity)
        if not members and not outlives_its_files(rest):
            return None
        place = self._place(identity, members, rest)
        members.sort(key=lambda row: self._precedence(row, place))
        primary = self._primary(members)
        record = _record(primary, rest)
        host = self.catalog.repositories[primary.repository_id] if primary else place.repository
        state, reason = self._turned_away(place, host, members) or _state(
            primary, host, record, rest, self.losses.get(identity)
        )
        bare = shows_nothing(state, reason)
        publiccode = json.loads(record.document) if record and not bare else None
        row = SoftwareRow(
            id=place.software_id,
            url=place.url,
            name=_name(publiccode),
            state=state,
            state_reason=reason,
            file_state=primary.state if primary else FileState.ABSENT,
            stale_since=_stale_since(primary, record, rest, self.now),
            origin=host.forge.origin if host else rest.origin if rest else Origin.CRAWL,
            repository_id=place.repository.id if place.repository else None,
            file=(primary.repository_id, primary.path) if primary else None,
            publisher=None if bare else self._publisher(place, host, publiccode),
            document="",
            first_seen_at=min(self.now, rest.first_seen_at) if rest else self.now,
            updated_at=self.now,
        )
        text = entry.document(
            row,
            repository=None if bare else _known_repository(place),
            aliases=self._aliases(place, members),
            own=self._own(place),
            file=None if bare else primary,
            provenances=[] if bare else self._provenances(members),
            record=None if bare else record,
        )
        return replace(row, document=text)

    def _turned_away(
        self, place: Place, host: RepositoryRow | None, members: Iterable[FileRow]
    ) -> Verdict | None:
        """Say whether the canonical repository, or else the one that speaks, is turned away.

        Who may write can say so of any entry, whoever else speaks for it.
        """
        verdict = self.door.verdict(place.repository, place.url)
        if verdict is None and host is not None and host is not place.repository:
            verdict = self.door.verdict(host, host.facts.web_url)
        hosts = (self.catalog.repositories[row.repository_id] for row in members)
        if verdict is None and any(is_deactivated(row) for row in hosts):
            verdict = (State.WITHDRAWN, StateReason.DEACTIVATED)
        return verdict

    def _provenances(self, members: Iterable[FileRow]) -> list[tuple[FileRow, RepositoryRow]]:
        """Give the files that may be told of, with their repositories."""
        hosts = self.catalog.repositories
        pairs = [(row, hosts[row.repository_id]) for row in members]
        return [
            (row, host)
            for row, host in pairs
            if host.gone_reason != StateReason.PRIVATE and not self.door.turns_away(host)
        ]

    def _place(self, identity: str, members: Iterable[FileRow], rest: Rest | None) -> Place:
        known = sorted((self.places.of(row) for row in members), key=lambda place: place.url)
        if known or rest is None:
            return known[0]
        # No file describes it any more: it is where it was, or what it waited for has come.
        places = (place_of(row) for row in self.catalog.repositories.values())
        own = next((place for place in places if place.software_id == identity), None)
        return own or Place(identity, None, rest.url)

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
            self.door.turns_away(host),
            host.gone_reason is not None,
            row.state is FileState.ABSENT,
            _TRUST[host.forge.origin],
            -host.forge.priority,
            _RANK[row.state],
            host.facts.fork,
            host.facts.mirror,
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
        """Give the addresses that the canonical repository had, or that files still declare.

        And those that somebody told.
        """
        files = tuple(files)
        repositories = self.catalog.repositories
        holders = {row.repository_id for row in files if is_told(repositories[row.repository_id])}
        if place.repository is not None:
            holders.add(place.repository.id)
        for alias in self.catalog.aliases:
            if alias.repository_id in holders:
                yield alias.url
        if place.repository is None:
            return
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


def _record(primary: FileRow | None, rest: Rest | None) -> RecordRow | None:
    """Choose what is shown: the newest file's good record, else the last good one.

    A file that was never good does not drive out a good record that came from elsewhere: that is a
    loss, and losses take time.
    """
    newest = primary.record if primary else None
    if rest is None or (newest is not None and newest.good):
        return newest
    kept = shown(rest)
    return kept if kept is not None and (primary is None or kept.good) else newest


def _state(
    primary: FileRow | None,
    host: RepositoryRow | None,
    record: RecordRow | None,
    rest: Rest | None,
    loss: StateReason | None,
) -> tuple[State, str]:
    """Decide what front-ends do with an entry.

    Repairs take effect at once; of what got worse, only a conclusion decides (``loss``).
    """
    good = record is not None and record.good
    broken = StateReason.STALE if good else StateReason.NEVER_VALID
    gone = host.gone_reason if host is not None else None
    let_in = rest is not None and rest.state in WITHHELD
    absent = primary is None or primary.state is FileState.ABSENT
    if gone is not None:  # also if the grace time of its file ends in the same conclusion
        verdict = (State.GONE, gone)
    elif loss is not None:
        verdict = (State.INVALID if loss is StateReason.STALE else State.GONE, str(loss))
    elif primary is not None and primary.state is FileState.VALID:
        verdict = (State.LISTED, StateReason.VALID)
    elif let_in and absent:
        verdict = (State.GONE, StateReason.FILE_REMOVED)
    elif good and rest is not None and (let_in or rest.state is State.LISTED):
        verdict = (State.LISTED, StateReason.LAST_GOOD)
    elif rest is not None and absent:
        verdict = (rest.state, rest.state_reason)
    else:
        verdict = (State.INVALID, broken)
    return verdict


def _stale_since(
    primary: FileRow | None, record: RecordRow | None, rest: Rest | None, now: datetime
) -> datetime | None:
    valid = primary is not None and primary.state is FileState.VALID
    if valid or record is None or not record.good:
        return None
    return rest.stale_since if rest is not None and rest.stale_since is not None else now


def _name(publiccode: Mapping[str, object] | None) -> str | None:
    name = publiccode.get("name") if publiccode is not None else None
    return name if isinstance(name, str) else None


def _farewell(old: SoftwareRow, reason: StateReason) -> list[Change]:
    """Tell that an entry is no more, unless everybody was told before."""
    if old.state in _HIDDEN:
        return []
    return [Change(type=ChangeType.DELETED, software_id=old.id, reason=reason)]


def _change(old: SoftwareRow | None, row: SoftwareRow) -> Change:
    if old is None:
        # Of who was turned away from the first, a copy may tell: nobody is to show it.
        kind = ChangeType.DELETED if row.state in _HIDDEN else ChangeType.CREATED
        return Change(type=kind, software_id=row.id, reason=row.state_reason)
    if old.state in _HIDDEN and row.state not in _HIDDEN:
        return Change(type=ChangeType.RESTORED, software_id=row.id, reason=row.state_reason)
    if row.state in _HIDDEN and old.state not in _HIDDEN:
        return Change(type=ChangeType.DELETED, software_id=row.id, reason=row.state_reason)
    before, after = json.loads(old.document), json.loads(row.document)
    differing = [key for key in after if after[key] != before.get(key)]
    return Change(type=ChangeType.UPDATED, software_id=row.id, reason=",".join(differing))
