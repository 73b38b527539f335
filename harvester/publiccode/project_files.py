# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the usual files in the root of a repository tell about its software. Pure."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

READMES = ("README.md", "README.rst", "README.txt", "README", "readme.md", "Readme.md")
LICENSES = (
    "LICENSE",
    "LICENSE.txt",
    "LICENSE.md",
    "LICENCE",
    "LICENCE.txt",
    "COPYING",
    "COPYING.txt",
)
LOGOS = (
    "logo.svg",
    "logo.png",
    "assets/logo.svg",
    "assets/logo.png",
    "docs/logo.svg",
    "docs/logo.png",
)
_MARKUP = re.compile(
    r"^\s*(?:#|[!\[<|>*=+-]|```|~~~|:|\.\. )|^(?:={3,}|-{3,}|~{3,})\s*$|</?[A-Za-z]", re.MULTILINE
)
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()\s]*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
# REUSE-IgnoreStart
_SPDX = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+() -]+)")
# REUSE-IgnoreEnd
_TITLE_LINES = 12
_TITLES = (
    # The GNU licences are not here: their text does not say whether later versions may be taken.
    (r"European Union Public Licen[cs]e,? v(?:\.|ersion)? ?1\.2", "EUPL-1.2"),
    (r"Apache License\s+Version 2\.0", "Apache-2.0"),
    (r"Mozilla Public License,? Version 2\.0", "MPL-2.0"),
    (r"(?:The )?MIT License(?: \(MIT\))?", "MIT"),
    (r"BSD 3-Clause (?:\"New\" or \"Revised\" )?License", "BSD-3-Clause"),
    (r"BSD 2-Clause (?:\"Simplified\" )?License", "BSD-2-Clause"),
    (r"ISC License", "ISC"),
    (r"Boost Software License - Version 1\.0.*", "BSL-1.0"),
)
_NO_VERSIONS = frozenset({"", "0.0.0", "0.0.0-development"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project file says; None where it says nothing."""

    name: str | None = None
    version: str | None = None
    description: str | None = None
    license: str | None = None
    homepage: str | None = None


def project(files: Mapping[str, str]) -> Project | None:
    """Read the first project file that can be read.

    Args:
        files: texts by name.
    """
    for name, read in _PROJECT_FILES.items():
        if name in files:
            try:
                return read(files[name])
            except (ValueError, RecursionError):
                continue
    return None


def project_file_of(language: str) -> str | None:
    """Name the project file that software in a programming language has."""
    return _BY_LANGUAGE.get(language.lower())


def heading(readme: str) -> str | None:
    """Give the first heading of a README, if it is words and not a picture."""
    for line, below in pairwise([*readme.splitlines(), ""]):
        underlined = bool(line.strip()) and re.fullmatch(r"={3,}", below.strip()) is not None
        if line.startswith("# ") or underlined:
            text = _words(line).strip("# *_`\t")
            return text if text and "<" not in text else None
    return None


def prose(readme: str) -> str | None:
    """Give the first paragraphs of prose, up to a heading; of links, their words alone."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", readme):
        if block.strip() and not _MARKUP.search(block):
            found.append(" ".join(_words(block).split()))
        elif found:
            break
    return " ".join(found) or None


def _words(text: str) -> str:
    """Leave out pictures, and of links all but their words."""
    return _LINK.sub(r"\1", _IMAGE.sub("", text))


def license_of(text: str) -> str | None:
    """Recognise a licence by its SPDX tag, or by a title that no other licence has."""
    if tag := _SPDX.search(text):
        return tag[1].strip()
    top = " ".join(" ".join(text.splitlines()[:_TITLE_LINES]).split())
    for title, license_id in _TITLES:
        if re.match(rf"\W*{title}(?!\w)", top, re.IGNORECASE):
            return license_id
    return None


def _pyproject(text: str) -> Project:
    table = _table(tomllib.loads(text), "project")
    urls = {str(key).lower(): value for key, value in _table(table, "urls").items()}
    return _project(table, license_=table.get("license"), homepage=urls.get("homepage"))


def _json(text: str) -> Project:
    table = json.loads(text)
    if not isinstance(table, dict):
        return Project()
    return _project(table, license_=table.get("license"), homepage=table.get("homepage"))


def _project(table: dict[str, Any], *, license_: object, homepage: object) -> Project:
    version = _text(table.get("version"))
    return Project(
        name=_text(table.get("name")),
        version=None if version in _NO_VERSIONS else version,
        description=_text(table.get("description")),
        license=_text(license_),
        homepage=_text(homepage),
    )


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


_PROJECT_FILES: Mapping[str, Callable[[str], Project]] = {
    "pyproject.toml": _pyproject,
    "package.json": _json,
    "composer.json": _json,
}
PROJECT_FILES = tuple(_PROJECT_FILES)
_BY_LANGUAGE = {
    "python": "pyproject.toml",
    "javascript": "package.json",
    "typescript": "package.json",
    "vue": "package.json",
    "svelte": "package.json",
    "php": "composer.json",
}
