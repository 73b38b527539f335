# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Pages that overlap, so that nothing between two of them is missed. Pure.

Gitea lists by page numbers. While a listing is read, repositories vanish from pages that were read
already; those behind move forward, some of them out of the next page into one that nobody reads
again. In the order of ids nothing else can happen: what is new comes last. So each page is asked
for such that it begins before the end of the one before: if it holds an id that was read, all
that follows that id follows without a gap. If it holds none, the way back is gone until one does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 50
"""Entries of a page; Gitea's ``MAX_RESPONSE_ITEMS`` where nobody changed it."""
_TEXT = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,8})/(\d{1,18})")
_PATIENCE = 20
"""Answers without anything new after which a listing is taken for endless."""


@dataclass(frozen=True, slots=True)
class Window:
    """A page of so many entries, by its number."""

    page: int = 1
    limit: int = MOST

    @property
    def end(self) -> int:
        """The index behind its last entry, where the listing is that long."""
        return self.page * self.limit


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a listing by id has come: the window that is asked for next, and what was read."""

    window: Window = Window()
    last: int = 0
    """The highest id that was read."""
    blind: bool = False
    """The window begins right behind the one before: none of such small pages overlaps with it."""
    back: int = 0
    """Steps back in a row."""
    idle: int = 0
    """Answers in a row that brought nothing new."""

    def text(self) -> str:
        """Write down where to go on."""
        return f"{self.window.page}/{self.window.limit}/{self.last}"


def mark_of(text: str | None) -> Mark:
    """Read where to go on; None, and what is no mark, is the beginning."""
    match = _TEXT.fullmatch(text or "")
    if match is None:
        return Mark()
    page, limit, last = map(int, match.groups())
    return Mark(Window(page, limit), last)


class EndlessError(ValueError):
    """The listing does not go by id, or moves faster than it can be read."""


def behind(end: int, most: int) -> tuple[Window, bool]:
    """Give the window that reaches farthest behind an index, and whether it begins right there.

    It holds the entry before. Only where every size of a page divides the index, no page does: at
    pages of up to five entries every sixty, of up to fifty never. There, what vanishes between two
    answers can hide another repository until the next sweep.
    """
    window = overlapping(end - 1, most)
    return (window, False) if window.end > end else (Window(end // most + 1, most), True)


def overlapping(index: int, most: int) -> Window:
    """Give the window that holds the entry at an index and reaches farthest beyond it.

    Its size may be anything up to ``most``, because pages are counted in their own size: of the
    first 100 entries, index 49 begins the second page of 49.
    """
    windows = (Window(index // size + 1, size) for size in range(1, most + 1))
    return max(windows, key=lambda window: (window.end, window.limit))


def connects(mark: Mark, ids: Sequence[int]) -> bool:
    """Say whether a page follows what was read without a gap."""
    return mark.blind or mark.window.page == 1 or bool(ids and ids[0] <= mark.last)


def following(mark: Mark, ids: Sequence[int], *, more: bool, most: int) -> Mark | None:
    """Say where to go on after the page at a mark; None: it was the last.

    Args:
        mark: of the page.
        ids: what it holds.
        more: whether the forge says that pages follow it.
        most: entries that the forge gives in a page.

    Raises:
        EndlessError: the ids are not in their order, or nothing new comes any more.
    """
    if list(ids) != sorted(set(ids)):
        raise EndlessError("its entries are not in the order of their ids")
    connected = connects(mark, ids)
    fresh = bool(ids) and ids[-1] > mark.last and connected
    idle = 0 if fresh else mark.idle + 1
    if connected and not more:
        return None
    if idle > _PATIENCE:
        raise EndlessError(f"{idle} pages in a row brought nothing new")
    if not connected:
        page = max(1, mark.window.page - 2**mark.back)
        return Mark(Window(page, mark.window.limit), mark.last, back=mark.back + 1, idle=idle)
    end = Window(mark.window.page, min(mark.window.limit, most)).end
    window, blind = behind(end, most)
    return Mark(window, max([mark.last, *ids]), blind=blind, idle=idle)


def pages(entries: int, most: int = MOST) -> int:
    """Count the pages of a listing that nobody disturbs; an empty one takes a request too."""
    count, end = 1, most
    while end < entries:
        end = behind(end, most)[0].end
        count += 1
    return count
