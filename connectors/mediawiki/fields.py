# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From the text of a page to a file in publiccode's shape. Pure.

What the page's template says is written as JSON, which is YAML; that it is what people entered,
and no file of a publisher, the reader knows by its profile.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import mwparserfromhell
from mwparserfromhell.nodes import Template
from mwparserfromhell.wikicode import Wikicode

from connectors.mediawiki.options import MediaWikiOptions
from connectors.mediawiki.parameters import DEFAULT, KEYS, Shape, folded

VERSION = 1
"""Of the rules below; raised when the same text may give another file, so that it is read anew."""
SHORT = 150
"""Characters that the standard gives a short description."""
_URL = re.compile(r"https?://[^\s<>\[\]{}|\"]+", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:[,;\n]|<br\s*/?>)[\s*#:]*", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TRAILING = ".,;:!?)"
_OWNER_AND_NAME = 2


def file_of(text: str, title: str, options: MediaWikiOptions) -> bytes | None:
    """Write what a page tells of software.

    Args:
        text: of the page, in wiki markup.
        title: of the page; the software's name where the template tells none.
        options: which template, and what its parameters mean.

    Returns:
        The bytes of the file; None where the page has no such template, though one is demanded.
    """
    code = mwparserfromhell.parse(text)
    meanings = {**DEFAULT, **{folded(name): key for name, key in options.fields.items()}}
    template = _template(code, options, meanings)
    if template is None and options.template is not None:
        return None
    record: dict[str, Any] = {"publiccodeYmlVersion": "0", "name": title}
    for key, value in _values(template, meanings) if template is not None else ():
        _put(record, key, value, options.language)
    if "url" not in record and (link := _repository_link(code, options.repository_hosts)):
        record["url"] = link
    return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _template(
    code: Wikicode, options: MediaWikiOptions, meanings: Mapping[str, str]
) -> Template | None:
    for template in code.filter_templates():
        if options.template is not None:
            if _is_named(template, options.template):
                return template
        elif any(folded(str(parameter.name)) in meanings for parameter in template.params):
            return template
    return None


def _is_named(template: Template, name: str) -> bool:
    written = str(template.name.strip_code()).replace("_", " ").strip()
    called = written.rpartition(":")[2].strip()
    return name.casefold() in (written.casefold(), called.casefold())


def _values(template: Template, meanings: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Give what the template's parameters say, by key; what is empty says nothing."""
    for parameter in template.params:
        key = meanings.get(folded(str(parameter.name)))
        value = None if key is None else _value(parameter.value, KEYS[key])
        if key is not None and value:
            yield key, value


def _value(code: Wikicode, shape: Shape) -> Any:
    match shape:
        case Shape.LINK:
            return next(_links(code), None) or _text(code)
        case Shape.LINKS:
            return list(_links(code))
        case Shape.LIST:
            # Line breaks are tags, which plain text has no more.
            parts = _PARTS.split(_plain(mwparserfromhell.parse(_BREAK.sub("\n", str(code)))))
            return [line for part in parts if (line := _line(part).lstrip("*#: "))]
        case _:
            return _text(code)


def _links(code: Wikicode) -> Iterator[str]:
    """Give the web addresses in a piece of text, in its order."""
    for link in code.filter_external_links():
        yield str(link.url).strip()
    if not code.filter_external_links():
        for match in _URL.finditer(str(code)):
            yield match[0].rstrip(_TRAILING)


def _text(code: Wikicode) -> str:
    """Give the text that a reader sees, paragraphs apart."""
    paragraphs = re.split(r"\n\s*\n", _plain(code))
    return "\n\n".join(line for part in paragraphs if (line := _line(part)))


def _plain(code: Wikicode) -> str:
    return str(code.strip_code(normalize=True, collapse=False, keep_template_params=False))


def _line(text: str) -> str:
    """Make one line of visible characters: what else stands there, no file can hold."""
    words = (
        "".join(character for character in word if character.isprintable()) for word in text.split()
    )
    return " ".join(word for word in words if word)


def _repository_link(code: Wikicode, hosts: tuple[str, ...]) -> str | None:
    """Give the page's first link to something that lies two deep on one of these hosts."""
    for link in code.filter_external_links():
        url = str(link.url).strip()
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            continue
        deep = len([name for name in parts.path.split("/") if name]) >= _OWNER_AND_NAME
        if parts.scheme in ("http", "https") and host in hosts and deep:
            return url
    return None


def _put(record: dict[str, Any], key: str, value: Any, language: str) -> None:
    """Put a value where publiccode has it; what was said first stands."""
    path = key.split(".")
    if key == "description":
        path = ["description", "shortDescription" if len(value) <= SHORT else "longDescription"]
    if path[0] == "description":
        path.insert(1, language)
    place = record
    for name in path[:-1]:
        inner = place.setdefault(name, [{}] if name == "contacts" else {})
        place = inner[0] if isinstance(inner, list) else inner
    if key == "name":
        record["name"] = value
    else:
        place.setdefault(path[-1], value)
