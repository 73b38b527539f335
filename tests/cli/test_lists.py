# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lists and other catalogues as sources, from the shell: read, expanded, crawled, told."""

import contextlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvester.cli import main
from harvester.ports.directory import HostAnswer
from storage.catalogue import open_catalogue
from storage.lead_lists import StoredLeads
from tests.forges.catalogue import CatalogueForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample.text import Software, publiccode
from tests.forges.world import World
from tests.staging import Stage, gitlab_source

URL = "https://gitlab.opencode.de"


def file_for(address: str, name: str) -> str:
    told = Software(name=name, short="Verwaltet etwas", features=("Eins", "Zwei"))
    return publiccode(address, told, "Stadt", "post")


class Here(Stage):
    """Runs commands in this process, which takes a fraction of the time."""

    def run(
        self, *arguments: str, command: list[str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "oe")
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            for name in [name for name in os.environ if name.startswith("HARVESTER_")]:
                patch.delenv(name)
            patch.setattr(sys, "argv", ["harvester", *arguments])
            patch.chdir(self.folder)
            code = main()
        root.handlers[:] = handlers
        root.setLevel(level)
        for stream in (out, err):
            stream.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read(), err.read())


@dataclass
class Town:
    """A forge, a place for lists, and a catalogue of ours."""

    forge: GitLabForge
    place: CatalogueForge
    folder: Path

    def stage(self, *sources: dict[str, Any]) -> Stage:
        opencode = gitlab_source(self.forge, scope=None, owners=["land"])
        del opencode["scope"]
        return Here(self.folder, [*sources, opencode])

    def remember(self, stage: Stage, url: str, kind: str | None, reason: str | None) -> None:
        """Let an earlier run have found out what runs on a host."""
        answer = HostAnswer(url=url, kind=kind, reason=reason, asked_at=datetime.now(UTC))
        path = f"sqlite:///{stage.folder / 'harvester.db'}"
        with contextlib.closing(open_catalogue(path)) as catalogue:
            StoredLeads(catalogue.store).answer(answer)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    world = World()
    for group in ("land", "stadt", "bund"):
        world.group(group)
    for path in ("land/amt", "stadt/eins", "stadt/zwei", "bund/werkzeug", "bund/anderes"):
        world.create(path, {"publiccode.yml": file_for(f"{URL}/{path}", path)})
    with (
        GitLabForge(world, public_url=URL) as forge,
        CatalogueForge(World()) as place,
    ):
        yield Town(forge, place, tmp_path / "stage")


def urls(stage: Stage, state: str = "listed") -> list[str]:
    return sorted(
        entry["url"].removeprefix(f"{URL}/") for entry in stage.entries() if entry["state"] == state
    )


LIST = """\
name,url,level
Stadt Beispiel,https://gitlab.opencode.de/stadt,municipal
Bund,https://gitlab.opencode.de/bund/werkzeug,federal
Land,https://gitlab.opencode.de/land/amt,state
Nachbar,http://127.0.0.1/nachbar,municipal
Scherz,javascript:alert(1),municipal
"""


def test_a_list_is_expanded_and_crawled_by_the_forge_that_is_configured(town: Town) -> None:
    address = town.place.put("list.csv", LIST, "text/csv")
    stage = town.stage({"name": "towns", "kind": "list", "url": address})

    done = stage.crawl()

    assert list(done) == ["towns", "towns@gitlab.opencode.de", "opencode"]
    towns = done["towns"]
    assert (towns["complete"], towns["items"]["skipped"]) == (True, 2)
    assert towns["leads"] == {
        "named": 4,
        "sources": ["towns@gitlab.opencode.de"],
        "covered": {"opencode": 1},
        "left_out": {"not-an-address": 1, "private-address": 1},
    }
    assert urls(stage) == ["bund/werkzeug", "land/amt", "stadt/eins", "stadt/zwei"]
    named = {entry["url"]: entry["publisher"] for entry in stage.entries()}
    assert named[f"{URL}/stadt/eins"] == {
        "name": "Stadt Beispiel",
        "uri": None,
        "level": "municipal",
    }
    assert named[f"{URL}/land/amt"]["name"] == "Land", "also what a configured source reads"

    town.place.forget()
    changes = len(stage.entries())
    again = stage.crawl("towns")
    assert [exchange.status for exchange in town.place.log] == [304]
    assert again["towns"]["requests"] == {"graphql": 0, "rest": 1, "raw": 0}
    assert again["towns@gitlab.opencode.de"]["items"]["updated"] == 0
    assert len(stage.entries()) == changes


def test_what_is_known_of_a_list_is_told(town: Town) -> None:
    address = town.place.put("list.csv", LIST, "text/csv")
    stage = town.stage({"name": "towns", "kind": "list", "url": address, "every": "1d"})
    before = stage.json("plan")["sources"]
    assert [row["name"] for row in before] == ["towns", "opencode"]
    stage.crawl()

    town.forge.forget()
    town.place.forget()
    planned = {row["name"]: row for row in stage.json("plan")["sources"]}
    assert list(planned) == ["towns", "towns@gitlab.opencode.de", "opencode"]
    assert planned["towns"]["requests"]["rest"] == 1
    assert planned["towns@gitlab.opencode.de"]["known_repositories"] == 3
    assert (town.forge.requests(), town.place.requests()) == (0, 0), "a plan asks nobody"

    (row,) = [row for row in stage.json("sources")["sources"] if row["name"] == "towns"]
    assert row["leads"]["named"] == 4
    assert row["leads"]["left_out"] == {"not-an-address": 1}
    assert [(part["name"], part["listed"]) for part in row["parts"]] == [
        ("towns@gitlab.opencode.de", 3)
    ]
    text = stage.good("sources", "--check")
    assert "names         4 addresses; no leads: 1 not-an-address" in text
    assert "towns@gitlab.opencode.de: 3 repositories, 3 listed" in text
    assert "check         ok: a list (csv) of 4 addresses" in text

    status = stage.json("status", f"{URL}/stadt/eins")
    assert (status["found"], status["named_by"], status["source"]) == (True, ["towns"], "opencode")
    missing = stage.json("status", "http://127.0.0.1/nachbar/x")
    assert (missing["why_not"], missing["source"]) == ("host-unread", "towns")
    assert "genannt von: towns" in stage.good("status", f"{URL}/stadt/eins", "--lang", "de")
    glance = stage.good("crawl", "towns")
    assert "names         4 addresses; crawled on 1 forge" in glance
    assert "read anyway   1 by opencode" in glance
    assert "left out      1 no web address, 1 in private networks" in glance


def test_one_part_of_a_list_can_be_crawled(town: Town) -> None:
    address = town.place.put("list.csv", LIST, "text/csv")
    stage = town.stage({"name": "towns", "kind": "list", "url": address})
    assert list(stage.crawl("towns@gitlab.opencode.de")) == ["towns", "towns@gitlab.opencode.de"]
    assert list(stage.crawl("towns@nowhere.example")) == ["towns"]
    refused = stage.run("crawl", "opencode@x")
    assert (refused.returncode, "is no list" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    "trouble",
    ["gone", "html", "empty", "shrunk"],
)
def test_a_list_that_cannot_be_believed_changes_nothing(town: Town, trouble: str) -> None:
    rows = "".join(f"{URL}/stadt/n{number}\n" for number in range(20))
    address = town.place.put("list.csv", f"url\n{URL}/stadt\n{rows}", "text/csv")
    stage = town.stage({"name": "towns", "kind": "list", "url": address})
    assert stage.crawl("towns")["towns"]["complete"]
    before = urls(stage)
    assert before == ["stadt/eins", "stadt/zwei"]

    match trouble:
        case "gone":
            del town.place.documents["list.csv"]
        case "html":
            town.place.put("list.csv", "<!doctype html><a href='/'>sign in</a>", "text/html")
        case "empty":
            town.place.put("list.csv", "url\n", "text/csv")
        case "shrunk":
            town.place.put("list.csv", f"url\n{URL}/bund\n", "text/csv")
    done = stage.run("crawl", "towns", "--json")
    assert done.returncode == 1
    towns = stage.crawl("towns")
    assert towns["towns"]["complete"] is False
    assert "stands" in towns["towns"]["error"]
    assert towns["towns@gitlab.opencode.de"]["complete"] is True, "what it said before is crawled"
    assert urls(stage) == before


def test_a_list_in_a_file_beside_the_settings(town: Town) -> None:
    stage = town.stage({"name": "towns", "kind": "list", "url": "lists/towns.md"})
    (stage.folder / "lists").mkdir()
    file = stage.folder / "lists" / "towns.md"
    file.write_text(f"# Städte\n\n* [Stadt Beispiel]({URL}/stadt)\n", encoding="utf-8")
    done = stage.crawl("towns")
    assert done["towns"]["requests"]["rest"] == 0
    assert urls(stage) == ["stadt/eins", "stadt/zwei"]
    file.unlink()
    failed = stage.run("crawl", "towns")
    assert failed.returncode == 1
    assert "lists/towns.md: cannot be read: No such file" in failed.stdout


def test_our_own_list_is_a_source(town: Town) -> None:
    stage = town.stage({"name": "towns", "kind": "list", "url": "builtin:de"})
    row = stage.json("sources", "--check")["sources"][0]
    assert row["check"]["ok"]
    assert row["check"]["message"].startswith("a list (publishers) of 1")


def test_a_software_catalog_api_is_a_source_and_speaks_where_nobody_reads(town: Town) -> None:
    place = town.place
    place.add("a1", f"{URL}/bund/werkzeug.git", "name: outdated")
    strange = "https://git.strange.example/amt/akte"
    place.add("a2", strange, file_for(strange, "Akte"))
    place.add("a3", f"{URL}/bund/anderes", active=False)
    stage = town.stage({"name": "italy", "kind": "catalogue", "url": f"{place.url}/v1"})
    town.remember(stage, "https://git.strange.example", None, "unsupported-host")

    done = stage.crawl("italy")

    own = f"italy@127.0.0.1:{place.port}/v1"
    assert list(done) == ["italy", own, "italy@gitlab.opencode.de"] or list(done) == [
        "italy",
        "italy@gitlab.opencode.de",
        own,
    ]
    assert all(summary["complete"] for summary in done.values())
    entries = {entry["url"]: entry for entry in stage.entries()}
    assert entries.keys() == {f"{URL}/bund/werkzeug", strange}
    told = entries[strange]
    assert (told["state"], told["origin"], told["repository"]) == ("listed", "catalogue", None)
    assert told["name"] == "Akte"
    assert told["provenances"][0]["web_url"] == f"{place.url}/v1/software/a2"
    assert entries[f"{URL}/bund/werkzeug"]["origin"] == "crawl"
    assert entries[f"{URL}/bund/werkzeug"]["name"] == "bund/werkzeug", "its own file speaks"


def test_of_two_catalogues_the_one_with_the_greater_priority_speaks(town: Town) -> None:
    place = town.place
    strange = "https://git.strange.example/amt/akte"
    place.add("b1", strange, file_for(strange, "So"), catalogId="one")
    place.add("b2", strange, file_for(strange, "Anders"), catalogId="two")
    common = {"kind": "catalogue", "url": f"{place.url}/v1"}
    second = {"kind": "catalogue", "url": f"{place.url}/v1/", "api_url": f"{place.url}/v1"}
    second["url"] = "https://other.example/v1"
    stage = town.stage(
        {"name": "one", **common, "catalog": "one"},
        {"name": "two", **second, "catalog": "two", "priority": 5},
    )
    town.remember(stage, "https://git.strange.example", None, "unsupported-host")
    assert all(summary["complete"] for summary in stage.crawl("one", "two").values())
    (entry,) = stage.entries()
    assert entry["name"] == "Anders"
    assert len(entry["provenances"]) == 2


def test_another_harvester_is_a_source(town: Town, tmp_path: Path) -> None:
    theirs = Here(tmp_path / "theirs", [gitlab_source(town.forge, name="theirs")])
    theirs.crawl()
    for kind, path, options in (
        ("json", "export.json", {"kind": "catalogue", "json_path": "$[*].url"}),
        ("jsonl", "export.jsonl", {"kind": "catalogue", "json_path": "$[*].url"}),
        ("csv", "export.csv", {"kind": "list"}),
    ):
        address = town.place.put(path, theirs.good("export", kind), "text/plain")
        town.folder = tmp_path / kind
        stage = town.stage({"name": "peer", "url": address, **options})
        done = stage.crawl("peer")
        assert done["peer"]["leads"]["named"] == 5, kind
        assert urls(stage) == [
            "bund/anderes", "bund/werkzeug", "stadt/eins", "stadt/zwei"
        ], "land is read by a source of its own"  # fmt: skip


def test_a_crawl_of_a_list_is_replayed_without_a_network(town: Town, tmp_path: Path) -> None:
    address = town.place.put("list.csv", LIST, "text/csv")
    source = {"name": "towns", "kind": "list", "url": address}
    stage = town.stage(source)
    archive = str(tmp_path / "archive")
    assert stage.run("crawl", "towns", "--archive", archive).returncode == 0
    told = stage.good("export", "jsonl")
    town.folder = tmp_path / "again"
    again = town.stage(source)
    town.forge.stop()
    town.place.stop()
    done = again.run("crawl", "--replay", archive)
    town.forge.start()
    town.place.start()
    assert done.returncode == 0, done.stderr + done.stdout
    assert again.good("export", "jsonl") == told


def test_settings_of_lists_are_checked(town: Town) -> None:
    for source, said in (
        ({"kind": "list", "url": "x.csv", "scope": "instance"}, "says itself what is harvested"),
        ({"kind": "list", "url": "builtin:xx"}, "no packaged list"),
        ({"kind": "list", "url": "x.csv", "json_path": "$"}, "is a key of kind catalogue"),
        ({"kind": "catalogue", "url": "https://x.example", "json_path": "$["}, "no JSONPath"),
        ({"kind": "list", "url": "x.csv", "max_shrink": 2.0}, "max_shrink"),
        ({"kind": "gitlab", "url": "file:///x", "scope": "instance"}, "a forge has a web address"),
    ):
        refused = town.stage({"name": "s", **source}).run("sources")
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
