# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.publiccode.draft import RepositoryFacts, draft
from harvester.publiccode.messages import LANGUAGES
from tests.publiccode.examples import check, codes

FULL = RepositoryFacts(
    name="meldeportal",
    url="https://forge.example/stadt/meldeportal",
    description="Bürger melden Schäden",
    license="eupl-1.2",
    homepage="https://stadt.example",
    languages=("TypeScript", "Shell"),
    topics=("it-security", "kubernetes"),
    release="v1.10",
    released_on=date(2026, 1, 31),
    readme="# Meldeportal\n\n[![badge](x)](y)\n\n" + "Das Portal nimmt Meldungen an. " * 8,
    logo="assets/logo.svg",
)
BARE = RepositoryFacts(name="x", url="https://forge.example/a/x")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", [FULL, BARE])
def test_a_draft_can_be_read_and_its_gaps_are_told(facts: RepositoryFacts, language: str) -> None:
    reading = check(draft(facts, language).encode())
    assert set(codes(reading)) <= {"PC210", "PC205", "PC213"}
    assert reading.record is not None
    assert reading.record["name"] == facts.name
    assert list(reading.record["description"]) == [language]


def test_facts_are_taken_and_guesses_are_marked() -> None:
    text = draft(FULL, "de")
    record = check(text.encode()).record
    assert record is not None
    assert record["legal"]["license"] == "EUPL-1.2"
    assert record["softwareVersion"] == "v1.10"
    assert record["releaseDate"] == "2026-01-31"
    assert record["categories"] == ["it-security"]
    assert record["description"]["de"]["longDescription"].startswith("Das Portal")
    lines = {line.partition(":")[0].strip(): line for line in text.splitlines()}
    assert lines["developmentStatus"] == "developmentStatus: stable  # geraten"
    assert lines["name"].endswith("# aus dem Repository")


def test_an_archived_repository_is_obsolete() -> None:
    record = check(
        draft(RepositoryFacts(name="x", url="https://f.example/a/x", archived=True)).encode()
    ).record
    assert record is not None
    assert record["developmentStatus"] == "obsolete"
    assert record["maintenance"] == {"type": "none"}


@settings(max_examples=60, deadline=None)
@given(name=st.text(min_size=1), description=st.text(), readme=st.text(), release=st.text())
def test_whatever_a_repository_says_the_draft_is_yaml(
    name: str, description: str, readme: str, release: str
) -> None:
    facts = RepositoryFacts(
        name=name, url=BARE.url, description=description, readme=readme, release=release
    )
    told = codes(check(draft(facts).encode()))
    assert not [code for code in told if "PC001" <= code <= "PC027"]
