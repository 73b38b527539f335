# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a visit makes of a repository's publiccode files. Pure.

A file's outcome and entry depend on other repositories; :mod:`harvester.crawl.entries` gives them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from harvester.crawl.entry import canonical_json
from harvester.crawl.reasons import FileReason
from harvester.crawl.visit import Visit
from harvester.model import FileState, FileVersion, Outcome, Reading
from harvester.ports.rows import FileRow, RecordRow


def rows(
    visit: Visit, seen: tuple[FileVersion, ...], stored: Iterable[FileRow], now: datetime
) -> Iterator[FileRow]:
    """Give the rows of a repository's files as they are now.

    Args:
        visit: what was seen and read.
        seen: the files that are there, the winner first.
        stored: the rows of that repository's files.
        now: the time.
    """
    if seen and seen[0].unread is not None:
        return  # what the winner says is not known, and so not what it stands instead of
    before = {row.path: row for row in stored}
    counted = next((row for row in before.values() if row.outcome is not Outcome.SUPERSEDED), None)
    for rank, version in enumerate(seen):
        old = before.pop(version.path, None)
        if version.unread is not None:
            continue
        if rank > 0:
            yield _superseded(visit, version, old, now)
        elif visit.reading is not None:
            yield _read(visit, version, visit.reading, old, now, counted=counted)
        elif old is not None and old.state is FileState.ABSENT:
            yield _back(old, now)
    for old in before.values():
        yield _absent(old, now, replaced=bool(seen))


def _read(
    visit: Visit,
    version: FileVersion,
    reading: Reading,
    old: FileRow | None,
    now: datetime,
    *,
    counted: FileRow | None,
) -> FileRow:
    state = FileState.VALID if reading.valid else FileState.INVALID
    # The last good record is the repository's: it outlives the name of the file that brought it.
    record = next((row.record for row in (counted, old) if row and row.record), None)
    if reading.record is not None and (reading.valid or record is None or not record.good):
        record = RecordRow(
            blob_id=version.blob_id,
            version=reading.version,
            document=canonical_json(reading.record),
            normaliser=reading.normaliser,
            good=reading.valid,
        )
    was_bad = old is not None and old.state is FileState.INVALID
    return FileRow(
        repository_id=visit.id,
        path=version.path,
        blob_id=version.blob_id,
        state=state,
        # Both are given anew when the file is assigned to an entry.
        outcome=Outcome.INVALID,
        reason=FileReason.ERRORS,
        software_id=None,
        version=reading.version,
        declared_url=reading.declared_url,
        normaliser=reading.normaliser,
        findings=reading.findings,
        record=record,
        context=visit.context,
        first_seen_at=old.first_seen_at if old else now,
        changed_at=old.changed_at if old and old.blob_id == version.blob_id else now,
        bad_since=None if reading.valid else (old.bad_since if old and was_bad else now),
    )


def _superseded(visit: Visit, version: FileVersion, old: FileRow | None, now: datetime) -> FileRow:
    """Keep a file that another one wins over; it is not read, and what it said is forgotten."""
    return FileRow(
        repository_id=visit.id,
        path=version.path,
        blob_id=version.blob_id,
        state=FileState.UNKNOWN,
        outcome=Outcome.SUPERSEDED,
        reason=FileReason.YML_WINS,
        software_id=None,
        version=None,
        declared_url=None,
        normaliser=0,
        findings=(),
        record=None,
        context="",
        first_seen_at=old.first_seen_at if old else now,
        changed_at=old.changed_at if old and old.blob_id == version.blob_id else now,
    )


def _absent(old: FileRow, now: datetime, *, replaced: bool) -> FileRow:
    if replaced:
        return replace(
            old,
            state=FileState.ABSENT,
            outcome=Outcome.SUPERSEDED,
            reason=FileReason.REMOVED,
            software_id=None,
            bad_since=None,
            absent_sweeps=0,
        )
    if old.state is FileState.ABSENT:
        return old
    return replace(old, state=FileState.ABSENT, bad_since=now, absent_sweeps=0)


def says_the_same(row: FileRow, old: FileRow) -> bool:
    """Say whether a file is as it was, leaving out how it came to be read."""
    return _telling(row) == _telling(old)


def _telling(row: FileRow) -> tuple[object, ...]:
    shown = row.record.document if row.record else None
    return (row.blob_id, row.state, row.declared_url, row.findings, shown)


def _back(old: FileRow, now: datetime) -> FileRow:
    """Bring a file back that has the bytes again that it had."""
    good = is_good(old)
    return replace(
        old,
        state=FileState.VALID if good else FileState.INVALID,
        # It may have been superseded meanwhile; it is assigned to an entry anew.
        outcome=Outcome.INVALID,
        reason=FileReason.ERRORS,
        bad_since=None if good else now,
        absent_sweeps=0,
    )


def is_good(row: FileRow) -> bool:
    """Say whether a file is, or was when it was there, a good one."""
    if row.state is FileState.ABSENT:
        return row.record is not None and row.record.good and row.record.blob_id == row.blob_id
    return row.state is FileState.VALID
