# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What everybody sees of the projects that the token's account is a member of.

The code of a public project may be for its members only, and GitLab shows it to the token of one
without a word. So the projects that the account is a member of are asked for once a crawl, and what
is read of them is confirmed by an anonymous look-up.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from harvester.model import Sighting
from harvester.ports.listing import LookUp


class Anonymous(Protocol):
    """The same forge, asked without a token."""

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look projects up by id."""
        ...

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring the texts of the files."""
        ...


class Witness:
    """Confirms what a token saw.

    Args:
        memberships: gives the ids of the projects that the account is a member of.
        anonymous: the same forge without the token.
    """

    def __init__(
        self, memberships: Callable[[], Awaitable[frozenset[str]]], anonymous: Anonymous
    ) -> None:
        self._ask = memberships
        self._anonymous = anonymous
        self._memberships: frozenset[str] | None = None

    async def confirm(self, seen: Sequence[Sighting]) -> Mapping[str, LookUp]:
        """Look up, as everybody would, the doubtful ones of what was seen; others are left out."""
        doubtful = [one.repository.forge_id for one in seen if _tells_files(one)]
        if not doubtful:
            return {}
        members = await self._members()
        doubtful = [forge_id for forge_id in doubtful if forge_id in members]
        return await self._anonymous.look_up(doubtful) if doubtful else {}

    async def read(self, wanted: Sighting) -> Sighting | None:
        """Read a project's files without the token; None where the token reads no more."""
        if wanted.repository.forge_id not in await self._members():
            return None
        [read] = await self._anonymous.read([wanted])
        return read

    async def _members(self) -> frozenset[str]:
        if self._memberships is None:
            self._memberships = await self._ask()
        return self._memberships


def _tells_files(sighting: Sighting) -> bool:
    return isinstance(sighting.files, tuple) and bool(sighting.files)
