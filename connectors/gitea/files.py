# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads what a listing leaves out: files, topics and languages, one repository after the other."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from connectors.gitea.api import Api
from connectors.transport import Chain
from harvester.model import (
    Details,
    Files,
    FileVersion,
    JsonObject,
    Sighting,
    Unknown,
    Unread,
)
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnexpectedAnswerError,
)

PATHS = ("publiccode.yml", "publiccode.yaml")
"""The files that are looked for, the one that wins first."""
LARGEST = 1024 * 1024
"""Bytes; a larger file is not fetched. Its size is told, and the core says what that means."""
_FAILED_IN_A_ROW = 3
"""So many repositories in a row that the forge fails on are not bad ones: it is the forge."""
_SHA256_DIGITS = 64


class Reader:
    """Reads repositories' files.

    Args:
        chain: the way to the forge.
        api: over that chain.

    Attributes:
        exhausted: set when the forge wants no more requests; then a listing has no purpose
            either, because nothing of what it brings could be read.
    """

    def __init__(self, chain: Chain, api: Api) -> None:
        self._chain = chain
        self._api = api
        self._topics: dict[str, tuple[str, ...] | None] = {}
        self._languages: dict[str, tuple[str, ...]] = {}
        self.exhausted: BudgetExhaustedError | None = None

    def note(
        self, forge_id: str, topics: tuple[str, ...] | None, language: tuple[str, ...]
    ) -> None:
        """Keep what a listing said until the repository is read, if it ever is."""
        self._topics[forge_id] = topics
        self._languages[forge_id] = language

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Read the files and details of sightings, in their order.

        When the budget ends half way, what was not read comes as ``Unknown`` and with an empty
        revision, so that the next crawl asks again.

        Raises:
            BudgetExhaustedError: nothing at all could be read.
            ServerError: the forge failed on several repositories in a row.
        """
        read: list[Sighting] = []
        failed = 0
        for sighting in wanted:
            if self.exhausted is None:
                try:
                    read.append(await self._one(sighting))
                    failed = 0
                    continue
                except BudgetExhaustedError as error:
                    self.exhausted = error
                except ServerError as error:
                    failed += 1
                    if failed == _FAILED_IN_A_ROW:
                        raise
                    read.append(_unknown(sighting, str(error)))
                    continue
                except (ForbiddenError, NotFoundError, UnexpectedAnswerError) as error:
                    read.append(_unknown(sighting, str(error)))
                    continue
            if not read:
                raise self.exhausted
            read.append(_unknown(sighting, str(self.exhausted)))
        return read

    async def _one(self, sighting: Sighting) -> Sighting:
        seen = sighting.repository
        files = sighting.files
        if isinstance(files, Unread):
            files = await self._files(seen.path) if seen.default_branch else ()
        topics = self._topics.pop(seen.forge_id, None)
        languages = self._languages.pop(seen.forge_id, ())
        if files:
            languages = await self._api.languages(seen.path)
            if topics is None:
                topics = await self._api.topics(seen.path)
        details = Details(topics=topics or (), languages=languages)
        return Sighting(repository=replace(seen, details=details), files=files)

    async def _files(self, path: str) -> Files:
        """Find the files in the root's tree, which also proves that there are none; get one each.

        The tree tells the names, the blob ids and the sizes in one answer, and unlike a listing
        of the contents it does not make the forge look up the last commit of every entry.
        """
        tree = await self._api.tree(path)
        there = [name for name in PATHS if name in tree]
        return tuple([await self._file(path, name, tree[name]) for name in there])

    async def _file(self, path: str, name: str, entry: JsonObject) -> FileVersion:
        size = int(entry.get("size") or 0)
        file = FileVersion(path=name, blob_id=str(entry["sha"]).lower(), size=size)
        if size > LARGEST:
            return file
        told = await self._api.file(path, name)
        file = replace(file, blob_id=str(told["sha"]).lower())
        try:
            content = base64.b64decode(told["content"] or "", validate=True)
        except (binascii.Error, ValueError, TypeError):
            content = b""
        self._chain.statistics.text_bytes += len(content)
        if object_id(content, file.blob_id) != file.blob_id:
            reason = f"the bytes that the forge gives for {name} are not those of its blob id"
            return replace(file, unread=f"{reason} {file.blob_id}")
        return replace(file, content=content, size=len(content))


def object_id(content: bytes, like: str) -> str:
    """Give git's object id of a file's bytes, in the hash that another id is of."""
    blob = b"blob %d\0" % len(content) + content
    if len(like) == _SHA256_DIGITS:
        return hashlib.sha256(blob).hexdigest()
    return hashlib.sha1(blob, usedforsecurity=False).hexdigest()


def _unknown(sighting: Sighting, reason: str) -> Sighting:
    repository = replace(sighting.repository, revision="")
    return Sighting(repository=repository, files=Unknown(reason=reason))
