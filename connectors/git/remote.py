# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Asks one git repository over smart HTTP, with the requests that all connectors make.

No git is started: so there are no hooks, no submodules, no credential helpers and no other
protocols, and waits, proxies, sizes and statistics are those of the chain.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from dulwich.object_store import MemoryObjectStore

from connectors.git.lines import (
    Advertisement,
    Head,
    ProtocolError,
    ask_head,
    ask_objects,
    read_advertisement,
    read_head,
    read_pack,
)
from connectors.git.packs import content_of, files_of, read_objects
from connectors.kit import PATHS
from connectors.transport import Ask, Chain, Kind
from harvester.model import IGNORE_FILE, FileVersion
from harvester.ports.errors import NotFoundError, SourceError, UnexpectedAnswerError

ROOT = "tree:1"
"""The filter for a commit with its root folder, and no file."""
_SERVICE = "git-upload-pack"
_RESULT = f"application/x-{_SERVICE}-result"
_MOST_REDIRECTS = 3


@dataclass(slots=True)
class Habits:
    """What was learnt about a host, so that it is not asked for what it refuses again."""

    version: int = 2
    """Of the protocol."""
    partial: bool = True
    """It gives single objects."""


@dataclass(slots=True)
class Remote:
    """One repository.

    Args:
        chain: anonymous.
        url: as it is cloned.
        habits: of its host.
    """

    chain: Chain
    url: str
    habits: Habits = field(default_factory=Habits)
    advertised: Advertisement | None = None

    async def head(self) -> Head | None:
        """Say where the default branch is; None: the repository is empty.

        One small request; two where the host speaks the old protocol only.

        Raises:
            NotFoundError: there is no repository at this address, with or without ``.git``.
            SourceError: the host does not say.
        """
        try:
            return await self._head()
        except NotFoundError:
            shorter = self.url.removesuffix(".git")
            self.url = shorter if shorter != self.url else f"{self.url}.git"
            return await self._head()

    async def files(self, head: Head) -> tuple[tuple[FileVersion, ...], bool]:
        """Read the publiccode files in the root of a commit, the winner first, with its bytes.

        Says too whether its publisher wishes the repository not to be listed.

        Two requests, one where there is no such file; or one that brings all files of the commit,
        where the host does not give single objects.

        Raises:
            SourceError: the host does not give them.
        """
        store: MemoryObjectStore | None = None
        if self.habits.partial:
            try:
                store = await self._objects(head.oid, depth=True, only=ROOT)
                root = await self._root(store, head)
                return await self._versions(root, None), IGNORE_FILE in root
            except (ProtocolError, UnexpectedAnswerError):
                self.habits.partial = False
        try:
            store = await self._objects(head.oid, depth=True, only=None)
            root = await self._root(store, head)
            return await self._versions(root, store), IGNORE_FILE in root
        except ProtocolError as error:
            raise self._wrong(str(error)) from error

    # --- where it is ------------------------------------------------------------------------

    async def _head(self) -> Head | None:
        if self.habits.version == 2:  # noqa: PLR2004 - of the protocol
            response = await self._post(ask_head(), Kind.REST)
            if response.is_success:
                try:
                    return read_head(response.content)
                except ProtocolError:
                    self.habits.version = 0
            else:
                self.chain.checked(response)
        response = await self.chain.get(f"{self.url}/info/refs", params={"service": _SERVICE})
        try:
            self.advertised = read_advertisement(self.chain.checked(response).content)
        except ProtocolError as error:
            raise self._wrong(str(error)) from error
        self.habits.partial = self.advertised.is_partial
        return self.advertised.head

    async def _post(self, body: bytes, kind: Kind) -> httpx.Response:
        """Send what is asked; follows the host to another of its own addresses, never elsewhere."""
        headers = {
            "content-type": f"application/x-{_SERVICE}-request",
            "accept": _RESULT,
            **({"git-protocol": "version=2"} if self.habits.version else {}),
        }
        for _ in range(_MOST_REDIRECTS):
            address = f"{self.url}/{_SERVICE}"
            response = await self.chain.request(
                "POST", address, ask=Ask(kind=kind), headers=headers, content=body
            )
            if not response.has_redirect_location:
                return response
            target = response.request.url.join(response.headers["location"])
            here = response.request.url
            same = (target.scheme, target.netloc) == (here.scheme, here.netloc)
            if not same or not str(target).endswith(f"/{_SERVICE}"):
                self.chain.checked(response)
            self.url = str(target).removesuffix(f"/{_SERVICE}")
        raise self._wrong("it redirects again and again")

    # --- what is in it ----------------------------------------------------------------------

    async def _objects(
        self, oid: str, *, depth: bool, only: str | None, kind: Kind = Kind.REST
    ) -> MemoryObjectStore:
        asked = ask_objects(oid, depth=depth, only=only, version=self.habits.version)
        response = self.chain.checked(await self._post(asked, kind))
        # A thread, since unpacking takes its time.
        return await asyncio.to_thread(lambda: read_objects(read_pack(response.content)))

    async def _root(self, store: MemoryObjectStore, head: Head) -> Mapping[str, str]:
        return await asyncio.to_thread(files_of, store, head.oid)

    async def _versions(
        self, root: Mapping[str, str], store: MemoryObjectStore | None
    ) -> tuple[FileVersion, ...]:
        """Read the winner; of one that it wins over, the name and id are enough."""
        versions: list[FileVersion] = []
        for name in PATHS:
            oid = root.get(name)
            if oid is None:
                continue
            content = None
            if not versions:
                there = store or await self._objects(oid, depth=False, only=None, kind=Kind.RAW)
                content = content_of(there, oid)
                if content is None:
                    raise ProtocolError(f"the server left out {name}")
                self.chain.statistics.text_bytes += len(content)
            size = None if content is None else len(content)
            versions.append(FileVersion(path=name, blob_id=oid, size=size, content=content))
        return tuple(versions)

    def _wrong(self, why: str) -> SourceError:
        return UnexpectedAnswerError(f"source {self.chain.source}: {self.url}: {why}")
