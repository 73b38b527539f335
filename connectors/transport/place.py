# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where a list or another catalogue is: an address, or a file on this machine."""

import asyncio
from pathlib import Path

from connectors.transport.chain import Chain, open_chain
from connectors.transport.credential import credential
from harvester.ports.directory import DirectoryAccess
from harvester.ports.errors import SourceError, TooLargeError
from harvester.ports.listing import Spent


class Place:
    """One document, and the way to it.

    Attributes:
        where: source and address, for messages; without a query, where secrets lie.
        chain: the way to the address; None where it is a file.
    """

    def __init__(self, access: DirectoryAccess, accept: str) -> None:
        self._access = access
        self._accept = accept
        shown = access.address if access.is_file else access.address.partition("?")[0]
        self.where = f"source {access.forge.source}: {shown}"
        self.chain: Chain | None = None

    def open(self) -> None:
        """Make the way ready; connects to nobody yet."""
        access = self._access
        if not access.is_file:
            who = credential(access.forge.source, [access.address], token=access.forge.token)
            self.chain = open_chain(access.forge, who, headers={"accept": self._accept})

    async def aclose(self) -> None:
        """Close the way."""
        if self.chain is not None:
            await self.chain.aclose()

    async def read(self) -> bytes:
        """Give the whole document; one request, which is conditional.

        Raises:
            SourceError: it cannot be had.
        """
        if self.chain is None:
            return await asyncio.to_thread(self._file, Path(self._access.address))
        response = await self.chain.get(self._access.address, conditional=True)
        return self.chain.checked(response).content

    def spent(self) -> Spent:
        """Say what was spent."""
        return self.chain.spent() if self.chain is not None else Spent()

    def _file(self, path: Path) -> bytes:
        most = self._access.forge.http.max_body
        try:
            with path.open("rb") as file:
                content = file.read(most + 1)
        except OSError as error:
            raise SourceError(
                f"{self.where}: cannot be read: {error.strerror}; mend the path or its permissions"
            ) from None
        if len(content) > most:
            raise TooLargeError(
                f"{self.where}: is larger than {most:,} bytes; is this the list? If it is, raise"
                " max_body in [http]"
            )
        return content
