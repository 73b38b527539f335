# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.urls import (
    BadUrlError,
    canonical_url,
    host_of,
    is_below,
    path_below,
    path_of,
    repository_url,
    url_key,
    with_host,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://gitlab.opencode.de/bmi/opendesk.git", "https://gitlab.opencode.de/bmi/opendesk"),
        ("https://GitLab.OpenCoDE.de/bmi/openDesk/", "https://gitlab.opencode.de/bmi/openDesk"),
        ("https://www.github.com/x/y", "https://github.com/x/y"),
        ("https://github.com/x/y/releases", "https://github.com/x/y"),
        ("https://github.com/x/y/tree/main/docs", "https://github.com/x/y"),
        ("https://github.com/x/y?utf8=%E2%9C%93&query=", "https://github.com/x/y"),
        ("https://github.com/x/y#readme", "https://github.com/x/y"),
        ("https://github.com/x/releases", "https://github.com/x/releases"),
        ('https://gitlab.opencode.de/a/schutz"', "https://gitlab.opencode.de/a/schutz"),
        ("https://gitlab.opencode.de/a/schutz%22", "https://gitlab.opencode.de/a/schutz"),
        ("  <https://gitlab.opencode.de/a/b>\n", "https://gitlab.opencode.de/a/b"),
        ("https://gitlab.opencode.de/a/b/-/tree/main", "https://gitlab.opencode.de/a/b"),
        ("https://gitlab.opencode.de/a/b/-/", "https://gitlab.opencode.de/a/b"),
        (
            "https://gitlab.opencode.de/-/ide/project/a/b/c/edit/main/-/publiccode.yml",
            "https://gitlab.opencode.de/a/b/c",
        ),
        ("https://gitlab.opencode.de/-/ide/project/a/b", "https://gitlab.opencode.de/a/b"),
        ("https://gitlab.opencode.de/a/b/c/d/e/f", "https://gitlab.opencode.de/a/b/c/d/e/f"),
        ("https://gitlab.opencode.de//a///b", "https://gitlab.opencode.de/a/b"),
        ("http://git.stadt.example:80/a/b", "http://git.stadt.example/a/b"),
        ("https://git.stadt.example:8443/a/b", "https://git.stadt.example:8443/a/b"),
        ("https://user:secret@git.stadt.example/a/b", "https://git.stadt.example/a/b"),
        ("https://git.stadt.example./a/b", "https://git.stadt.example/a/b"),
        (
            "https://git.stadt.example/a/Bürger büro",
            "https://git.stadt.example/a/B%C3%BCrger%20b%C3%BCro",
        ),
        (
            "https://gitlab.opencode.de/fitko/pvog/produkt/backoffice/-/blob/main/publiccode.yml",
            "https://gitlab.opencode.de/fitko/pvog/produkt/backoffice",
        ),
        ("https://gitlab.opencode.de/f13", "https://gitlab.opencode.de/f13"),
        ("https://gitlab.opencode.de/.../nrw.desk/", "https://gitlab.opencode.de/.../nrw.desk"),
        ("https://github.com/x/y.git/", "https://github.com/x/y"),
        ("HTTP://WWW.GITHUB.COM/X/Y", "http://github.com/X/Y"),
        ("https://[2001:db8::1]:3000/a/b", "https://[2001:db8::1]:3000/a/b"),
    ],
)
def test_a_repository_has_one_address(written: str, meant: str) -> None:
    assert repository_url(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "github.com/x/y",
        "git@github.com:x/y.git",
        "ssh://git@github.com/x/y",
        "javascript:alert(1)",
        "https://",
        "https:///x/y",
        "https://host:99999/x",
        "https://[::1/x",
        "https://github.com",
        "https://github.com/",
    ],
)
def test_what_is_no_repository_address_is_refused(written: str) -> None:
    with pytest.raises(BadUrlError):
        repository_url(written)


def test_an_old_host_name_is_replaced() -> None:
    aliases = {"gitlab.o4oe.de": "gitlab.opencode.de"}
    assert with_host("https://gitlab.o4oe.de/a/b", aliases) == "https://gitlab.opencode.de/a/b"
    assert with_host("https://other.example/a/b", aliases) == "https://other.example/a/b"
    assert with_host("https://gitlab.o4oe.de", aliases) == "https://gitlab.opencode.de"


def test_the_path_below_a_forge_keeps_its_spelling() -> None:
    assert path_below("https://git.example/Amt/Werk", "https://git.example") == "Amt/Werk"
    assert path_below("http://git.example/Amt/Werk", "https://git.example/amt") == "Werk"
    assert path_below("https://git.example/code/a/b", "https://git.example/code/") == "a/b"
    assert path_below("https://git.example", "https://git.example") is None
    assert path_below("https://git.example.org/a/b", "https://git.example") is None


def test_addresses_are_compared_without_scheme_and_case() -> None:
    assert url_key("https://github.com/It-At-M/X") == url_key("http://github.com/it-at-m/x")
    assert is_below("https://github.com/A/b", "https://github.com/a")
    assert is_below("https://github.com/a", "https://github.com/A")
    assert not is_below("https://github.com/ab", "https://github.com/a")
    assert path_of("https://github.com/a/b") == "a/b"
    assert host_of("https://git.example:8443/a") == "git.example:8443"


@given(
    st.sampled_from(["https://a.example", "http://b.example:8080", "HTTPS://WWW.c.example:443"]),
    st.lists(st.text(min_size=1, max_size=8), max_size=6),
)
def test_the_canonical_form_is_its_own(host: str, segments: list[str]) -> None:
    written = "/".join([host, *segments])
    try:
        once = canonical_url(written)
    except BadUrlError:
        return
    assert canonical_url(once) == once
    assert "?" not in once
    assert "#" not in once
    assert once.isascii()


@given(st.text(max_size=60))
def test_any_text_gives_an_address_or_one_error(text: str) -> None:
    for call in (canonical_url, repository_url):
        try:
            assert call(text).startswith("http")
        except BadUrlError:
            continue
