# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How many items a page may have: halved when it was too much, grown back slowly. Pure."""

from dataclasses import dataclass

LARGEST = 100
"""Both forges give at most 100 items a page."""
_PATIENCE = 8
"""Full pages that must succeed before a larger one is tried again; doubled at each failure."""
_MOST_PATIENCE = 256


@dataclass(slots=True)
class PageSize:
    """The page size of one document at one endpoint."""

    size: int = LARGEST
    patience: int = _PATIENCE
    successes: int = 0
    before: tuple[int, int] | None = None
    """Size and patience before they were changed by failures that may all be one bad item's."""

    def too_much(self, tried: int) -> bool:
        """Take note that a page of this size failed.

        Returns:
            Whether a smaller one can be tried.
        """
        if tried <= 1:
            self._blame_the_item()
            return False
        self.before = self.before or (self.size, self.patience)
        self.size = max(1, min(self.size, tried // 2))
        self.patience = min(self.patience * 2, _MOST_PATIENCE)
        self.successes = 0
        return True

    def fitted(self, tried: int) -> None:
        """Take note that a page of this size succeeded."""
        if tried < self.size or self.size >= LARGEST:
            return
        self.successes += 1
        if self.successes >= self.patience:
            self.size = min(LARGEST, self.size * 2)
            self.successes = 0
            self.before = None

    def _blame_the_item(self) -> None:
        """A single item that fails was what made the larger pages fail: go back to their size."""
        self.successes = 0
        if self.before is not None:
            self.size, self.patience = self.before
            self.before = None
