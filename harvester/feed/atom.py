# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The form ``atom``: entries that are new or changed, newest first, for feed readers. Pure.

RFC 4287, with ``tag:`` identifiers (RFC 4151) and a tombstone (RFC 6721) for what is no longer to
be shown. A feed is a window: it holds the newest entries and no more, however many there are.
"""

import heapq
import uuid
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from harvester.feed.heading import Heading, Setting
from harvester.feed.software import Software, preferred
from harvester.model import State
from harvester.ports.rows import Entry

NEWEST = 100
"""Entries of a feed."""
_NEVER = "1970-01-01T00:00:00Z"
_SHOWN = (State.LISTED, State.INVALID)


def atom(entries: Iterable[Entry], setting: Setting) -> Iterator[str]:
    """Give a feed of the newest entries; in memory are those, not the catalogue."""
    newest = heapq.nlargest(NEWEST, entries, key=lambda entry: (entry.updated_at, entry.id))
    heading = setting.heading
    updated = Software(newest[0]).line["updated_at"] if newest else _NEVER
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:at="http://purl.org/atompub/tombstones/1.0"'
        f" xml:lang={quoteattr(heading.language)}>\n"
    )
    yield _element("id", heading.url or _name_of(heading))
    yield _element("title", heading.title)
    yield _element("subtitle", heading.description)
    yield _element("updated", updated)
    yield f"<author>{_element('name', heading.publisher, end='')}</author>\n"
    if setting.address is not None:
        yield _link("self", setting.address)
    if heading.url is not None:
        yield _link("alternate", heading.url)
    for entry in newest:
        software = Software(entry)
        name = identifier(software, heading)
        if entry.state in _SHOWN:
            yield _entry(software, name, heading.language)
        else:
            yield _tombstone(software, name)
    yield "</feed>\n"


def identifier(software: Software, heading: Heading) -> str:
    """Name an entry for good: by the catalogue's host and the day when the entry was first seen.

    A catalogue without an address has no host to speak for it; its entries are UUIDs.
    """
    host = urlsplit(heading.url or "").hostname
    if host is None:
        return software.iri
    return f"tag:{host},{software.line['first_seen_at'][:10]}:software/{software.id}"


def _name_of(heading: Heading) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"harvester:{heading.title}").urn


def _entry(software: Software, name: str, first: str) -> str:
    summaries = software.told("shortDescription") or software.told("longDescription")
    summary = preferred(summaries, first)
    language = next((tag for tag, text in summaries.items() if text == summary), "")
    license_ = software.license
    parts = [
        _element("id", name),
        _element("title", software.name),
        _element("updated", software.line["updated_at"]),
        _element("published", software.line["first_seen_at"]),
        _link("alternate", software.url) if software.url else "",
        _link("related", landing) if (landing := software.link("landingURL")) else "",
        # An entry without a publisher has its feed's author.
        f"<author>{_element('name', body.name, end='')}</author>\n"
        if (body := software.publisher)
        else "",
        *(f"<category term={quoteattr(word)}/>\n" for word in software.words("categories")),
        # An entry that leads nowhere has its text here, or it would have nothing.
        _element("summary" if software.url else "content", summary or software.name, language),
        _element("rights", license_.expression) if license_ else "",
    ]
    return f"<entry>\n{''.join(parts)}</entry>\n"


def _tombstone(software: Software, name: str) -> str:
    return (
        f"<at:deleted-entry ref={quoteattr(name)} when={quoteattr(software.line['updated_at'])}/>\n"
    )


def _element(name: str, text: str, language: str = "", end: str = "\n") -> str:
    attribute = f" xml:lang={quoteattr(language)}" if language else ""
    # A reader of XML would make a line feed of it.
    kept = escape(text, {"\r": "&#13;"})
    return f"<{name}{attribute}>{kept}</{name}>{end}"


def _link(relation: str, address: str) -> str:
    return f"<link rel={quoteattr(relation)} href={quoteattr(address)}/>\n"
