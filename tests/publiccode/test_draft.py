# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.model import JsonObject
from harvester.publiccode.draft import RepositoryFacts, Source, Told, draft
from harvester.publiccode.messages import LANGUAGES, draft_sources
from tests.publiccode.examples import check, codes

FULL = RepositoryFacts(
    name=Told("meldeportal", Source.NAME),
    url=Told("https://forge.example/stadt/meldeportal", Source.ADDRESS),
    description=Told("Bürger melden Schäden", Source.DESCRIPTION),
    license=Told("eupl-1.2", Source.DETECTED_LICENSE),
    homepage=Told("https://stadt.example", Source.PROJECT_FILE),
    topics=("it-security", "kubernetes", "library"),
    organisation=Told("Stadt Beispiel", Source.OWNER),
    version=Told("v1.10", Source.TAG),
    released_on=date(2026, 1, 31),
    prose="Das Portal nimmt die Meldungen der Bürger an. " * 8,
    logo="assets/logo.svg",
)
BARE = RepositoryFacts(name=Told("x", Source.NAME))
LEFT_OPEN = {"PC103", "PC104", "PC105"}
"""Codes of what is empty."""


def record_of(facts: RepositoryFacts, language: str = "en") -> JsonObject:
    record = check(draft(facts, language).encode()).record
    assert record is not None
    return record


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", [FULL, BARE, replace(FULL, archived=True)])
def test_a_draft_can_be_read_and_only_its_gaps_are_told(
    facts: RepositoryFacts, language: str
) -> None:
    text = draft(facts, language)
    reading = check(text.encode())
    assert set(codes(reading)) == LEFT_OPEN & set(codes(reading))
    assert reading.record is not None
    assert reading.record["name"] == facts.name.text
    lines = text.splitlines()
    for finding in reading.findings:
        assert ":  # " in lines[finding.line - 1], finding


def test_every_mandatory_key_is_there() -> None:
    told = {finding.key for finding in check(draft(BARE).encode()).findings}
    assert told == {
        "url",
        "platforms",
        "developmentStatus",
        "softwareType",
        "organisation.uri",
        "organisation.name",
        "description.en.shortDescription",
        "description.en.longDescription",
        "description.en.features",
        "legal.license",
        "maintenance.type",
        "maintenance.contacts",
        "localisation.localisationReady",
        "localisation.availableLanguages",
    }


def test_a_draft_whose_gaps_are_filled_is_valid_and_nothing_is_to_be_said() -> None:
    text = draft(FULL, "de")
    for key, value in {
        "platforms": "[web]",
        "  uri": "https://stadt.example/",
        "    features": "[Karte]",
        "  type": "internal",
        "  contacts": "[{name: IT}]",
        "  localisationReady": "true",
        "  availableLanguages": "[de]",
    }.items():
        assert text.count(f"\n{key}:  # ") == 1, key
        text = text.replace(f"\n{key}:  # ", f"\n{key}: {value}  # ")
    reading = check(text.encode())
    assert (reading.valid, codes(reading)) == (True, [])


def test_facts_are_taken_and_every_guess_names_its_source() -> None:
    record = record_of(FULL, "de")
    assert record["legal"]["license"] == "EUPL-1.2"
    assert (record["softwareVersion"], record["releaseDate"]) == ("v1.10", "2026-01-31")
    assert record["categories"] == ["it-security"]
    assert record["softwareType"] == "library"
    assert record["organisation"]["name"] == "Stadt Beispiel"
    assert record["description"]["de"]["longDescription"].startswith("Das Portal")
    text = draft(FULL, "de")
    for line in text.splitlines()[3:]:
        key, _, rest = line.partition(":")
        if rest.strip() and key != "publiccodeYmlVersion" and not key.startswith("#"):
            assert "geraten, Quelle: " in line or "bitte ausfüllen: " in line, line
    assert "stable" in text
    assert "geraten, Quelle: Beschreibung des Repositorys; bitte prüfen" in text


def test_every_source_has_its_words() -> None:
    for language in LANGUAGES:
        assert draft_sources(language).keys() == set(Source)


@pytest.mark.parametrize(
    ("version", "status"), [("v1.10", "stable"), ("0.3", "beta"), ("nightly", None), (None, None)]
)
def test_how_far_the_software_is(version: str | None, status: str | None) -> None:
    told = Told(version, Source.TAG) if version else None
    assert record_of(replace(BARE, version=told)).get("developmentStatus") == status


def test_an_archived_repository_is_obsolete_and_nobody_maintains_it() -> None:
    record = record_of(replace(BARE, archived=True))
    assert record["developmentStatus"] == "obsolete"
    assert record["maintenance"] == {"type": "none"}


@pytest.mark.parametrize(
    ("prose", "language"),
    [
        ("This is the portal of the city and it takes reports.", "en"),
        ("Das ist das Portal der Stadt und nimmt Meldungen an.", "de"),
        ("Portail citoyen", "de"),
    ],
)
def test_texts_stand_under_their_own_language(prose: str, language: str) -> None:
    text = draft(replace(BARE, prose=prose), "de")
    assert f"\n  {language}:" in text


def test_texts_are_cut_to_what_is_allowed() -> None:
    facts = replace(BARE, description=Told("Wort " * 60, Source.DESCRIPTION))
    assert set(codes(check(draft(facts).encode()))) <= LEFT_OPEN
    facts = replace(BARE, description=Told("x" * 500, Source.DESCRIPTION))
    assert set(codes(check(draft(facts).encode()))) <= LEFT_OPEN


@pytest.mark.parametrize("license_", ["nonsense", "Other", ""])
def test_an_unknown_licence_is_no_guess(license_: str) -> None:
    facts = replace(BARE, license=Told(license_, Source.PROJECT_FILE))
    assert "\n  license:  # to be filled in" in draft(facts)


def test_a_homepage_that_is_no_address_is_left_out() -> None:
    assert "landingURL" not in draft(replace(BARE, homepage=Told("home", Source.PROJECT_FILE)))


@settings(max_examples=60, deadline=None)
@given(name=st.text(min_size=1), description=st.text(), prose=st.text(), version=st.text())
def test_whatever_a_repository_says_the_draft_is_yaml(
    name: str, description: str, prose: str, version: str
) -> None:
    facts = RepositoryFacts(
        name=Told(name, Source.README),
        url=FULL.url,
        description=Told(description, Source.DESCRIPTION),
        prose=prose,
        version=Told(version, Source.TAG),
        logo=name,
    )
    told = codes(check(draft(facts).encode()))
    assert not [code for code in told if "PC001" <= code <= "PC027"]
