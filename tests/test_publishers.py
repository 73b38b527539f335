# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from collections import Counter
from pathlib import Path

import pytest

from harvester.model import Level, Publisher
from harvester.packaged import config_folder
from harvester.ports.listing import Scope, ScopeKind
from harvester.publishers import PublisherDirectory, PublishersError, builtin_file

ROW = """\
[[publisher]]
name = "City"
url = "https://git.example.org/City"
level = "municipal"
kind = "public-body"
confidence = "high"
"""


def read(folder: Path, text: str) -> PublisherDirectory:
    path = folder / "list.toml"
    path.write_text(text, encoding="utf-8")
    return PublisherDirectory.read(path)


def row(url: str, name: str = "Other") -> str:
    return ROW.replace("https://git.example.org/City", url).replace('"City"', f'"{name}"')


def test_the_packaged_list() -> None:
    directory = PublisherDirectory.read(builtin_file("builtin:de"))
    assert Counter(row.kind for row in directory.rows) == {"public-body": 108, "project": 37}
    assert directory.of("https://github.com/stadtulm/x") == Publisher(
        name="Stadt Ulm", uri=None, level=Level.MUNICIPAL
    )
    assert directory.of("https://github.com/bundestag/gesetze") is None
    assert directory.of("https://gitlab.opencode.de") is None
    assert builtin_file("mine.toml") == Path("mine.toml")


def test_every_packaged_list_is_readable() -> None:
    for path in (config_folder() / "publishers").glob("*.toml"):
        assert PublisherDirectory.read(path).rows


def test_the_longest_address_decides_whatever_the_case(tmp_path: Path) -> None:
    directory = read(tmp_path, ROW + row("https://git.example.org/city/sub", "Sub"))
    names = {
        url: found.name if (found := directory.of(f"https://git.example.org{url}")) else None
        for url in ("/city", "/CITY/x", "/city/sub/x", "/city/subway", "/cityx", "")
    }
    assert names == {
        "/city": "City",
        "/CITY/x": "City",
        "/city/sub/x": "Sub",
        "/city/subway": "City",
        "/cityx": None,
        "": None,
    }


def test_what_of_a_forge_a_list_means(tmp_path: Path) -> None:
    forge = "https://git.example.org"
    owners = ROW + row("https://elsewhere.example/x")
    assert read(tmp_path, owners).scope(forge) == Scope(ScopeKind.OWNERS, ("City",))
    assert read(tmp_path, ROW + row(f"{forge}/a/b")).scope(forge) == Scope(
        ScopeKind.ADDRESSES, ("City", "a/b")
    )
    assert read(tmp_path, ROW + row(forge)).scope(forge) == Scope(ScopeKind.INSTANCE)
    assert read(tmp_path, ROW).scope("https://git.example.com") is None
    below = row("https://example.org/gitlab/city")
    assert read(tmp_path, below).scope("https://example.org/gitlab") == Scope(
        ScopeKind.OWNERS, ("city",)
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("level =", "levl =", '4: publisher[0].levl: unknown key; did you mean "level"?'),
        ('level = "municipal"\n', "", "1: publisher[0].level: is missing; add it"),
        ('"municipal"', '"local"', '4: publisher[0].level: expects "federal", "state"'),
        ('"high"', '"low"', '6: publisher[0].confidence: expects "high" or "medium"'),
        ("https://", "", "3: publisher[0].url: 'git.example.org/City' is not an http"),
        ('"City"', "3", "2: publisher[0].name: expects a valid string"),
        ("[[publisher]]", "[[publishers]]", '1: publishers: unknown key; did you mean "publisher"'),
        ("[[publisher]]", "[[publisher]", "1: not TOML"),
    ],
)
def test_refusals_name_file_line_and_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(PublishersError) as caught:
        read(tmp_path, ROW.replace(old, new))
    assert f"{tmp_path}/list.toml:{said}" in str(caught.value)


def test_one_address_twice(tmp_path: Path) -> None:
    text = ROW + '[[left_out]]\nurl = "https://git.example.org/city/"\nreason = "no"\n'
    with pytest.raises(PublishersError) as caught:
        read(tmp_path, text)
    assert str(caught.value) == (
        f"{tmp_path}/list.toml:8: left_out[0].url: https://git.example.org/city stands in line 3 "
        "already; remove one of them"
    )


def test_no_such_packaged_list() -> None:
    with pytest.raises(PublishersError, match=r"no packaged list 'builtin:xx'; "):
        builtin_file("builtin:xx")
