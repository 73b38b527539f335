# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who is not let into the catalogue, whatever their files say: opted out, out of scope, blocked.

Pure. None of it knows a grace time: it is somebody's will, not something that went missing.
"""

from collections import defaultdict
from collections.abc import Iterable

from harvester.crawl.blocks import Blocks
from harvester.crawl.reasons import StateReason
from harvester.model import State
from harvester.ports.rows import AliasRow, RepositoryRow

WITHHELD = frozenset({State.WITHDRAWN, State.BLOCKED})

_UNSPEAKABLE = frozenset({StateReason.PRIVATE, StateReason.RETRACTED})

Verdict = tuple[State, str]
"""A state and its reason."""


class Door:
    """Turns repositories and entries away.

    Args:
        aliases: addresses that the repositories had before. A block follows a repository that
            moves, and a name that it freed stays blocked.
        blocks: the operator's list.
    """

    def __init__(self, aliases: Iterable[AliasRow], blocks: Blocks) -> None:
        self._former: dict[str, list[str]] = defaultdict(list)
        if blocks.rows:
            for alias in aliases:
                self._former[alias.repository_id].append(alias.url)
        self._blocks = blocks

    def verdict(self, repository: RepositoryRow | None, url: str) -> Verdict | None:
        """Say how a repository, or an address that no known one has, is turned away, if it is."""
        addresses = [url]
        if repository is not None:
            addresses = [repository.facts.web_url, *self._former.get(repository.id, ())]
        if self._blocks.find(addresses) is not None:
            return State.BLOCKED, StateReason.BLOCKED
        if repository is None:
            return None
        if repository.opt_outs:
            return State.WITHDRAWN, repository.opt_outs[0]
        if repository.gone_reason == StateReason.OUT_OF_SCOPE:
            return State.WITHDRAWN, StateReason.OUT_OF_SCOPE
        return None

    def turns_away(self, repository: RepositoryRow) -> bool:
        """Say whether a repository's files speak for nothing."""
        return self.verdict(repository, repository.facts.web_url) is not None


def is_deactivated(repository: RepositoryRow) -> bool:
    """Say whether somebody who may write said of what this tells of that it is not active."""
    return StateReason.DEACTIVATED in repository.opt_outs


def shows_nothing(state: State, reason: str) -> bool:
    """Say whether an entry in a state is told as a bare tombstone: that it was, and no more.

    Who is private now, was deleted by who wrote it, or wishes not to be listed, is not to be read
    in exports.
    """
    return state in WITHHELD or (state is State.GONE and reason in _UNSPEAKABLE)
