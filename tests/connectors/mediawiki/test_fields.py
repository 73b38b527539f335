# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a page's text says of software."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.mediawiki.fields import file_of
from connectors.mediawiki.options import MediaWikiOptions
from harvester.publiccode import FileContext, read

PAGE = """\
Die '''Parkplatz-App''' zeigt freie Plätze.
{{Software
| Name             = Parkplatz-App <!-- so heißt sie -->
| Quellcode-Adresse = https://git.jena.example/smart/parken
| Repository       = [https://gitlab.opencode.de/jena/parken Quelltext]
| Webseite         = https://parken.jena.example/
| Kurzbeschreibung = Zeigt [[Parkplatz|freie Plätze]] ''in Echtzeit''.
| Lizenz           = EUPL-1.2
| Kommune          = Stadt Jena
| Ansprechpartner  = Erika Muster
| E-Mail           = erika@jena.example
| Plattformen      = web, android; ios
| Genutzt von      =
* Stadt Jena
* [[Gera]]<br/>Weimar
| Basiert auf      = [https://github.com/a/b] und [https://github.com/c/d D]
| Dokumentation    =
| Farbe            = rot
}}
[[Kategorie:Software]]
"""


def told(text: str, title: str = "Seite", **options: Any) -> dict[str, Any]:
    content = file_of(text, title, MediaWikiOptions(**options))
    assert content is not None
    record = json.loads(content)
    assert isinstance(record, dict)
    return record


def test_a_german_template_is_read_without_any_setting() -> None:
    assert told(PAGE) == {
        "publiccodeYmlVersion": "0",
        "name": "Parkplatz-App",
        "url": "https://gitlab.opencode.de/jena/parken",
        "landingURL": "https://parken.jena.example/",
        "description": {"de": {"shortDescription": "Zeigt freie Plätze in Echtzeit."}},
        "legal": {"license": "EUPL-1.2"},
        "organisation": {"name": "Stadt Jena"},
        "maintenance": {"contacts": [{"name": "Erika Muster", "email": "erika@jena.example"}]},
        "platforms": ["web", "android", "ios"],
        "usedBy": ["Stadt Jena", "Gera", "Weimar"],
        "isBasedOn": ["https://github.com/a/b", "https://github.com/c/d"],
    }


def test_what_it_makes_is_read_as_publiccode() -> None:
    content = file_of(PAGE, "Seite", MediaWikiOptions())
    assert content is not None
    reading = read(content, FileContext(path="fields.json", profile="hand"))
    assert reading.valid
    assert reading.declared_url == "https://gitlab.opencode.de/jena/parken"
    assert reading.record is not None
    assert reading.record["organisation"] == {"name": "Stadt Jena"}


def test_settings_name_further_parameters_and_win_over_the_known_ones() -> None:
    fields = {"Quellcode-Adresse": "url", "Kommune": "legal.mainCopyrightOwner"}
    record = told(PAGE, fields=fields, language="en")
    assert record["url"] == "https://git.jena.example/smart/parken"
    assert record["legal"]["mainCopyrightOwner"] == "Stadt Jena"
    assert "organisation" not in record
    assert list(record["description"]) == ["en"]


def test_a_description_is_short_or_long_as_its_length_says() -> None:
    text = "{{Software|Beschreibung=%s}}"
    assert told(text % "kurz")["description"]["de"] == {"shortDescription": "kurz"}
    long = "Satz. " * 40
    assert told(text % long)["description"]["de"] == {"longDescription": long.strip()}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nur Text", "Seite"),
        ("{{Infobox|Farbe=rot}}", "Seite"),
        ("{{Software|Name=}}", "Seite"),
        ("{{Software|Name= A\x0bB\x07\u200b}}", "A B"),
        ("{{Hinweis|x}}{{Software|Titel=Zweite}}", "Zweite"),
    ],
)
def test_a_page_without_a_name_has_its_title(text: str, name: str) -> None:
    assert told(text)["name"] == name


@pytest.mark.parametrize("written", ["Software", "software", "Vorlage:Software", "Soft_ware"])
def test_only_the_template_that_is_demanded_tells(written: str) -> None:
    wanted = "Soft ware" if "_" in written else "Software"
    text = f"{{{{Hinweis|Name=Falsch}}}} {{{{{written}|Name=Richtig}}}}"
    assert told(text, template=wanted)["name"] == "Richtig"
    assert told(text, template=f"Vorlage:{wanted}")["name"] == "Richtig"
    assert file_of("{{Hinweis|Name=Falsch}}", "Seite", MediaWikiOptions(template="X")) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("{{S|Name=A}} [https://github.com/jena/parken Code]", "https://github.com/jena/parken"),
        ("{{S|Name=A}} https://www.github.com/jena/parken", "https://www.github.com/jena/parken"),
        ("{{S|Name=A}} https://github.com/jena", None),
        ("{{S|Name=A}} https://anderswo.example/jena/parken", None),
        ("{{S|Name=A}} [https://[kaputt/jena/parken x]", None),
        ("{{S|Url=https://a.example/x/y}} https://github.com/jena/p", "https://a.example/x/y"),
        ("{{S|Url=noch nicht}} https://github.com/jena/p", "noch nicht"),
    ],
)
def test_a_link_to_a_repository_stands_in_for_a_field(text: str, url: str | None) -> None:
    assert told(text).get("url") == url


def test_other_hosts_can_be_named() -> None:
    text = "https://git.jena.example/smart/parken"
    assert told(text, repository_hosts=["git.jena.example"])["url"] == text


@given(st.text(alphabet=st.sampled_from("{}[]|=<>!-'* \n:;#aÄ/.\x00\u2028http"), max_size=80))
def test_any_text_makes_a_file_that_can_be_read(text: str) -> None:
    content = file_of(text, "Seite", MediaWikiOptions())
    assert content is not None
    reading = read(content, FileContext(path="fields.json", profile="hand"))
    assert reading.valid, reading.findings


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fields": {"Kommune": "publisher"}}, "is no key that a parameter can be"),
        ({"fields": {"--": "url"}}, "is no name of a parameter"),
        ({"category": "Kategorie: "}, "needs a name"),
        ({"language": "Deutsch!"}, "pattern"),
        ({"namespaces": []}, "at least 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MediaWikiOptions(**options)
