# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Addresses in a file: links, repositories, and paths below the repository's root."""

import re
from functools import lru_cache
from posixpath import normpath
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from harvester.urls import BadUrlError, canonical_url

_STRAY = " \t\r\n\"'<>`"
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/:?#].*)?", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"/\.{3,}(?:/|$)|<[^<>]*>|\{[^{}]*\}|/x{3,}(?:/|$)", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"/(?:GRUPPE|GROUP|OWNER|ORG|ORGANI[SZ]ATION|NAMESPACE|USER|USERNAME)"
    r"/(?:PROJEKT|PROJECT|REPO|REPOSITORY|NAME|PROJEKTNAME)(?:/|$)"
    r"|/(?:your|mein|meine|dein|deine|ihr|ihre)-[^/]+/(?:your|mein|meine|dein|deine|ihr|ihre)-[^/]+"
)
"""Words in capitals, and whole paths of ``your-…``: no forge has such a project by chance."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_GIT = re.compile(
    r"(?:(?:ssh|git)://(?:[\w.-]+@)?(?P<host>[\w.-]+)(?::\d+)?/|[\w.-]+@(?P<scp>[\w.-]+):)"
    r"(?P<path>[\w./~-]+)"
)
_MAX_LINK = 4096


@lru_cache(maxsize=4096)
def web_link(text: str) -> str | None:
    """Give a web address with scheme and host in lower case and the rest as written, or None."""
    cleaned = text.strip(_STRAY)
    if len(cleaned) > _MAX_LINK or re.search(r"\s", cleaned):
        return None
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    authority = parts.netloc.rpartition("@")
    netloc = authority[0] + authority[1] + authority[2].lower()
    return urlunsplit(parts._replace(scheme=parts.scheme.lower(), netloc=netloc))


def link_suggestion(text: str) -> str | None:
    """Give the address that somebody meant who left out ``https://``."""
    cleaned = text.strip(_STRAY)
    if _DOMAIN.fullmatch(cleaned) and not _SCHEME.match(cleaned):
        return f"https://{cleaned}"
    return None


def repository_suggestion(text: str) -> str | None:
    """Give the web address of a repository that is named by its address for git."""
    cleaned = text.strip(_STRAY)
    if found := _GIT.fullmatch(cleaned):
        path = found["path"].strip("/").removesuffix(".git")
        return f"https://{found['host'] or found['scp']}/{path}"
    return link_suggestion(cleaned)


def is_placeholder_link(text: str) -> bool:
    """Say whether an address still has the dots, brackets or words of a template."""
    return any(pattern.search(text) is not None for pattern in (_PLACEHOLDER, _TEMPLATE))


def other_repository(text: str) -> str | None:
    """Give the canonical address of a repository or home page that software is based on."""
    link = web_link(text)
    if link is None:
        return None
    parts = urlsplit(link)
    if parts.query or parts.fragment:
        return link
    try:
        return canonical_url(link)
    except BadUrlError:
        return None


def is_absolute_path(text: str) -> bool:
    """Say whether a path names a place on a machine, not in a repository."""
    return text.startswith("/") or text.lower().startswith("file:") or "\\" in text


def leaves_repository(path: str) -> bool:
    """Say whether a relative path leads out of the repository."""
    return normpath(path).startswith("..")


def file_address(path: str, raw_base: str | None) -> str:
    """Resolve a path below the repository's root; without a base it stays a path."""
    cleaned = normpath(path)
    if raw_base is None:
        return cleaned
    return urljoin(raw_base, quote(unquote(cleaned), safe="/~!$&'()*+,;=:@-._"))


def extension(address: str) -> str:
    """Give the ending of a file's name in lower case, with its dot."""
    name = re.split("[?#]", address, maxsplit=1)[0].rpartition("/")[2]
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""
