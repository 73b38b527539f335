# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads one list, from an address or a file, and says what it names."""

import asyncio
from types import TracebackType
from typing import ClassVar, Self

from connectors.list.formats import recognise, rows
from connectors.list.options import ListError, ListOptions
from connectors.transport.place import Place
from harvester.leads import Leads, TooManyLeadsError, gather
from harvester.ports.directory import DirectoryAccess, DirectoryOptions
from harvester.ports.errors import UnexpectedAnswerError
from harvester.ports.listing import Estimate, Spent

_ACCEPT = "text/csv, text/markdown, application/yaml, application/toml, text/plain;q=0.9, */*;q=0.5"


class ListDirectory:
    """Fulfils :class:`harvester.ports.directory.Directory`; README.md says what is read and how."""

    kind: ClassVar[str] = "list"
    Options: ClassVar[type[DirectoryOptions]] = ListOptions

    def __init__(self, access: DirectoryAccess) -> None:
        self._access = access
        options = access.forge.options
        self._options = options if isinstance(options, ListOptions) else ListOptions()
        self._place = Place(access, _ACCEPT)

    async def __aenter__(self) -> Self:
        self._place.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._place.aclose()

    async def leads(self) -> Leads:
        """Read the list: one request, which costs next to nothing where it has not changed."""
        content = await self._place.read()
        # A hundred thousand rows take seconds; the event loop has other things to do.
        return await asyncio.to_thread(self._read, content)

    def estimate(self, leads: int) -> Estimate:
        """Predict what reading it costs; asks nobody."""
        if self._access.is_file:
            return Estimate(remark="a file on this machine")
        known = f"; it named {leads} addresses when it was last read" if leads else ""
        return Estimate(rest=1, remark=f"the list itself{known}")

    async def check(self) -> str:
        """Read it and say how it is written; see the port."""
        content = await self._place.read()
        leads = await asyncio.to_thread(self._read, content)
        form = self._options.format or recognise(content, self._access.read_yaml)
        said = f"a list ({form}) of {len(leads.leads)} addresses"
        return said + (f"; {len(leads.left_out)} are left out" if leads.left_out else "")

    def spent(self) -> Spent:
        """Say what was spent since it was opened."""
        return self._place.spent()

    # --- inside -----------------------------------------------------------------------------

    def _read(self, content: bytes) -> Leads:
        options, read_yaml = self._options, self._access.read_yaml
        try:
            form = options.format or recognise(content, read_yaml)
            return gather(rows(content, form, options, read_yaml))
        except (ListError, TooManyLeadsError) as error:
            raise UnexpectedAnswerError(
                f"{self._place.where}: cannot be read as a list: {error}"
            ) from None
