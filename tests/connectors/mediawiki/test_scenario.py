# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The stand-in goes through what the real MediaWiki goes through in ``make test-integration``."""

from tests.connectors.mediawiki.scenario import play
from tests.forges.mediawiki import MediaWikiForge, WikiPage


class StandIn:
    """Writes the stand-in."""

    def __init__(self, forge: MediaWikiForge) -> None:
        self.url = forge.url
        self._wiki = forge.wiki
        self._deleted: dict[str, WikiPage] = {}

    def edit(self, title: str, text: str) -> None:
        self._wiki.edit(title, text)

    def move(self, old: str, new: str) -> None:
        self._wiki.move(old, new)

    def delete(self, title: str) -> None:
        self._deleted[title] = self._wiki.delete(title)

    def restore(self, title: str) -> None:
        self._wiki.restore(self._deleted[title])


def test_ten_pages_and_what_becomes_of_them() -> None:
    with MediaWikiForge() as forge:
        play(StandIn(forge), forge.clock.now())
