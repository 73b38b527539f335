# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From what the API says of a page to a sighting. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from connectors.kit import object_id
from connectors.mediawiki.fields import VERSION, file_of
from connectors.mediawiki.options import MediaWikiOptions
from harvester.model import (
    Activity,
    Details,
    Files,
    FileVersion,
    Owner,
    Repository,
    Sighting,
    Unknown,
    Unread,
)
from harvester.urls import BadUrlError, canonical_url, host_of

FILE = "fields.json"
"""What the file is called that a page's fields make; no page has a file of that name."""
_BEFORE_TITLES = ("wiki/", "w/", "index.php/")
"""What stands before the title in the path of a page's address, where the wiki is not asked."""


def is_entry(page: Mapping[str, Any]) -> bool:
    """Say whether a page is there, for everybody, and is more than a pointer to another one."""
    absent = any(page.get(word) for word in ("missing", "invalid", "special", "redirect"))
    return not absent and isinstance(page.get("pageid"), int)


def is_member(page: Mapping[str, Any]) -> bool:
    """Say whether a page is in the category, or has the template, that it was asked about."""
    return bool(page.get("categories") or page.get("templates"))


def sighting(page: Mapping[str, Any], url: str, options: MediaWikiOptions) -> Sighting:
    """Make a sighting of a page that is there; its file is read where the text came along.

    Args:
        page: with ``info``, and its ``revisions`` where they were asked for.
        url: canonical address of the wiki.
        options: what its fields mean.
    """
    title = str(page["title"])
    path = title.replace(" ", "_")
    host = host_of(url)
    return Sighting(
        repository=Repository(
            forge_id=str(page["pageid"]),
            path=path,
            web_url=_address(page, url, path),
            name=title,
            description=None,
            owner=Owner(path=host, name=None, kind="wiki"),
            default_branch=None,
            archived=False,
            fork=False,
            mirror=False,
            details=Details(topics=(), languages=()),
            activity=Activity(pushed_at=_edited_at(page)),
            # A page that is read in another way now has to be read again.
            revision=f"{page.get('lastrevid')}.{VERSION}.{options.digest}",
        ),
        files=_files(page, options),
    )


def title_of(path: str) -> str:
    """Give the title that a path of the configuration, or of a page's address, names."""
    name = path.strip("/")
    for prefix in _BEFORE_TITLES:
        name = name.removeprefix(prefix)
    return unquote(name).replace("_", " ").strip()


def _address(page: Mapping[str, Any], url: str, path: str) -> str:
    """Give a page's address; one that names the page in its query is kept as it is."""
    told = str(page.get("canonicalurl") or f"{url}/index.php/{quote(path)}")
    try:
        return told if "?" in told else canonical_url(told)
    except BadUrlError:
        return f"{url}/index.php/{quote(path)}"


def _files(page: Mapping[str, Any], options: MediaWikiOptions) -> Files:
    revisions = page.get("revisions")
    if revisions is None:
        return Unread()
    text = _text(revisions)
    if text is None:
        return Unknown(reason="the wiki does not show the text of this page")
    content = file_of(text, str(page["title"]), options)
    if content is None:
        return ()
    return (FileVersion(path=FILE, blob_id=object_id(content), size=len(content), content=content),)


def _text(revisions: object) -> str | None:
    try:
        slot = revisions[0]["slots"]["main"]  # type: ignore[index]
        text = slot.get("content")
    except (AttributeError, IndexError, KeyError, TypeError):
        return None
    return text if isinstance(text, str) else None


def _edited_at(page: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(page["revisions"][0]["timestamp"]))
    except (IndexError, KeyError, TypeError, ValueError):
        return None
