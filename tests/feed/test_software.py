# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from typing import Any

import pytest

from harvester.feed.software import Body, Software, day, iri, spdx_url, word, words
from tests.feed.catalogue import catalogue, entry


@pytest.mark.parametrize(
    "text",
    ["https://a.example", "http://a.example:8080/b?c=d#e", "https://ä.example/ö", "urn:isbn:1"],
)
def test_addresses(text: str) -> None:
    assert iri(text) == text
    assert iri(text, web=True) == (None if text.startswith("urn") else text)


NONE = (
    *("", " ", "a.example", "//a.example", "https://", "https:///x", "ftp://a.example", "urn:x"),
    *("mailto:a@b.c", "javascript:alert(1)", "https://a b", "https://a/<b>", "https://a/`"),
    *("https://[a", "https://a/\n", "https://a/\x00", "https://a/\u2028", "https://a/\ufffd"),
    *("urn://a:b", "https://a/{b}", "https://a/|", "https://a\\b", 'https://a/"'),
)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_address(text: str) -> None:
    assert iri(text) is None


@pytest.mark.parametrize("value", [None, 3, [], {}, True])
def test_other_kinds_of_values_are_none(value: Any) -> None:
    assert iri(value) is None
    assert word(value) is None
    assert words(value) == []
    assert day(value) is None


def test_days() -> None:
    assert day("2024-02-29") == day("2024-02-29T12:00:00Z") == "2024-02-29"
    assert day("2023-02-29") is day("20240229") is day("tomorrow") is None


def test_words() -> None:
    assert words([" a ", "b", "a", "", 3]) == ["a", "b"]
    assert words("a") == ["a"]


def test_pages_of_licenses() -> None:
    assert spdx_url("MIT") == "https://spdx.org/licenses/MIT"
    assert spdx_url("DocumentRef-x:LicenseRef-y") is None


def test_an_entry_is_asked() -> None:
    first, page, broken, gone = map(Software, catalogue())
    assert first.license is not None
    assert first.license.single == "EUPL-1.2"
    assert first.publisher == Body("Stadt Beispiel", "https://beispiel.example/", "municipal")
    assert first.told("localisedName") == {"de": "Wegweiser Beispiel"}
    assert (page.repository, page.url) == (None, "https://wiki.example/Rechner")
    assert page.license is not None
    assert (page.license.single, page.license.ids) == (None, ("MIT", "LicenseRef-Own"))
    assert broken.name == "https://forge.example/city/3"
    assert broken.tables("maintenance", "contacts") == [{"email": "a@b.example"}]
    assert broken.told("shortDescription") == {}
    assert (gone.license, gone.publisher, gone.at("name")) == (None, None, None)


def test_what_no_form_could_hold_is_replaced() -> None:
    software = Software(entry(name="a\x07b\ud800c\ufffed\te", publiccode={"x\x00": ["\x1b"]}))
    assert software.name == "a\ufffdb\ufffdc\ufffdd\te"
    assert software.line["publiccode"] == {"x\ufffd": ["\ufffd"]}
