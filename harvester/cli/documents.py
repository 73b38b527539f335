# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From the arguments of ``check`` to files and their bytes, wherever they lie."""

import asyncio
import glob
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from harvester.cli import compose
from harvester.cli.exits import UsageError
from harvester.cli.invocation import Invocation
from harvester.model import FileVersion, Unknown, Unread
from harvester.ports.connector import HttpOptions
from harvester.ports.errors import NotFoundError, UnexpectedAnswerError
from harvester.publiccode.decoding import MAX_BYTES

STDIN = "-"
NAMES = ("publiccode.yml", "publiccode.yaml")
_LIMIT = MAX_BYTES + 1
_ENDINGS = (".yml", ".yaml")
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", "node_modules"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file to check, and what its place tells."""

    name: str
    """As the report names it: a path, an address, or ``-``."""
    content: bytes | None
    """None: it is larger than what is read."""
    size: int = 0
    """In bytes, where there is no content."""
    path: str
    """The file's name, with or without folders."""
    profile: str = "standard"
    """By which rules its forge has it read."""
    repository_url: str | None = None
    raw_base: str | None = None
    """What relative paths are resolved against."""
    host_aliases: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    """Where it lies on this machine, with the files that it names beside it."""


def documents(
    invocation: Invocation, arguments: Sequence[str], kind: str | None = None
) -> Iterator[Document]:
    """Give each file once.

    Args:
        invocation: the common options.
        arguments: paths and addresses.
        kind: of the forges of repositories that no source is configured for.

    Raises:
        UsageError: there is nothing at one of the paths, or it cannot be read.
        SourceError: an address cannot be fetched.
    """
    seen: set[str] = set()
    for argument in arguments:
        for name in _names(argument):
            if name in seen:
                continue
            seen.add(name)
            yield _document(invocation, name, kind)


def _document(invocation: Invocation, name: str, kind: str | None) -> Document:
    if name == STDIN:
        return Document(name=name, content=sys.stdin.buffer.read(_LIMIT), path=NAMES[0])
    if "://" not in name:
        file = Path(name)
        return Document(name=name, content=_file(file), path=name, folder=file.parent)
    if not _names_file(name):
        return _of_repository(invocation, name, kind)
    path = urlsplit(name).path
    return Document(
        name=name,
        content=_fetched(_http(invocation), name),
        path=next(part for part in path.split("/") if part.endswith(_ENDINGS)),
        raw_base=urljoin(name, ".") if path.endswith(_ENDINGS) else None,
    )


# --- paths ----------------------------------------------------------------------------------


def _names(given: str) -> list[str]:
    if given == STDIN or "://" in given:
        return [given]
    if Path(given).is_dir():
        found = sorted(_below(given))
        if not found:
            raise UsageError(f"{given}: there is no {NAMES[0]} in this folder or below it")
        return found
    if Path(given).exists() or not glob.has_magic(given):
        return [given]
    matching = sorted(name for name in glob.glob(given, recursive=True) if Path(name).is_file())  # noqa: PTH207 - keeps the pattern's own spelling
    if not matching:
        raise UsageError(f"{given}: no file matches this pattern")
    return matching


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS]
        for name in NAMES:
            if name in names:
                yield str(Path(parent) / name)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


# --- addresses ------------------------------------------------------------------------------


def _names_file(url: str) -> bool:
    """Say whether an address is a file's; any other is a repository's."""
    return any(part.endswith(_ENDINGS) for part in urlsplit(url).path.split("/"))


def _of_repository(invocation: Invocation, url: str, kind: str | None) -> Document:
    """Read the file that counts in a repository.

    Raises:
        SourceError: the repository has none, or the forge cannot be read.
    """
    from harvester.cli.repository import see

    seen = asyncio.run(see(invocation, url, kind))
    repository, files = seen.sighting.repository, seen.sighting.files
    if isinstance(files, Unknown | Unread):
        reason = files.reason if isinstance(files, Unknown) else "its files could not be read"
        raise UnexpectedAnswerError(f"{repository.web_url}: {reason}; try again later")
    if not files:
        raise NotFoundError(
            f"{repository.web_url}: there is no {NAMES[0]} in the root of its default branch; "
            f"`harvester draft {repository.web_url}` writes a first one"
        )
    winner: FileVersion = files[0]
    if winner.unread is not None:
        raise UnexpectedAnswerError(f"{repository.web_url}: {winner.path}: {winner.unread}")
    base = repository.raw_base
    return Document(
        name=urljoin(base, winner.path) if base else f"{repository.web_url}/{winner.path}",
        content=winner.content,
        size=winner.size or 0,
        path=winner.path,
        profile=seen.profile,
        repository_url=repository.web_url,
        raw_base=base,
        host_aliases=seen.host_aliases,
    )


def _http(invocation: Invocation) -> HttpOptions:
    return compose.http_options(compose.configuration(invocation) if invocation.config else None)


def _fetched(http: HttpOptions, url: str) -> bytes:
    async def get() -> bytes:
        async with compose.fetcher(http) as fetcher:
            answer = await fetcher.get(url, limit=_LIMIT)
        if answer.status != 200:  # noqa: PLR2004 - HTTP's own word for "here it is"
            raise NotFoundError(
                f"{url}: answered with status {answer.status}; give the address of the raw file, "
                "or of the repository"
            )
        if "html" in answer.headers.get("content-type", ""):
            raise UnexpectedAnswerError(
                f"{url}: is a web page, not a file; give the address of the raw file, or of the "
                "repository"
            )
        return answer.body

    return asyncio.run(get())
