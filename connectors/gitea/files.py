# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads what a listing leaves out of a repository: its files, topics and languages."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace

from connectors.gitea.api import Api
from connectors.kit import LARGEST, PATHS, with_bytes
from connectors.transport import Chain
from harvester.model import (
    IGNORE_FILE,
    Details,
    FileVersion,
    JsonObject,
    Sighting,
    Unread,
)


class Files:
    """Reads the files of one repository after the other.

    Args:
        chain: the way to the forge.
        api: over that chain.
    """

    def __init__(self, chain: Chain, api: Api) -> None:
        self._chain = chain
        self._api = api
        self._noted: dict[str, tuple[tuple[str, ...] | None, tuple[str, ...]]] = {}

    def note(
        self, forge_id: str, topics: tuple[str, ...] | None, language: tuple[str, ...]
    ) -> None:
        """Keep what a listing said until the repository is read, if it ever is."""
        self._noted[forge_id] = topics, language

    async def read(self, sighting: Sighting) -> Sighting:
        """Bring files and details; raises what the chain raises."""
        seen = sighting.repository
        files, ignore_file = sighting.files, sighting.ignore_file
        if isinstance(files, Unread):
            # The root's tree tells the names, the blob ids and the sizes in one answer, and unlike
            # a listing of the contents it does not make the forge look up each last commit.
            tree = await self._api.tree(seen.path) if seen.default_branch else {}
            files, ignore_file = await self._files(seen.path, tree), IGNORE_FILE in tree
        topics, languages = self._noted.pop(seen.forge_id, (None, ()))
        if files:
            languages = await self._api.languages(seen.path)
            if topics is None:
                topics = await self._api.topics(seen.path)
        details = Details(topics=topics or (), languages=languages)
        return Sighting(
            repository=replace(seen, details=details), files=files, ignore_file=ignore_file
        )

    async def _files(self, path: str, tree: Mapping[str, JsonObject]) -> tuple[FileVersion, ...]:
        """Find the files in the root's tree, which also proves that there are none; get them."""
        there = [name for name in PATHS if name in tree]
        return tuple([await self._file(path, name, tree[name]) for name in there])

    async def _file(self, path: str, name: str, entry: JsonObject) -> FileVersion:
        size = int(entry.get("size") or 0)
        file = FileVersion(path=name, blob_id=str(entry["sha"]).lower(), size=size)
        if size > LARGEST:
            return file
        told = await self._api.file(path, name)
        try:
            content = base64.b64decode(told["content"] or "", validate=True)
        except (binascii.Error, ValueError, TypeError):
            content = b""
        self._chain.statistics.text_bytes += len(content)
        return with_bytes(replace(file, blob_id=str(told["sha"]).lower()), content)
