# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reference parser's checks that no table tells: deprecated keys, links, files."""

import re
from collections.abc import Iterator
from typing import Any

from harvester.model import Severity
from harvester.publiccode import vocabulary
from harvester.publiccode.codes import Code
from harvester.publiccode.links import extension
from harvester.publiccode.reference.surroundings import Surroundings, is_png
from harvester.publiccode.reference.values import is_country

Told = tuple[Severity, Code, str, dict[str, str]]
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_LOGOS = (".svg", ".svgz", ".png")
_SCREENSHOTS = (".jpg", ".png")


def check_beyond(file: dict[str, Any], around: Surroundings | None) -> Iterator[Told]:
    """Check the whole file; without surroundings nothing outside of it is looked at."""
    if around is not None:
        yield from _links(file, around)
    yield from _file(file.get("logo"), "logo", _LOGOS, around)
    if file.get("monochromeLogo"):
        yield _deprecated("monochromeLogo", "logo")
        yield from _file(file["monochromeLogo"], "monochromeLogo", _LOGOS, around)
    yield from _countries(file.get("intendedAudience") or {})
    yield from _legal(file.get("legal") or {}, around)
    for name in ("inputTypes", "outputTypes"):
        if file.get(name) is not None:
            yield _deprecated(name)
    for language, part in (file.get("description") or {}).items():
        yield from _description(f"description.{language}", part, around)
    yield from _italy(file)


def _countries(audience: dict[str, Any]) -> Iterator[Told]:
    for name in ("countries", "unsupportedCountries"):
        for index, code in enumerate(audience.get(name) or ()):
            if is_country(code) and code == code.lower():
                key = f"intendedAudience.{name}[{index}]"
                arguments = {"suggestion": code.upper()}
                yield _WARNING, Code.LOWERCASE_COUNTRY, key, arguments


def _legal(legal: dict[str, Any], around: Surroundings | None) -> Iterator[Told]:
    if legal.get("authorsFile") is not None:
        yield _deprecated("legal.authorsFile")
        yield from _file(legal["authorsFile"], "legal.authorsFile", (), around)
    if legal.get("repoOwner") is not None:
        yield _deprecated("legal.repoOwner", "organisation.name")


def _deprecated(key: str, successor: str | None = None) -> Told:
    if successor is None:
        return _WARNING, Code.DEPRECATED, key, {"since": "0.x"}
    return _WARNING, Code.DEPRECATED_FOR, key, {"since": "0.x", "successor": successor}


def _links(file: dict[str, Any], around: Surroundings) -> Iterator[Told]:
    for name in ("url", "landingURL", "roadmap"):
        if file.get(name) is not None:
            yield from _link(file[name], name, around)
    if file.get("url") is not None and not around.is_repository(file["url"]):
        yield _ERROR, Code.NOT_A_REPOSITORY, "url", {"value": file["url"]}


def _link(url: str, key: str, around: Surroundings) -> Iterator[Told]:
    reason = around.unreachable(url)
    if reason is not None:
        yield _ERROR, Code.UNREACHABLE, key, {"value": url, "reason": reason}


def _description(key: str, part: dict[str, Any], around: Surroundings | None) -> Iterator[Told]:
    if part.get("genericName"):
        yield _deprecated(f"{key}.genericName")
    for name in ("documentation", "apiDocumentation"):
        if around is not None and part.get(name) is not None:
            yield from _link(part[name], f"{key}.{name}", around)
    for index, path in enumerate(part.get("screenshots") or ()):
        yield from _file(path, f"{key}.screenshots[{index}]", _SCREENSHOTS, around, empty=True)
    for index, url in enumerate(part.get("videos") or ()):
        if url is not None and not vocabulary.is_video(url):
            yield _ERROR, Code.UNKNOWN_VIDEO_HOST, f"{key}.videos[{index}]", {"value": url}


def _file(
    path: str | None,
    key: str,
    extensions: tuple[str, ...],
    around: Surroundings | None,
    *,
    empty: bool = False,
) -> Iterator[Told]:
    """Check a file that is named by a path or an address."""
    if path is None or (not path and not empty):
        return
    if path.startswith(("/", "file:")):
        yield _ERROR, Code.ABSOLUTE_PATH, key, {"value": path}
        return
    if around is None:
        return
    is_address = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path) is not None
    head = around.fetched(path) if is_address else around.head(path)
    if is_address and head is None and around.unreachable(path) is None:
        return
    if extensions and extension(path) not in extensions:
        yield _ERROR, Code.IMAGE_TYPE, key, {"value": path, "allowed": ", ".join(extensions)}
    elif head is None:
        yield _ERROR, Code.FILE_MISSING, key, {"value": path}
    elif ".svg" in extensions and extension(path) == ".png" and not is_png(head):
        yield _ERROR, Code.NOT_AN_IMAGE, key, {"value": path}


def _italy(file: dict[str, Any]) -> Iterator[Told]:
    old, new = file.get("it"), file.get("IT")
    if old is not None:
        yield _WARNING, Code.RENAMED, "it", {"name": "it", "newer": "IT"}
        if new is not None:
            yield _ERROR, Code.BOTH_KEYS, "it", {"name": "it", "newer": "IT"}
    italy = new if new is not None else old
    if italy is None:
        return
    if italy.get("conforme") is not None:
        yield _deprecated("IT.conforme")
    code = (italy.get("riuso") or {}).get("codiceIPA")
    if code and vocabulary.is_italian_administration(code):
        yield _deprecated("IT.riuso.codiceIPA", f"organisation.uri: urn:x-italian-pa:{code}")
