# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The bytes of files: checked against their blob ids, and fetched one by one where they differ."""

import hashlib
from dataclasses import replace

from connectors.transport import Chain, Kind
from harvester.model import FileVersion
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnexpectedAnswerError,
)

LARGEST = 1024 * 1024
"""Bytes; a larger file is not fetched. Its size is told, and the core says what that means."""
_SHA256_DIGITS = 64


def object_id(content: bytes, like: str) -> str:
    """Give git's object id of a file's bytes, in the hash that another id is of."""
    blob = b"blob %d\0" % len(content) + content
    if len(like) == _SHA256_DIGITS:
        return hashlib.sha256(blob).hexdigest()
    return hashlib.sha1(blob, usedforsecurity=False).hexdigest()


class Texts:
    """Brings the bytes of files.

    Args:
        chain: the way to the forge.
        api_url: base of the REST API.
    """

    def __init__(self, chain: Chain, api_url: str) -> None:
        self._chain = chain
        self._api_url = api_url

    async def checked(self, project_id: str, file: FileVersion, text: str | None) -> FileVersion:
        """Fill in a file's bytes.

        A text that came with a listing is taken if it has the file's blob id. GitLab turns other
        encodings into UTF-8 and gives no text of what looks binary: then the file's bytes are
        asked for by their blob id, once.

        Returns:
            The file with ``content``; or as it is, if it is larger than :data:`LARGEST`; or with
            ``unread`` set to why there are no bytes.
        """
        if text is not None:
            content = text.encode(errors="surrogatepass")
            self._chain.statistics.text_bytes += len(content)
            if len(content) <= LARGEST and object_id(content, file.blob_id) == file.blob_id:
                return replace(file, content=content, size=len(content))
        if file.size is not None and file.size > LARGEST:
            return file
        return await self._fetched(project_id, file)

    async def _fetched(self, project_id: str, file: FileVersion) -> FileVersion:
        url = f"{self._api_url}/projects/{project_id}/repository/blobs/{file.blob_id}/raw"
        try:
            response = await self._chain.get(url, kind=Kind.RAW)
            content = self._chain.checked(response).content
            if "html" in response.headers.get("content-type", ""):
                return replace(file, unread=_page_for_file(url))
        except (ForbiddenError, NotFoundError, ServerError, UnexpectedAnswerError) as error:
            return replace(file, unread=str(error))
        self._chain.statistics.text_bytes += len(content)
        if object_id(content, file.blob_id) != file.blob_id:
            return replace(file, unread=not_of_the_blob(file.path, file.blob_id))
        if len(content) > LARGEST:
            return replace(file, size=len(content))
        return replace(file, content=content, size=len(content))


def not_of_the_blob(path: str, blob_id: str) -> str:
    """Say that bytes are not those that were asked for."""
    return (
        f"the bytes that the forge gives for {path} are not those of its blob id {blob_id};"
        " the next crawl asks again"
    )


def _page_for_file(url: str) -> str:
    return (
        f"{url}: a web page (for signing in?) came instead of the file; may everybody read it?"
        " The next crawl asks again"
    )
