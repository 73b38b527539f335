# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from connectors.opencode import OpenCodeConnector
from harvester.packaged import config_folder
from harvester.ports.listing import Scope, ScopeKind
from harvester.rates import Rate
from harvester.settings import SettingsError, UnknownSourceError, find_file, load
from harvester.settings.values import format_duration, parse_duration
from tests.settings.test_refusals import OPTIONS, SOURCE, read

PACKAGED: dict[str, type[BaseModel]] = {**OPTIONS, "opencode": OpenCodeConnector.Options}


@given(st.integers(1, 99_999), st.sampled_from("smhdw"))
def test_durations_are_written_as_they_are_read(number: int, unit: str) -> None:
    value = parse_duration(f"{number}{unit}")
    assert parse_duration(format_duration(value)) == value


def test_rates_and_who_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[api]\nrate_limit = '600/5m'\ntrusted_proxies = ['10.0.0.0/8', '2001:DB8::1']\n"
    api = read(tmp_path / "harvester.toml", text + SOURCE).settings.api
    assert api.rate_limit == Rate(requests=600, period=timedelta(minutes=5))
    assert api.trusted_proxies == ("10.0.0.0/8", "2001:db8::1/128")
    monkeypatch.setenv("HARVESTER_API__RATE_LIMIT", "off")
    off = {"HARVESTER_API__RATE_LIMIT": "off"}
    assert read(tmp_path / "harvester.toml", text + SOURCE, off).settings.api.rate_limit == "off"


def test_the_packaged_default_is_ready_to_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = load(None, {}, PACKAGED)
    assert made.packaged
    assert made.path == config_folder() / "harvester.toml"
    opencode, github = made.sources([])
    assert (opencode.name, github.name) == ("opencode", "github-de")
    assert made.scope(opencode) == Scope(ScopeKind.INSTANCE)
    assert made.publishers(opencode).of("https://gitlab.opencode.de/bmi/opendesk/x") is not None
    scope = made.scope(github)
    assert scope.kind is ScopeKind.OWNERS
    assert "it-at-m" in scope.paths
    assert len(scope.paths) > 40
    assert made.database_url() == f"sqlite:///{tmp_path}/harvester.db"
    assert made.tokens(github).missing == ("GITHUB_TOKEN",)


def test_all_keys_of_the_default_that_are_commented_out_are_the_defaults(tmp_path: Path) -> None:
    text = (config_folder() / "harvester.toml").read_text(encoding="utf-8")
    head, _, _ = text.partition("# --- what to harvest")
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith("# ") and " = " in line else line
        for line in head.splitlines()
    )
    plain = load(None, {}, PACKAGED).settings
    made = read(tmp_path / "h.toml", uncommented).settings
    assert made.keep == plain.keep
    changed = {"contact": None, "ca_file": None}
    assert made.http.model_copy(update=changed) == plain.http


def test_which_file_is_meant(tmp_path: Path) -> None:
    named, env = Path("a.toml"), {"HARVESTER_CONFIG": "b.toml"}
    assert find_file(named, env, tmp_path) == named
    assert find_file(None, env, tmp_path) == Path("b.toml")
    assert find_file(None, {}, tmp_path) is None
    (tmp_path / "harvester.toml").touch()
    assert find_file(None, {}, tmp_path) == tmp_path / "harvester.toml"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "x.toml", {}, OPTIONS)
    assert str(caught.value) == (
        f"{tmp_path}/x.toml: there is no such file; name another with --config or HARVESTER_CONFIG"
    )


def test_paths_count_from_the_file_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    text = (
        'database_url = "sqlite:///data/h.db?timeout=3"\n[http]\nca_file = "ca.pem"\n'
        + SOURCE.replace('owners = ["city"]', 'publishers = "mine.toml"')
        + 'token_file = "/abs/token"'
    )
    made = read(folder / "h.toml", text)
    assert made.database_url() == f"sqlite:///{folder}/data/h.db?timeout=3"
    assert made.settings.http.ca_file == f"{folder}/ca.pem"
    assert made.settings.sources[0].publishers == f"{folder}/mine.toml"
    assert made.settings.sources[0].token_file == "/abs/token"
    assert read(folder / "h.toml", "").database_url() == f"sqlite:///{folder}/harvester.db"


def test_the_path_of_a_variable_counts_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARVESTER_DATABASE_URL", "sqlite:///x.db")
    made = read(tmp_path / "h.toml", "", {"HARVESTER_DATABASE_URL": "sqlite:///x.db"})
    assert made.database_url() == f"sqlite:///{tmp_path}/x.db"


def test_sources_by_name(tmp_path: Path) -> None:
    made = read(tmp_path / "h.toml", SOURCE + SOURCE.replace("one", "two"))
    assert [source.name for source in made.sources(["two", "one", "two"])] == ["one", "two"]
    with pytest.raises(UnknownSourceError, match=r'there is no source "tow"; did you mean "two"\?'):
        made.sources(["tow"])


@pytest.mark.parametrize(
    ("line", "scope"),
    [
        ('scope = "instance"', Scope(ScopeKind.INSTANCE)),
        ('owners = ["/a/b/"]', Scope(ScopeKind.OWNERS, ("a/b",))),
        ('repositories = ["a/b"]', Scope(ScopeKind.REPOSITORIES, ("a/b",))),
    ],
)
def test_scopes(tmp_path: Path, line: str, scope: Scope) -> None:
    made = read(tmp_path / "h.toml", SOURCE.replace('owners = ["city"]', line))
    assert made.scope(made.settings.sources[0]) == scope


def test_a_list_without_a_row_on_the_host(tmp_path: Path) -> None:
    text = SOURCE.replace('owners = ["city"]', 'publishers = "builtin:de"')
    made = read(tmp_path / "h.toml", text)
    with pytest.raises(SettingsError) as caught:
        made.scope(made.settings.sources[0])
    assert str(caught.value) == (
        f'{tmp_path}/h.toml:5: sources[0].publishers (source "one"): the list builtin:de has no '
        "publisher on https://git.example.org; add one, or take another list"
    )


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    text = SOURCE.replace('owners = ["city"]', 'publishers = "builtin:dee"')
    made = read(tmp_path / "h.toml", text)
    with pytest.raises(SettingsError, match=r'5: sources\[0\].*did you mean "builtin:de"\?'):
        made.scope(made.settings.sources[0])


def test_durations_of_sources(tmp_path: Path) -> None:
    made = read(tmp_path / "h.toml", SOURCE + 'every = "90s"\nsweep_every = "2w"')
    source = made.settings.sources[0]
    assert (source.every, source.sweep_every) == (timedelta(seconds=90), timedelta(days=14))


LIST = """
[[publisher]]
name = "{name}"
url = "{url}"
level = "municipal"
kind = "public-body"
confidence = "high"
"""


def test_the_lists_of_all_sources_are_one_directory(tmp_path: Path) -> None:
    for file, name in (("first.toml", "Stadt A"), ("second.toml", "Stadt B")):
        rows = LIST.format(name=name, url="https://git.example.org/city") + LIST.format(
            name=f"Amt in {name}", url=f"https://git.example.org/{name[-1]}/office"
        )
        (tmp_path / file).write_text(rows, encoding="utf-8")
    instance = SOURCE.replace('owners = ["city"]', 'scope = "instance"')
    text = "".join(
        instance.replace("one", name) + f'publishers = "{file}.toml"\n'
        for name, file in (("one", "first"), ("two", "second"), ("three", "first"))
    ) + instance.replace("one", "four")
    directory = read(tmp_path / "h.toml", text).directory
    assert len(directory.rows) == 3
    for path, name in (("city/x", "Stadt A"), ("B/office/x", "Amt in Stadt B")):
        found = directory.of(f"https://git.example.org/{path}")
        assert found is not None
        assert found.name == name


def test_no_list_is_an_empty_directory(tmp_path: Path) -> None:
    assert read(tmp_path / "h.toml", SOURCE).directory.rows == ()


def test_what_is_blocked_is_an_address_or_a_pattern(tmp_path: Path) -> None:
    file = tmp_path / "h.toml"
    addresses = (
        "https://GitHub.com/a/b.git",
        "https://github.com/a/",
        "https://g.de",
        "http://*/x",
    )
    file.write_text(
        "\n".join(f'[[blocks]]\nurl = "{address}"\nreason = "Spam"' for address in addresses)
    )
    found = [row.url for row in load(file, {}, {}).settings.blocks]
    assert found == ["https://github.com/a/b", "https://github.com/a", "https://g.de", "http://*/x"]


def test_topics_to_opt_out_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "h.toml"
    file.write_text("")
    assert load(file, {}, {}).settings.opt_out.topics == ("publiccode-ignore",)
    monkeypatch.setenv("HARVESTER_OPT_OUT__TOPICS", '["a", "b"]')
    environ = {"HARVESTER_OPT_OUT__TOPICS": os.environ["HARVESTER_OPT_OUT__TOPICS"]}
    assert load(file, environ, {}).settings.opt_out.topics == ("a", "b")
