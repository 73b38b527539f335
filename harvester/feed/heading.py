# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a catalogue says of itself in the forms that need a title page. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A catalogue's title page, as its operator wrote it."""

    title: str
    description: str
    language: str
    """BCP 47 tag of title and description."""
    publisher: str
    """Who keeps the catalogue."""
    publisher_url: str | None = None
    url: str | None = None
    """Where the catalogue is found on the web, without a slash at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where a page of entries stands among the others, as web addresses."""

    url: str
    first: str
    next: str | None
    """None: this is the last one."""
    size: int
    """The most entries that a page has."""
    total: int
    """Entries of all pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a form is written with, beside the entries."""

    heading: Heading
    activity: bool = False
    """Whether the entries come with volatile facts."""
    address: str | None = None
    """Where this very document is served, for the forms that say so (Atom)."""
    page: Page | None = None
    """Told by the forms that know pages (DCAT), where the entries are one of several."""
