# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What entries were before the crawls that are under way: :class:`harvester.ports.rows.Rest`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from harvester.model import FileState, Origin, State
from harvester.ports.rows import Rest
from storage.dialects import Dialect
from storage.rows import lookup_key
from storage.tables import software_rest
from storage.types import Moment

_MOMENT = Moment()


def load(
    connection: Connection,
    dialect: Dialect,
    *,
    software_ids: Collection[str],
    repository_ids: Collection[str],
    url_keys: Collection[str],
) -> dict[str, Rest | None]:
    """Give those of some entries, also of entries that are no more, by entry id."""
    column = software_rest.c
    found = connection.execute(
        select(column.software_id, column.was).where(
            or_(
                dialect.among(column.software_id, software_ids),
                dialect.among(column.repository_id, repository_ids),
                dialect.among(column.url_key, url_keys),
            )
        )
    )
    return {row.software_id: None if row.was is None else _rest(row.was) for row in found}


def keep(
    connection: Connection,
    dialect: Dialect,
    crawl_id: int,
    rests: Sequence[tuple[str, Rest | None]],
) -> None:
    """Keep some, in the place of what was kept of the same entries."""
    dialect.insert(
        connection,
        software_rest,
        [
            {
                "software_id": key,
                "crawl_id": crawl_id,
                "repository_id": None if rest is None else rest.repository_id,
                "url_key": None if rest is None else lookup_key(rest.url),
                "was": None if rest is None else _values(rest),
            }
            for key, rest in rests
        ],
        replace=True,
    )


def _values(rest: Rest) -> Mapping[str, str | None]:
    return {
        "id": rest.id,
        "url": rest.url,
        "state": rest.state.value,
        "state_reason": rest.state_reason,
        "file_state": rest.file_state.value,
        "stale_since": _MOMENT.stored(rest.stale_since),
        "origin": rest.origin.value,
        "repository_id": rest.repository_id,
        "document": rest.document,
        "first_seen_at": _MOMENT.stored(rest.first_seen_at),
    }


def _rest(was: Mapping[str, Any]) -> Rest:
    stale_since = was["stale_since"]
    return Rest(
        id=was["id"],
        url=was["url"],
        state=State(was["state"]),
        state_reason=was["state_reason"],
        file_state=FileState(was["file_state"]),
        stale_since=None if stale_since is None else datetime.fromisoformat(stale_since),
        origin=Origin(was["origin"]),
        repository_id=was["repository_id"],
        document=was["document"],
        first_seen_at=datetime.fromisoformat(was["first_seen_at"]),
    )
