# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One Gitea or Forgejo: its listings, and how what it says is read."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.gitea import facts
from connectors.gitea.api import Api, Rows
from connectors.gitea.files import Files
from connectors.gitea.overlap import MOST, EndlessError, Mark, Window, connects, following, mark_of
from connectors.kit import Slice, slice_of
from harvester.model import JsonObject, Sighting, Unread
from harvester.ports.errors import UnexpectedAnswerError
from harvester.ports.http import Clock

Query = dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """Fulfils :class:`connectors.kit.Listed`."""

    url: str
    source: str
    api: Api
    files: Files
    clock: Clock

    async def slices(
        self, owner: str | None, after: str | None, since: datetime | None
    ) -> AsyncIterator[Slice]:
        """List an owner's repositories, or all; see the protocol."""
        query: Query = {}
        if owner is None:
            await self.api.learn_organizations()
        else:
            # Without "exclusive" come those too that the account works on.
            query = {"uid": (await self.api.account(owner)).id, "exclusive": "true"}
        mark: Mark | None = mark_of(after)
        while mark is not None:
            if since is None:
                rows, mark = await self._by_id(query, mark)
            else:
                rows, mark = await self._by_activity(query, mark, since)
            if rows is not None:
                yield replace(
                    await self.told(rows.rows),
                    after=None if mark is None else mark.text(),
                    # Of news the total is not the listing's, but that there is nothing says much.
                    total=rows.total if since is None or rows.total == 0 else None,
                )

    async def named(self, path: str) -> Slice:
        """Ask for one repository; see the protocol."""
        return await self.told([await self.api.repository(path)])

    async def told(self, rows: Sequence[JsonObject]) -> Slice:
        """Read rows; one that cannot be read is a failure of its own."""
        return await slice_of(self, rows, self._sighting, id_key="id")

    async def _sighting(self, row: JsonObject) -> Sighting | None:
        if not facts.is_public(row):
            return None
        kind = await self.api.kind_of(str(row["owner"]["login"]))
        seen = facts.repository(row, kind, self.url, self.clock.now())
        self.files.note(seen.forge_id, facts.topics(row), facts.language(row))
        return Sighting(repository=seen, files=Unread())

    # --- pages ------------------------------------------------------------------------------

    async def _by_id(self, query: Query, mark: Mark) -> tuple[Rows | None, Mark | None]:
        """Read a page of a sweep; no rows come of one that does not follow what was read."""
        window = mark.window
        rows = await self.api.search(
            **query, sort="id", order="asc", page=window.page, limit=window.limit
        )
        ids = [int(row["id"]) for row in rows.rows]
        most = await self.api.most() if rows.more else MOST
        try:
            after = following(mark, ids, more=rows.more, most=most)
        except EndlessError as error:
            raise UnexpectedAnswerError(
                f"source {self.source}: {self.url} cannot be listed by id: {error};"
                " is the forge of a version that sorts by id?"
            ) from error
        if not connects(mark, ids):
            return None, after
        fresh = tuple(row for row in rows.rows if int(row["id"]) > mark.last)
        return replace(rows, rows=fresh), after

    async def _by_activity(
        self, query: Query, mark: Mark, since: datetime
    ) -> tuple[Rows, Mark | None]:
        """Read a page of what moved, newest first, and stop behind what is older."""
        page = mark.window.page
        rows = await self.api.search(**query, sort="updated", order="desc", page=page, limit=MOST)
        oldest = facts.moment(rows.rows[-1].get("updated_at")) if rows.rows else None
        more = rows.more and oldest is not None and oldest >= since
        return rows, Mark(Window(page + 1, MOST)) if more else None
