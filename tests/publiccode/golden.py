# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writes what is said about the real files: ``python -m tests.publiccode.golden``.

One text for each file, in ``golden/``: the verdict, each finding with its place, and each leaf of
the normalised record. Words of the standard, dates, numbers and licences are shown as they are; of
what people wrote only the length and a digest, for it is theirs, and some of it is personal.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harvester.publiccode import FileContext, read
from tests.reference import REFERENCE

FOLDER = Path(__file__).parent / "golden"
WILD = REFERENCE / "publiccode" / "wild"
CONTEXT = FileContext(raw_base="https://forge.example/owner/name/raw/main/")

_OPEN = re.compile(
    r"publiccodeYmlVersion|releaseDate|developmentStatus|softwareType|softwareVersion"
    r"|platforms\[|categories\[|intendedAudience\.(countries|unsupportedCountries|scope)\["
    r"|maintenance\.type|maintenance\.contractors\[\d+\]\.until|legal\.license"
    r"|localisation\.(availableLanguages\[|localisationReady)"
    r"|dependsOn\.\w+\[\d+\]\.version"
)
"""Keys whose values are of closed lists, or say a version or a date."""


def text(content: bytes) -> str:
    """Say what the reader makes of a file."""
    reading = read(content, CONTEXT)
    verdict = "valid" if reading.valid else "invalid"
    lines = [f"{verdict}, version {reading.version}", ""]
    lines += [
        f"{finding.line}:{finding.column} {finding.severity} {finding.code} {finding.key}".rstrip()
        for finding in reading.findings
    ]
    lines += ["", *(f"{key} = {shown}" for key, shown in _leaves("", reading.record))]
    return "\n".join(lines) + "\n"


def _leaves(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(f"{key}.{name}" if key else str(name), item)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(f"{key}[{index}]", item)
    elif isinstance(value, str) and not _OPEN.match(key):
        digest = hashlib.sha256(value.encode()).hexdigest()[:8]
        yield key, f"{len(value)} characters, {digest}"
    else:
        yield key, repr(value)


def path_of(file: Path) -> Path:
    """Name the golden text of a file."""
    return FOLDER / f"{file.stem}.txt"


def main() -> None:
    """Write the golden texts."""
    FOLDER.mkdir(exist_ok=True)
    for file in sorted(WILD.glob("*.yml")):
        path_of(file).write_text(text(file.read_bytes()), encoding="utf-8")


if __name__ == "__main__":
    main()
