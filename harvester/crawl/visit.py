# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From sightings to visits: what is still to be asked for, and what the reader makes of the files.

Pure, apart from the time that reading takes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harvester import publiccode
from harvester.crawl.task import SourcePlan
from harvester.model import FileVersion, Reading, Repository, Sighting, Unread, repository_id
from harvester.ports.crawls import Known
from harvester.publiccode.contacts import reading_without_contacts

FileKey = tuple[str, str]
"""Repository id and path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A sighting with all that was to be read."""

    id: str
    """The repository's id in the catalogue."""
    sighting: Sighting
    reading: Reading | None = None
    """Of the file that wins; None where the stored one stands or there is none."""
    context: str = ""
    """What that reading depended on beside the bytes."""

    @property
    def winner(self) -> FileVersion | None:
        """The file that counts, if the repository has one."""
        return winner(self.sighting)


def winner(sighting: Sighting) -> FileVersion | None:
    """Give the file that counts: ``publiccode.yml`` before ``publiccode.yaml``."""
    files = sighting.files
    return files[0] if isinstance(files, tuple) and files else None


def is_wanted(sighting: Sighting, key: str, known: Known) -> bool:
    """Say whether the connector has to be asked again about a sighting.

    Texts are asked for blob ids never seen; details where something moved since they were read,
    and only of repositories with a publiccode file, because nothing shows those of the others.
    """
    moved = known.revisions.get(key) != sighting.repository.revision
    if isinstance(sighting.files, Unread):
        return moved
    file = winner(sighting)
    if file is None:
        return False
    text_missing = file.content is None and file.unread is None and file.blob_id not in known.blobs
    oversize = file.size is not None and file.size > publiccode.MAX_BYTES
    details_missing = sighting.repository.details is None and moved
    return (text_missing and not oversize) or details_missing


def context_of(plan: SourcePlan, repository: Repository, path: str) -> publiccode.FileContext:
    """Give what a file's place tells the reader."""
    return publiccode.FileContext(
        path=path,
        profile=plan.profile,
        repository_url=repository.web_url,
        raw_base=repository.raw_base,
        host_aliases=plan.host_aliases,
    )


def to_read(
    plan: SourcePlan, sightings: Iterable[Sighting], known: Known
) -> Mapping[FileKey, FileVersion]:
    """Give the files whose stored reading is not of these bytes, rules and surroundings."""
    wanted: dict[FileKey, FileVersion] = {}
    for sighting in sightings:
        file = winner(sighting)
        if file is None or file.unread is not None:
            continue
        key = (repository_id(plan.forge.url, sighting.repository.forge_id), file.path)
        context = fingerprint(context_of(plan, sighting.repository, file.path))
        if known.files.get(key) != (file.blob_id, publiccode.NORMALISER, context):
            wanted[key] = file
    return wanted


def visits(
    plan: SourcePlan,
    sightings: Sequence[Sighting],
    files: Mapping[FileKey, FileVersion],
    contents: Mapping[str, bytes],
) -> tuple[Visit, ...]:
    """Read what is to be read.

    Args:
        plan: the source.
        sightings: of one batch.
        files: those to be read, from :func:`to_read`.
        contents: bytes that the catalogue holds already, by blob id.
    """
    made = []
    for seen in sightings:
        sighting = seen
        key = repository_id(plan.forge.url, sighting.repository.forge_id)
        file = winner(sighting)
        reading, context = None, ""
        if file is not None and (key, file.path) in files:
            surroundings = context_of(plan, sighting.repository, file.path)
            content = file.content if file.content is not None else contents.get(file.blob_id)
            context = fingerprint(surroundings)
            if content is not None:
                reading = publiccode.read(content, surroundings)
                if not plan.contacts:
                    reading = reading_without_contacts(reading)
            elif file.size is not None and file.size > publiccode.MAX_BYTES:
                reading = publiccode.too_large(file.size)
            else:
                lost = replace(file, unread="the forge gave no bytes for this file")
                sighting = replace(sighting, files=(lost,))
        made.append(Visit(id=key, sighting=sighting, reading=reading, context=context))
    return tuple(made)


def fingerprint(context: publiccode.FileContext) -> str:
    """Give a short text that differs when a reading could."""
    aliases = sorted(context.host_aliases.items())
    parts = (context.path, context.profile, context.repository_url, context.raw_base, aliases)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
