# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a wiki holds: pages with their categories and templates, and its recent changes."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from tests.forges.clock import ManualClock

_CATEGORY = re.compile(r"\[\[(?:Kategorie|Category):([^\]|]+)")
_TEMPLATE = re.compile(r"\{\{\s*([^|{}\n]+)")
_REDIRECT = re.compile(r"#(?:REDIRECT|WEITERLEITUNG)\s*\[\[([^\]]+)\]\]", re.IGNORECASE)


@dataclass(slots=True)
class WikiPage:
    """A page as it is now."""

    id: int
    title: str
    text: str
    revision: int
    edited_at: datetime
    since: dict[str, datetime] = field(default_factory=dict)
    """When it came into each of its categories."""
    namespace: int = 0
    hidden: bool = False
    """An administrator hid its text."""

    @property
    def templates(self) -> list[str]:
        """Names of the templates that it uses."""
        return [name.strip() for name in _TEMPLATE.findall(self.text)]

    @property
    def redirect(self) -> str | None:
        """The title that it points to, if that is all it does."""
        match = _REDIRECT.match(self.text)
        return match[1] if match else None


@dataclass(frozen=True, slots=True)
class RecentChange:
    """One of the wiki's recent changes."""

    number: int
    type: str
    page_id: int
    title: str
    at: datetime


class Wiki:
    """Pages; each change is one method, and moves the clock on by a second."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.pages: dict[int, WikiPage] = {}
        self.changes: list[RecentChange] = []
        self._revision = 0
        self._last_id = 0

    def at(self, title: str) -> WikiPage | None:
        """Give the page with a title."""
        return next((page for page in self.pages.values() if page.title == title), None)

    def edit(self, title: str, text: str) -> WikiPage:
        """Write a page; it is made where there is none."""
        page = self.at(title)
        if page is None:
            self._last_id += 1
            page = WikiPage(self._last_id, title, text, 0, self.clock.now())
            self.pages[page.id] = page
            self._note("new", page)
        else:
            page.text = text
            self._note("edit", page)
        page.revision = self._next()
        page.edited_at = self.clock.now()
        named = [name.strip() for name in _CATEGORY.findall(text)]
        page.since = {name: page.since.get(name, self.clock.now()) for name in named}
        return page

    def move(self, old: str, new: str) -> None:
        """Give a page another title; a pointer is left at the old one."""
        page = self._there(old)
        self._note("log", page)
        page.title = new
        page.revision = self._next()
        self._last_id += 1
        self.pages[self._last_id] = WikiPage(
            self._last_id, old, f"#WEITERLEITUNG [[{new}]]", self._next(), self.clock.now()
        )

    def delete(self, title: str) -> WikiPage:
        """Take a page away; give what it was."""
        page = self._there(title)
        self._note("log", page)
        return self.pages.pop(page.id)

    def restore(self, page: WikiPage) -> None:
        """Bring a page back that was deleted; it has the id that it had."""
        self.pages[page.id] = page
        self._note("log", page)

    def _there(self, title: str) -> WikiPage:
        page = self.at(title)
        if page is None:
            raise KeyError(title)
        return page

    def _next(self) -> int:
        self._revision += 1
        return self._revision

    def _note(self, kind: str, page: WikiPage) -> None:
        self.clock.advance(seconds=1)
        number = len(self.changes) + 1
        self.changes.append(RecentChange(number, kind, page.id, page.title, self.clock.now()))
