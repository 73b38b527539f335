# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a single value means, by the type that the standard's table gives its key.

Each function reads one scalar: it tells what is wrong, and gives the normalised JSON value, or
:data:`UNREADABLE` where the text cannot stand in the record; it is then kept apart as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from harvester.model import JsonObject
from harvester.publiccode import links, vocabulary
from harvester.publiccode.addresses import Address, AddressKind
from harvester.publiccode.codes import Code
from harvester.publiccode.context import FileContext
from harvester.publiccode.dates import iso_date, meant_date
from harvester.publiccode.findings import Findings, Suggestion
from harvester.publiccode.nodes import Mark, Scalar, boolean, former_boolean, is_number
from harvester.publiccode.standard import Key, Standard
from harvester.urls import BadUrlError, is_below, repository_url, with_host


class Unreadable:
    """The type of :data:`UNREADABLE`."""


UNREADABLE: Final = Unreadable()
_HTML = re.compile(
    r"</?(?:script|style|iframe|a|p|br|b|i|div|span|ul|li|h[1-6]|img)\b[^<>]*>", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"(?:x{3,}|todo|tbd|fixme|changeme|lorem ipsum.*|\.{3,}|<[^<>]+>|\[[^\[\]]+\])[.!]?",
    re.IGNORECASE | re.DOTALL,
)
_MAX_PLACEHOLDER = 200
_MAX_WORDS = 12
"""A message does not repeat a vocabulary that is longer."""
MIME_TYPE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9!#$&^_-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
)
URN = re.compile(
    r"urn:[a-z0-9][a-z0-9-]{0,31}:(?:[a-z0-9()+,\-.:=@;$_!*']|%[0-9a-f]{2})+", re.IGNORECASE
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_ITALIAN = "urn:x-italian-pa:"
_ALIAS = "alias:"


@dataclass(slots=True)
class Reader:
    """What the functions below need beside the value."""

    standard: Standard
    context: FileContext
    findings: Findings
    declared_url: str | None = None
    version: str | None = None
    addresses: list[Address] = field(default_factory=list)
    """Web addresses that lead to a link, the repository or a file, in the order of the file."""
    raw: JsonObject = field(default_factory=dict)
    """Values that could not be read, by the path at which the file has them."""


@dataclass(slots=True)
class Value:
    """One scalar at its place."""

    reader: Reader
    scalar: Scalar
    key: Key
    path: str
    mark: Mark | None
    text: str
    """The text without the white space around it."""

    def tell(self, code: Code, suggestion: Suggestion = None, **arguments: str) -> None:
        """Note a finding at this place."""
        self.reader.findings.add(code, self.path, self.mark, suggestion, severity=None, **arguments)

    def lead(self, kind: AddressKind, url: str) -> None:
        """Note an address that a check over the network may follow."""
        line, column = (self.mark.line + 1, self.mark.column + 1) if self.mark else (0, 0)
        self.reader.addresses.append(
            Address(url=url, kind=kind, key=self.path, line=line, column=column)
        )


ValueFunction = Callable[[Value], Any]


def _text(value: Value) -> Any:
    text = value.text
    key = value.key
    if key.maximum is not None and len(text) > key.maximum:
        length = vocabulary.graphemes(text)
        if length > key.maximum:
            value.tell(Code.TOO_LONG, length=str(length), limit=str(key.maximum))
    if key.minimum is not None:
        length = vocabulary.graphemes(text)
        if length < key.minimum:
            value.tell(Code.TOO_SHORT, length=str(length), limit=str(key.minimum))
    if "<" in text and _HTML.search(text):
        value.tell(Code.HTML)
    if len(text) <= _MAX_PLACEHOLDER and _PLACEHOLDER.fullmatch(text):
        value.tell(Code.PLACEHOLDER, value=text)
    if value.scalar.plain and "." in text and is_number(value.scalar):
        value.tell(Code.NUMBER_FOR_TEXT, suggestion=f'"{text}"', value=text)
    return text


def _version(value: Value) -> Any:
    text = value.text
    value.reader.version = text
    standard = value.reader.standard
    if is_number(value.scalar):
        value.tell(Code.VERSION_NUMBER, suggestion=f'"{text}"', value=text)
    if text not in standard.versions:
        value.tell(
            Code.VERSION_UNKNOWN,
            suggestion=f'"{standard.recommended}"',
            value=text,
            newest=standard.newest,
        )
    elif text not in standard.current:
        value.tell(
            Code.VERSION_OLD,
            suggestion=f'"{standard.recommended}"',
            value=text,
            newest=standard.newest,
        )
    return standard.recommended


def _word(value: Value) -> Any:
    text = value.text
    words = value.key.words
    if text not in value.key.vocabulary:
        suggestion = partial(vocabulary.closest, text, words)
        if len(words) > _MAX_WORDS:
            value.tell(Code.NOT_IN_LONG_VOCABULARY, suggestion, value=text, name=value.key.name)
        else:
            value.tell(Code.NOT_IN_VOCABULARY, suggestion, value=text, allowed=", ".join(words))
    return text


def _boolean(value: Value) -> Any:
    truth = boolean(value.scalar)
    if truth is not None:
        return truth
    text = value.text
    meant = former_boolean(text) if value.scalar.plain else None
    if meant is None and text.lower() in ("true", "false"):
        meant = text.lower() == "true"
    if meant is None:
        value.tell(Code.WRONG_TYPE, expected="boolean", found="text", value=text)
        return UNREADABLE
    suggestion = "true" if meant else "false"
    value.tell(Code.FORMER_BOOLEAN, suggestion=suggestion, value=text)
    return meant


def _date(value: Value) -> Any:
    text = value.text
    exact = iso_date(text)
    if exact is not None:
        return exact
    meant = meant_date(text)
    if meant is None:
        value.tell(Code.BAD_DATE, value=text)
        return UNREADABLE
    value.tell(Code.OTHER_DATE, suggestion=meant, value=text)
    return meant


def _link(value: Value) -> Any:
    text = value.text
    link = links.web_link(text)
    if link is None:
        suggestion = links.link_suggestion(text)
        value.tell(Code.BAD_LINK, suggestion=suggestion, value=text)
        return UNREADABLE
    if links.is_placeholder_link(link):
        value.tell(Code.PLACEHOLDER, value=text)
    value.lead(AddressKind.LINK, link)
    return link


def _repository(value: Value) -> Any:
    text = value.text
    here = value.reader.context.repository_url
    if links.is_placeholder_link(text):
        value.tell(Code.BAD_REPOSITORY_URL, suggestion=here, value=text)
        return UNREADABLE
    try:
        url = with_host(repository_url(text), dict(value.reader.context.host_aliases))
    except BadUrlError:
        suggestion = here or links.repository_suggestion(text)
        value.tell(Code.BAD_REPOSITORY_URL, suggestion=suggestion, value=text)
        return UNREADABLE
    names_group = here is not None and is_below(here, url) and not is_below(url, here)
    if names_group and value.reader.context.profile == "opencode":
        value.tell(Code.GROUP_URL, suggestion=here, value=text)
        value.reader.raw[value.path] = text
        return here
    value.reader.declared_url = url
    value.lead(AddressKind.REPOSITORY, url)
    return url


def _other_repository(value: Value) -> Any:
    text = value.text
    url = links.other_repository(text)
    if url is None:
        suggestion = links.link_suggestion(text)
        value.tell(Code.BAD_LINK, suggestion=suggestion, value=text)
        return text
    value.lead(AddressKind.LINK, url)
    return url


def _file(value: Value) -> Any:
    text = value.text
    link = links.web_link(text)
    if link is None and ("://" in text or links.is_absolute_path(text)):
        return _bad_path(value)
    if value.key.extensions and links.extension(text) not in value.key.extensions:
        value.tell(Code.IMAGE_TYPE, value=text, allowed=", ".join(value.key.extensions))
    if link is not None:
        value.lead(AddressKind.FILE, link)
        return link
    if links.leaves_repository(text):
        value.tell(Code.OUTSIDE_REPOSITORY, value=text)
        return UNREADABLE
    base = value.reader.context.raw_base
    address = links.file_address(text, base)
    if base is not None:
        value.lead(AddressKind.FILE, address)
    return address


def _bad_path(value: Value) -> Any:
    text = value.text
    if "://" in text and not text.lower().startswith("file:"):
        value.tell(Code.BAD_LINK, value=text)
    else:
        # Somebody who writes one or two names after a slash means the root of the repository.
        meant = re.fullmatch(r"/((?:[^/\\]+/)?[^/\\]+)", text)
        suggestion = meant[1] if meant else None
        value.tell(Code.ABSOLUTE_PATH, suggestion=suggestion, value=text)
    return UNREADABLE


def _license(value: Value) -> Any:
    text = value.text
    found = vocabulary.license_of(text)
    if found.expression is None:
        suggestion = partial(vocabulary.license_suggestion, text)
        value.tell(Code.UNKNOWN_LICENSE, suggestion, value=text)
        return UNREADABLE
    if found.deprecated:
        value.tell(Code.DEPRECATED_LICENSE, suggestion=found.expression, value=text)
    elif found.other_case:
        value.tell(Code.LICENSE_SPELLING, suggestion=found.expression, value=text)
    return found.expression


def _country(value: Value) -> Any:
    text = value.text
    code = text.upper()
    if code not in vocabulary.country_codes():
        suggestion = partial(vocabulary.country_suggestion, text)
        value.tell(Code.UNKNOWN_COUNTRY, suggestion=suggestion, value=text)
        return text
    if code != text:
        value.tell(Code.LOWERCASE_COUNTRY, suggestion=code, value=text)
    return code


def read_language(value: Value) -> Any:
    """Read a language tag; one that is none stays as it is written."""
    text = value.text
    tag = vocabulary.language_of(text)
    if tag is None:
        suggestion = partial(vocabulary.language_suggestion, text)
        value.tell(Code.UNKNOWN_LANGUAGE, suggestion, value=text)
        return text
    if tag.lower() != text.lower():
        value.tell(Code.LANGUAGE_SPELLING, suggestion=tag, value=text)
    return tag


def _email(value: Value) -> Any:
    text = value.text.removeprefix("mailto:")
    if not vocabulary.is_email(text):
        value.tell(Code.BAD_EMAIL, partial(vocabulary.email_suggestion, text), value=text)
    return text


def _phone(value: Value) -> Any:
    text = value.text
    found = vocabulary.phone_of(text)
    if not found.possible:
        value.tell(Code.BAD_PHONE, value=text)
    elif not found.international:
        value.tell(Code.LOCAL_PHONE, suggestion=found.suggestion, value=text)
    return text


def _mime(value: Value) -> Any:
    text = value.text
    if not MIME_TYPE.fullmatch(text):
        value.tell(Code.BAD_MIME_TYPE, value=text)
    return text


def _organisation(value: Value) -> Any:
    text = value.text
    if text.lower().startswith(_ITALIAN):
        code = text[len(_ITALIAN) :]
        if not vocabulary.is_italian_administration(code):
            value.tell(Code.UNKNOWN_IPA_CODE, value=code)
    elif not is_organisation_uri(text):
        suggestion = links.link_suggestion(text)
        value.tell(Code.BAD_ORGANISATION_URI, suggestion=suggestion, value=text)
    return text


def is_organisation_uri(text: str) -> bool:
    """Say whether a text is a URN or an address with a host."""
    if URN.fullmatch(text):
        return True
    scheme, slashes, rest = text.partition("://")
    return bool(slashes and rest.strip("/") and _URI.fullmatch(text) and scheme)


def _ipa(value: Value) -> Any:
    text = value.text
    if not vocabulary.is_italian_administration(text):
        value.tell(Code.UNKNOWN_IPA_CODE, value=text)
    return text


def _support(value: Value) -> Any:
    text = value.text
    if text.startswith(_ALIAS):
        name = text.removeprefix(_ALIAS)
        known = value.reader.standard.support_aliases
        if name not in known:
            value.tell(
                Code.UNKNOWN_ALIAS,
                partial(vocabulary.closest, text, tuple(f"{_ALIAS}{alias}" for alias in known)),
                value=text,
                allowed=", ".join(f"{_ALIAS}{alias}" for alias in sorted(known)),
            )
    elif not _URI.fullmatch(text):
        lower = text.lower()
        suggestion = f"{_ALIAS}{lower}" if lower in value.reader.standard.support_aliases else None
        value.tell(Code.BAD_ORGANISATION_URI, suggestion=suggestion, value=text)
    return text


def _video(value: Value) -> Any:
    link = _link(value)
    if isinstance(link, str) and not vocabulary.is_video(link):
        value.tell(Code.UNKNOWN_VIDEO_HOST, value=link)
    return link


VALUE_TYPES: dict[str, ValueFunction] = {
    "text": _text,
    "version": _version,
    "word": _word,
    "boolean": _boolean,
    "date": _date,
    "link": _link,
    "repository": _repository,
    "repositories": _other_repository,
    "file": _file,
    "license": _license,
    "country": _country,
    "language": read_language,
    "email": _email,
    "phone": _phone,
    "mime": _mime,
    "organisation": _organisation,
    "ipa": _ipa,
    "support": _support,
    "video": _video,
}
