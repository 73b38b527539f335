# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The operator's block list: what is never listed, and why. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from harvester.urls import is_below, url_key


@dataclass(frozen=True, slots=True)
class Block:
    """One row of the list."""

    url: str
    """A canonical address, which stands for all that lies below it too, or a pattern with ``*``."""
    reason: str
    """What publishers are told."""

    def names(self, url: str) -> bool:
        """Say whether a canonical address is meant, whatever scheme and case."""
        if "*" not in self.url:
            return is_below(url, self.url)
        return _pattern(self.url).match(url_key(url)) is not None


@dataclass(frozen=True, slots=True)
class Blocks:
    """The whole list; the first row that names an address counts."""

    rows: tuple[Block, ...] = ()

    def find(self, urls: Iterable[str]) -> Block | None:
        """Give the row that names one of the addresses of a thing, if any."""
        return next((row for url in urls for row in self.rows if row.names(url)), None)


NO_BLOCKS = Blocks()


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(translate(url_key(glob)))
