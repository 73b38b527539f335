# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What lists said is given back as it was, on both databases."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import text

from harvester.leads import Lead, LeadKind, LeadReason, Leads, LeftOut
from harvester.model import Level, Publisher
from harvester.ports.directory import HostAnswer, KeptLeads
from storage import schema
from storage.catalogue import SqlCatalogue
from storage.engine import Store
from storage.lead_lists import StoredLeads
from tests.storage.test_schema import empty_url, upgrade_to  # noqa: F401 - empty_url is a fixture

NOW = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)
KEPT = KeptLeads(
    source="france",
    read_at=NOW,
    leads=Leads(
        leads=(
            Lead(
                url="https://git.example.fr/ville",
                kind=LeadKind.OWNER,
                publisher=Publisher(name="Ville de l'Été", uri="urn:x:1", level=Level.MUNICIPAL),
                forge_kind="gitea",
            ),
            Lead(url="https://github.com/etalab/one", kind=LeadKind.REPOSITORY),
        ),
        left_out=(LeftOut(subject="javascript:alert(1)", reason=LeadReason.NOT_AN_ADDRESS),),
        doubles=3,
    ),
    leaving=((Lead(url="https://github.com/gone", kind=LeadKind.ANY), NOW),),
    sources=("france@github.com",),
)


def test_what_is_kept_is_given_back(catalogue: SqlCatalogue) -> None:
    store = StoredLeads(catalogue.store)
    assert store.kept() == {}
    store.keep(KEPT)
    assert store.kept() == {"france": KEPT}
    emptied = replace(KEPT, leads=Leads(leads=()))
    store.keep(emptied)
    other = replace(KEPT, source="uk")
    store.keep(other)
    assert store.kept() == {"france": emptied, "uk": other}


def test_answers_of_hosts_are_kept_one_for_each(catalogue: SqlCatalogue) -> None:
    store = StoredLeads(catalogue.store)
    unknown = HostAnswer(
        url="https://git.example.fr", kind=None, reason="unsupported-host", asked_at=NOW
    )
    store.answer(unknown)
    assert store.hosts() == {unknown.url: unknown}
    known = replace(unknown, kind="gitlab", reason=None)
    store.answer(known)
    assert store.hosts() == {unknown.url: known}


def test_an_older_catalogue_is_brought_along_with_its_data(empty_url: str) -> None:  # noqa: F811
    """The tables are new; what a catalogue held before stays as it was."""
    with contextlib.closing(Store(empty_url)) as store:
        upgrade_to(store, "0007_who_takes_leave")
        with store.writing() as connection:
            connection.execute(
                text("INSERT INTO forge VALUES ('https://x.example', 'gitlab', 'crawl')")
            )
        schema.upgrade(store)
        StoredLeads(store).keep(KEPT)
        assert StoredLeads(store).kept() == {"france": KEPT}
        with store.reading() as connection:
            rows = connection.execute(text("SELECT url, priority FROM forge")).all()
        assert [tuple(row) for row in rows] == [("https://x.example", 0)]
