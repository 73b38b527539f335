# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads what a local clone tells about its software; git itself is asked only where it is there."""

import shutil
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from harvester.publiccode.draft import RepositoryFacts, Source, Told
from harvester.publiccode.links import repository_suggestion
from harvester.publiccode.project_files import (
    LICENSES,
    LOGOS,
    PROJECT_FILES,
    READMES,
    heading,
    license_of,
    project,
    prose,
)
from harvester.urls import BadUrlError, repository_url

_LIMIT = 256 * 1024
"""Characters of a file that are read."""
_GIT_SECONDS = 10
_NEWEST_TAG = (
    "for-each-ref",
    "--sort=-creatordate",
    "--count=1",
    "--format=%(refname:short)%09%(creatordate:short)",
    "refs/tags",
)


def facts_of(folder: Path) -> RepositoryFacts:
    """Read a clone, or any folder that looks like one.

    Args:
        folder: its root.
    """
    readme = _first(folder, READMES) or ""
    files = {name: text for name in PROJECT_FILES if (text := _read(folder / name)) is not None}
    about = project(files)
    tag, tagged_on = _newest_tag(folder)
    title = heading(readme)
    version = tag or (about.version if about else None)
    return RepositoryFacts(
        name=Told(title, Source.README) if title else Told(folder.resolve().name, Source.NAME),
        url=_told(_origin(folder), Source.ORIGIN),
        description=_told(about.description if about else None, Source.PROJECT_FILE),
        license=_license(folder) or _told(about.license if about else None, Source.PROJECT_FILE),
        homepage=_told(about.homepage if about else None, Source.PROJECT_FILE),
        version=_told(version, Source.TAG if tag else Source.PROJECT_FILE),
        released_on=tagged_on,
        prose=prose(readme),
        logo=next((path for path in LOGOS if (folder / path).is_file()), None),
    )


def _told(text: str | None, source: Source) -> Told | None:
    return Told(text, source) if text else None


def _license(folder: Path) -> Told | None:
    """Recognise the licence: of several in LICENSES/, nobody but the authors knows the main one."""
    names = sorted(path.stem for path in folder.glob("LICENSES/*.txt"))
    if names:
        return Told(names[0], Source.LICENSE_FILE) if len(names) == 1 else None
    text = _first(folder, LICENSES)
    return _told(license_of(text) if text else None, Source.LICENSE_FILE)


def _first(folder: Path, names: Iterable[str]) -> str | None:
    return next((text for name in names if (text := _read(folder / name)) is not None), None)


def _read(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LIMIT)
    except OSError:
        return None


# --- git ------------------------------------------------------------------------------------


def _origin(folder: Path) -> str | None:
    """Give the web address of the repository that was cloned."""
    told = _git(folder, "remote", "get-url", "origin")
    if not told:
        return None
    try:
        return repository_url(repository_suggestion(told) or told)
    except BadUrlError:
        return None


def _newest_tag(folder: Path) -> tuple[str | None, date | None]:
    name, _, day = _git(folder, *_NEWEST_TAG).partition("\t")
    if not any(character.isdigit() for character in name):
        return None, None
    try:
        return name, date.fromisoformat(day)
    except ValueError:
        return name, None


def _git(folder: Path, *arguments: str) -> str:
    """Ask git; gives nothing where there is no git, no clone or no answer."""
    program = shutil.which("git")
    # Without a .git of its own, a folder inside another clone would be taken for that one.
    if program is None or not (folder / ".git").exists():
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - git's own path, fixed arguments, no shell
            [program, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
