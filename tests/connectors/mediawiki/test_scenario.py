# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The stand-in goes through what the real MediaWiki goes through in ``make test-integration``."""

import json
from pathlib import Path

from tests.connectors.mediawiki.scenario import play
from tests.forges.mediawiki import MediaWikiForge, WikiPage
from tests.staging import Stage


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


def test_a_wiki_is_a_source_like_any_other(tmp_path: Path) -> None:
    with MediaWikiForge() as forge:
        wiki = StandIn(forge)
        wiki.edit("Parkplatz", "{{Projekt|Trägerin=Stadt Beispiel}} [[Kategorie:Programme]]")
        source = {
            "name": "wiki",
            "kind": "mediawiki",
            "url": forge.url,
            "scope": "instance",
            "category": "Kategorie:Programme",
            "namespaces": [0],
        }
        stage = Stage(tmp_path, [source])
        fields = '[sources.fields]\n"Trägerin" = "organisation.name"\n'
        text = stage.configuration.read_text(encoding="utf-8")
        stage.configuration.write_text(f"{text}\n{fields}", encoding="utf-8")
        done = stage.run("crawl", "--json")
        assert done.returncode == 0, done.stderr
        (summary,) = json.loads(done.stdout)["sources"]
        assert (summary["items"]["added"], summary["requests"]["rest"]) == (1, 1)
        assert summary["files"]["listed"] == 1

        entry = json.loads(stage.run("export", "jsonl").stdout)
        assert (entry["origin"], entry["repository"]) == ("hand", None)
        assert entry["publisher"]["name"] == "Stadt Beispiel"
        done = stage.run("status", entry["url"], "--lang", "de")
        assert "ist kein Repository, das der Katalog kennt" in done.stdout
        done = stage.run("check", entry["url"], "--config", "harvester.toml", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["files"][0]["profile"] == "hand"
        wiki.edit("Stadtplan", "{{Projekt|Name=Plan}} [[Kategorie:Programme]]")
        done = stage.run("crawl", f"{forge.url}/index.php/Stadtplan", "--json")
        assert json.loads(done.stdout)["sources"][0]["items"]["added"] == 1
