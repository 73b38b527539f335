# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads texts, topics and languages of the few repositories where something moved."""

from collections.abc import Sequence
from dataclasses import replace

from connectors.github.addresses import Addresses
from connectors.github.aliases import document
from connectors.github.blobs import LARGEST
from connectors.github.nodes import NotPublic, node_id, sighting_of, with_details
from connectors.kit import with_bytes
from connectors.kit.shapes import MISSHAPEN, misshapen
from connectors.transport import Chain, GraphQL, ItemUnreadableError
from connectors.transport.answers import is_about_the_way
from harvester.model import FileVersion, Sighting, Unknown
from harvester.ports.errors import SourceError

BATCH = 20
"""Repositories a query; with texts and connections, more of them time out."""
_PAGE_FOR_FILE = (
    "{}: a web page (for signing in?) came instead of the file; the next crawl asks again"
)
_AS_IT_IS = "application/vnd.github.raw+json"


class Details:
    """Fills sightings.

    Args:
        chain: for the files that GraphQL does not show as they are.
        graphql: the endpoint.
        where: the forge's addresses.
    """

    def __init__(self, chain: Chain, graphql: GraphQL, where: Addresses) -> None:
        self._chain = chain
        self._graphql = graphql
        self._where = where

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Read what the sightings lack, in their order."""
        read: list[Sighting] = []
        details = document("details.graphql", "seen.graphql")
        while len(read) < len(wanted):
            rest = wanted[len(read) :]
            ids = [node_id(sighting) for sighting in rest]
            try:
                answer = await self._graphql.page(
                    details,
                    lambda n: {"ids": ids[:n]},  # noqa: B023 - called at once
                    most=min(BATCH, len(ids)),
                )
            except ItemUnreadableError as error:
                read.append(unread(rest[0], str(error)))
                continue
            nodes = answer.data.get("nodes") or []
            for index, sighting in enumerate(rest[: answer.size or 1]):
                node = nodes[index] if index < len(nodes) else None
                errors = answer.errors_at("nodes", index)
                if node is None:
                    said = errors[0].message if errors else "no such node"
                    read.append(
                        unread(sighting, f"GitHub no longer tells it: {said}; a sweep finds out")
                    )
                    continue
                inner = [replace(e, path=e.path[2:]) for e in errors]
                broken = frozenset(str(e.path[0]) for e in inner if e.path)
                try:
                    made = sighting_of(node, inner, self._where)
                    if not isinstance(made, NotPublic):
                        made = with_details(made, node, broken)
                except MISSHAPEN as error:
                    lost = misshapen(self._chain.source, sighting.repository.web_url, error)
                    read.append(unread(sighting, str(lost)))
                    continue
                if isinstance(made, NotPublic):
                    read.append(unread(sighting, "the repository is no longer public"))
                    continue
                read.append(await self._completed(made))
        return read

    async def _completed(self, sighting: Sighting) -> Sighting:
        if not isinstance(sighting.files, tuple):
            return sighting
        files = []
        for file in sighting.files:
            text = file.content
            if text is None and (file.size is None or file.size <= LARGEST):
                files.append(await self._file(sighting.repository.forge_id, file))
                continue
            self._chain.statistics.text_bytes += len(text or b"")
            files.append(file)
        return replace(sighting, files=tuple(files))

    async def _file(self, forge_id: str, file: FileVersion) -> FileVersion:
        """Ask for one file as it is, because its text is not the blob's bytes."""
        url = f"{self._where.api}/repositories/{forge_id}/contents/{file.path}"
        try:
            response = await self._chain.get(url, headers={"accept": _AS_IT_IS})
            content = self._chain.checked(response).content
            if "html" in response.headers.get("content-type", ""):
                return replace(file, unread=_PAGE_FOR_FILE.format(url))
        except SourceError as error:
            if is_about_the_way(error):
                raise
            return replace(file, unread=str(error))
        self._chain.statistics.text_bytes += len(content)
        # What was pushed since the query is read by the next crawl: its activity has moved.
        return with_bytes(file, content)


def unread(sighting: Sighting, reason: str) -> Sighting:
    """Say of a sighting that it could not be read; what the listing saw stays."""
    files = sighting.files
    if not isinstance(files, tuple):
        return replace(sighting, files=Unknown(reason=reason))
    return replace(sighting, files=tuple(replace(file, unread=reason) for file in files))
