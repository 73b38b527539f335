# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What an entry remembers: how it was before the crawl that now changes it. Pure.

Pages tell one thing after the other. Whoever was read before the new holder of an address takes its
files for the old holder's; an entry that remembered what it showed meanwhile would depend on the
order of pages. So all memory is of the time before the crawl, and what was not there then and has
no file in the end is forgotten.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from harvester.crawl.door import WITHHELD, shows_nothing
from harvester.crawl.entry import canonical_json
from harvester.model import FileState, Origin, State
from harvester.ports.rows import RecordRow, Rest, SoftwareRow


def rest_of(row: SoftwareRow) -> Rest:
    """Give what is to be remembered of an entry that is at rest."""
    return Rest(
        id=row.id,
        url=row.url,
        state=row.state,
        state_reason=row.state_reason,
        file_state=row.file_state,
        stale_since=row.stale_since,
        origin=row.origin,
        repository_id=row.repository_id,
        document=row.document,
        first_seen_at=row.first_seen_at,
    )


def heir(identity: str, rests: Iterable[Rest]) -> Rest | None:
    """Make one memory of several entries that turned out to be one; in any order the same.

    Who was turned away was so, what was listed goes on being so, and it is as old as the oldest.
    """
    known = list(rests)
    if not known:
        return None
    chosen = min(
        known,
        key=lambda rest: (
            rest.state not in WITHHELD,
            rest.state is not State.LISTED,
            rest.id != identity,
            rest.id,
        ),
    )
    return replace(chosen, first_seen_at=min(rest.first_seen_at for rest in known))


def shown(rest: Rest) -> RecordRow | None:
    """Give the record that an entry showed."""
    before = json.loads(rest.document)
    if before["publiccode"] is None:
        return None
    return RecordRow(
        blob_id="",
        version=before["publiccode_version"],
        document=canonical_json(before["publiccode"]),
        normaliser=0,
        # A record that is older than the file, or than its end, is the last good one.
        good=rest.file_state is FileState.VALID or rest.stale_since is not None,
    )


def outlives_its_files(rest: Rest | None) -> bool:
    """Say whether an entry is kept that no file describes any more."""
    if rest is None:
        return False
    record = shown(rest)
    good = record is not None and record.good
    return good or shows_nothing(rest.state, rest.state_reason) or rest.origin is not Origin.CRAWL
