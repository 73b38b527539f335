# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Leads: addresses of owners and repositories that a list or another catalogue names. Pure.

A list is written by people, or made by a program that somebody else runs. Whatever stands in it, a
lead has a canonical address, each address stands once, and what is no lead is kept with its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from harvester.model import Level, Publisher
from harvester.urls import BadUrlError, canonical_url, host_of, path_of, repository_url, url_key

MOST_LEADS = 200_000
"""A list that names more is no list of public bodies."""
_LONGEST = 2000
"""Characters of an address; no forge has longer ones, and no index of a database holds them."""
_LONGEST_NAME = 300
_OWNER_PAGES = ("groups", "orgs", "users")
"""What GitLab and GitHub put before the owner on some of their pages."""


class LeadKind(StrEnum):
    """What an address is known to name."""

    FORGE = "forge"
    """A whole forge, which is the body's own."""
    OWNER = "owner"
    REPOSITORY = "repository"
    ANY = "any"
    """An owner or a repository; only the forge knows."""


class LeadReason(StrEnum):
    """Why something that a list names is not crawled."""

    NOT_AN_ADDRESS = "not-an-address"
    """No web address: another scheme, no host, not readable."""
    WHOLE_FORGE = "whole-forge"
    """A forge that everybody shares; only owners on it can be meant."""
    IGNORED = "ignored"
    """The list itself says that it is not to be read."""
    UNSUPPORTED_HOST = "unsupported-host"
    """No connector knows what runs there."""
    PRIVATE_ADDRESS = "private-address"
    """It leads to a private network; what stands in a list is fetched from public hosts only."""
    UNREACHABLE_HOST = "unreachable-host"
    """Nobody answered when it was asked what runs there."""
    NOT_ASKED_YET = "not-asked-yet"
    """The hosts that one run asks what they are were used up; the next run goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An address that is to be crawled, and whose it is."""

    url: str
    """Canonical."""
    kind: LeadKind = LeadKind.ANY
    publisher: Publisher | None = None
    forge_kind: str | None = None
    """What the list says runs there, in the words of connectors: ``gitlab``, ``gitea``, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that a list names and that is not crawled."""

    subject: str
    reason: LeadReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One row of a list as it stands there, before anything is made of it."""

    address: str
    kind: LeadKind = LeadKind.ANY
    name: str | None = None
    """Of the public body."""
    uri: str | None = None
    level: str | None = None
    forge_kind: str | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """What a list says."""

    leads: tuple[Lead, ...]
    """Sorted by address, each address once."""
    left_out: tuple[LeftOut, ...] = ()
    doubles: int = 0
    """Rows with an address that stood in the list before."""


class TooManyLeadsError(ValueError):
    """A list names more than :data:`MOST_LEADS`."""


def gather(rows: Iterable[Named]) -> Leads:
    """Make leads of the rows of a list.

    Where an address stands twice the first row decides, and later ones tell what it left open.

    Raises:
        TooManyLeadsError: there are more than any list of public bodies has.
    """
    found: dict[str, Lead] = {}
    left_out: dict[str, LeftOut] = {}
    doubles = 0
    for number, row in enumerate(rows):
        if number >= MOST_LEADS:
            raise TooManyLeadsError(f"it names more than {MOST_LEADS:,} addresses")
        url = None if row.ignored or len(row.address) > _LONGEST else _address(row)
        if url is None:
            reason = LeadReason.IGNORED if row.ignored else LeadReason.NOT_AN_ADDRESS
            subject = plain(row.address, 200)
            left_out.setdefault(subject, LeftOut(subject=subject, reason=reason))
            continue
        lead = Lead(
            url=url,
            kind=LeadKind.FORGE if path_of(url) == "" else row.kind,
            publisher=_publisher(row),
            forge_kind=row.forge_kind,
        )
        before = found.get(url_key(url))
        doubles += before is not None
        found[url_key(url)] = lead if before is None else _together(before, lead)
    return Leads(
        leads=tuple(found[key] for key in sorted(found)),
        left_out=tuple(left_out[key] for key in sorted(left_out)),
        doubles=doubles,
    )


def plain(text: str, longest: int) -> str:
    """Give a text as one line that can be stored and shown: no controls, no lone surrogates."""
    line = " ".join(text.encode(errors="replace").decode().split())
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _address(row: Named) -> str | None:
    """Give the canonical address of an owner, a repository or a forge; None where there is none."""
    try:
        url = canonical_url(row.address)
        if row.kind is not LeadKind.FORGE and path_of(url):
            url = repository_url(row.address)
    except BadUrlError:
        return None
    if "." not in host_of(url) and not host_of(url).startswith(("localhost", "[")):
        return None  # no host of the Internet
    first, slash, rest = path_of(url).partition("/")
    if slash and first in _OWNER_PAGES and row.kind is not LeadKind.REPOSITORY:
        return f"{url[: len(url) - len(path_of(url))]}{rest}"
    return url


def _publisher(row: Named) -> Publisher | None:
    name = plain(row.name or "", _LONGEST_NAME)
    if not name:
        return None
    level = (row.level or "").strip().lower()
    return Publisher(
        name=name,
        uri=plain(row.uri, _LONGEST) if row.uri else None,
        level=Level(level) if level in tuple(Level) else Level.UNKNOWN,
    )


def _together(first: Lead, later: Lead) -> Lead:
    kinds = {first.kind, later.kind} - {LeadKind.ANY}
    return replace(
        first,
        kind=kinds.pop() if len(kinds) == 1 else LeadKind.ANY,
        publisher=first.publisher or later.publisher,
        forge_kind=first.forge_kind or later.forge_kind,
    )
