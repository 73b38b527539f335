# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json

import pytest

from tests.cli.conftest import SETTINGS, Shell

FORGE = "https://forge.example"


@pytest.fixture
def crawled(shell: Shell) -> Shell:
    shell.world(
        {"id": 1, "path": "city/one"},
        {"id": 2, "path": "city/two", "file": "broken"},
        {"id": 3, "path": "city/three", "file": None},
        {"id": 4, "path": "city/private-four"},
        {"id": 5, "path": "fork/one", "file": GOOD_ELSEWHERE},
    )
    assert shell("crawl").code == 0
    return shell


GOOD_ELSEWHERE = f"publiccodeYmlVersion: '0'\nname: X\nurl: {FORGE}/city/one\n"


def test_at_a_glance(crawled: Shell) -> None:
    seen = crawled("status", "--json").json
    assert seen["catalogue"] == str(crawled.folder / "harvester.db")
    assert seen["entries"]["listed"] == 1
    assert seen["entries"]["invalid"] == 1
    (source,) = seen["sources"]
    assert source["files"]["other_place"] == 1
    out = crawled("status").out
    assert "Entries: 1 listed, 1 invalid, 0 gone, 0 withdrawn, 0 blocked" in out
    assert "forge: 4 repositories, " in out


def test_every_file_has_one_outcome_and_the_sums_agree(crawled: Shell) -> None:
    seen = crawled("status", "--files", "--json").json
    assert seen["summary"] == {
        "files": 3,
        "listed": 1,
        "invalid": 1,
        "other_place": 1,
        "superseded": 0,
    }
    assert {file["repository"]: file["outcome"] for file in seen["files"]} == {
        f"{FORGE}/city/one": "listed",
        f"{FORGE}/city/two": "invalid",
        f"{FORGE}/fork/one": "other-place",
    }
    out = crawled("status", "--files", "--lang", "de").out
    assert f"{FORGE}/city/two publiccode.yml: fehlerhaft: die Datei hat Fehler" in out
    sums = "Dateien: 3; 1 gelistet, 1 fehlerhaft, 1 beschreibt einen anderen Ort, 0 überholt"
    assert out.splitlines()[-1] == sums
    assert crawled("status", "--files", FORGE).code == 2


def test_words_for_a_finding_on_the_whole_file(shell: Shell) -> None:
    shell.world({"id": 1, "path": "city/one", "file": "\0"})
    shell("crawl")
    out = shell("status", f"{FORGE}/city/one").out
    german = shell("status", f"{FORGE}/city/one", "--lang", "de").out
    assert ("line 0" in out, "Zeile 0" in german) == (False, False)
    assert german.count("added") == 0
    assert "  letzter Lauf: forge, " in german
    assert ": neu\n" in german


def test_a_listed_repository(crawled: Shell) -> None:
    out = crawled("status", f"{FORGE}/city/one/-/blob/main/publiccode.yml").out
    assert out.startswith(f"Werkzeug ({FORGE}/city/one): listed, the newest file is good; known ")
    assert f"publiccode.yml in {FORGE}/city/one: listed: the file is good" in out
    assert f"publiccode.yml in {FORGE}/fork/one: describes another place" in out
    assert "  last crawl: forge, " in out
    assert "  next crawl: " in out


def test_an_invalid_one_says_why(crawled: Shell) -> None:
    out = crawled("status", f"{FORGE}/CITY/two").out
    assert "known, but not listed, there was no good file yet" in out
    assert "invalid: the file has errors; the findings say what to mend (" in out
    assert "    line 1: description: `description` is missing." in out
    german = crawled("status", f"{FORGE}/city/two", "--lang", "de").out
    assert "    Zeile 1: description: `description` fehlt." in german
    seen = crawled("status", f"{FORGE}/city/two", "--json").json
    assert (seen["found"], seen["why_not"], seen["source"]) == (True, None, "forge")
    assert seen["software"][0]["state_reason"] == "never-valid"
    assert seen["files"][0]["findings"] > 0
    assert seen["software"][0]["findings"][0]["message"]
    assert seen["repositories"][0]["crawls"][0]["status"] == "added"


def test_a_repository_without_a_file(crawled: Shell) -> None:
    out = crawled("status", f"{FORGE}/city/three").out
    assert f"The repository {FORGE}/city/three is known, but has no publiccode.yml" in out
    out = crawled("status", f"{FORGE}/city/three", "--lang", "de").out
    assert "ist bekannt, hat aber keine publiccode.yml" in out


def test_an_old_address(crawled: Shell) -> None:
    crawled.world({"id": 1, "path": "town/one"}, {"id": 2, "path": "city/two", "file": "broken"})
    crawled("crawl", "--full")
    out = crawled("status", f"{FORGE}/city/one").out
    assert f"{FORGE}/city/one is an old address; the repository is now {FORGE}/town/one." in out


def test_one_that_a_sweep_missed(crawled: Shell) -> None:
    rows = [{"id": number, "path": f"city/p{number}"} for number in range(10, 30)]
    crawled.world({"id": 1, "path": "city/one"}, {"id": 2, "path": "city/two"}, *rows)
    crawled("crawl", "--full")
    out = crawled("status", f"{FORGE}/city/three").out
    assert "has not been seen since" in out


@pytest.mark.parametrize(
    ("url", "why_not", "said"),
    [
        ("https://other.example/a/b", "no-source", "no configured source reads that forge"),
        (f"{FORGE}/city/private-x", "not-covered", "its scope and patterns leave this address"),
        (f"{FORGE}/city/nine", "not-seen", "the forge showed no public repository there"),
    ],
)
def test_why_something_is_missing(crawled: Shell, url: str, why_not: str, said: str) -> None:
    ran = crawled("status", url)
    assert ran.code == 0
    assert said in ran.out
    assert crawled("status", url, "--lang", "de").out.startswith(f"{url} steht nicht im Katalog: ")
    seen = crawled("status", url, "--json").json
    assert (seen["found"], seen["why_not"]) == (False, why_not)


def test_a_source_that_was_never_read(crawled: Shell) -> None:
    more = SETTINGS.partition("\n\n")[2].replace('"forge"', '"new"').replace(FORGE, "https://n.ew")
    crawled.settings(SETTINGS + more)
    out = crawled("status", "https://n.ew/a/b").out
    assert (
        "the source new covers it, but was never read to its end. Run: harvester crawl new" in out
    )


def test_without_a_schedule(crawled: Shell) -> None:
    crawled.settings(SETTINGS.replace('every = "6h"\n', ""))
    out = crawled("status", f"{FORGE}/city/one").out
    assert f"next crawl: by hand only (harvester crawl {FORGE}/city/one)" in out


def test_what_is_no_address(crawled: Shell) -> None:
    ran = crawled("status", "city/one")
    assert (ran.code, "is not an http or https address" in ran.err) == (2, True)


def test_no_catalogue_yet(shell: Shell) -> None:
    assert shell("status").code == 3


def test_german_is_told_as_json_too(crawled: Shell) -> None:
    assert json.loads(crawled("status", "--files", "--json", "--lang", "de").out)["files"]
