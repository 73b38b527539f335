# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Links of a Markdown text, with what they are called. Pure."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from connectors.list.options import ListError
from harvester.leads import Named

_BARE = re.compile(r"https?://[^\s<>\"'`|)\]]+")
_TRAILING = ".,;:!?"


def links(text: str, sections: Sequence[str] = ()) -> Iterator[Named]:
    """Give every link of a text, in its order.

    The words of a link are the name of the body, unless they are an address themselves.

    Args:
        text: Markdown, as CommonMark says, with tables.
        sections: headings whose text is read, with what lies under them; all if none.

    Raises:
        ListError: there is no such heading.
    """
    inside: int | None = None
    missing = set(sections)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and sections:
            level, title = int(token.tag[1:]), tokens[place + 1].content.strip()
            missing.discard(title)
            if title in sections:
                inside = level if inside is None else min(inside, level)
            elif inside is not None and level <= inside:
                inside = None
        if token.type == "inline" and (not sections or inside is not None):
            yield from _inline(token.children or ())
    if missing:
        raise ListError(f'it has no heading "{min(missing)}"; mend sections')


def _inline(tokens: Sequence[Token]) -> Iterator[Named]:
    address: str | None = None
    words = ""
    for token in tokens:
        if token.type == "link_open":
            address, words = str(token.attrGet("href") or ""), ""
        elif token.type == "link_close" and address is not None:
            yield Named(address=address, name=None if "://" in words else words.strip() or None)
            address = None
        elif address is not None:
            words += token.content
        elif token.type == "text":
            for found in _BARE.findall(token.content):
                yield Named(address=found.rstrip(_TRAILING))
