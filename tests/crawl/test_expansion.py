# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How leads become sources."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harvester.crawl.expansion import (
    Derived,
    Expansion,
    KnownForge,
    LeadPublishers,
    Verdict,
    by_forge,
    derived_name,
    expand,
    leaving,
    lost_too_much,
    origin_name,
    still_meant,
)
from harvester.leads import Lead, LeadKind, LeadReason, Leads
from harvester.model import Forge, Origin, Publisher
from harvester.ports.directory import KeptLeads
from harvester.ports.listing import Scope, ScopeKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GRACE = timedelta(days=3)
GITHUB = Verdict(kind="github", shared=True)
OWN = KnownForge(
    source="own",
    url="https://git.example.org/gitlab",
    kind="gitlab",
    scope=Scope(ScopeKind.OWNERS, ("City", "state/schools")),
)


def leads(*urls: str, kind: LeadKind = LeadKind.ANY) -> Leads:
    return Leads(leads=tuple(Lead(url=url, kind=kind) for url in urls))


def expanded(
    named: Leads,
    verdicts: dict[str, Verdict],
    *known: KnownForge,
    carrier: Forge | None = None,
) -> Expansion:
    groups = by_forge(named.leads, known, {})
    return expand(
        source="list",
        leads=named,
        groups=groups,
        verdicts=verdicts,
        known=known,
        carrier=carrier,
    )


def test_leads_are_grouped_by_the_forge_that_is_configured_else_by_host() -> None:
    named = leads(
        "https://git.example.org/gitlab/city/x",
        "https://git.example.org/other/y",
        "http://plain.example/a",
        "https://plain.example/b",
        "https://old.example/c",
    )
    groups = by_forge(named.leads, [OWN], {"old.example": "new.example"})
    assert {url: [lead.url for lead in group] for url, group in groups.items()} == {
        "https://git.example.org": ["https://git.example.org/other/y"],
        "https://git.example.org/gitlab": ["https://git.example.org/gitlab/city/x"],
        "https://new.example": ["https://new.example/c"],
        "https://plain.example": ["http://plain.example/a", "https://plain.example/b"],
    }


@pytest.mark.parametrize(
    ("kinds", "scope"),
    [
        ((LeadKind.OWNER, LeadKind.OWNER), ScopeKind.OWNERS),
        ((LeadKind.REPOSITORY, LeadKind.REPOSITORY), ScopeKind.REPOSITORIES),
        ((LeadKind.OWNER, LeadKind.REPOSITORY), ScopeKind.ADDRESSES),
        ((LeadKind.ANY, LeadKind.OWNER), ScopeKind.ADDRESSES),
    ],
)
def test_the_scope_is_as_narrow_as_the_leads_are_known(
    kinds: tuple[LeadKind, LeadKind], scope: ScopeKind
) -> None:
    named = Leads(
        leads=tuple(
            Lead(url=f"https://github.com/{name}", kind=kind)
            for name, kind in zip(("b", "a"), kinds, strict=True)
        )
    )
    (derived,) = expanded(named, {"https://github.com": GITHUB}).derived
    assert derived == Derived(
        name="list@github.com",
        url="https://github.com",
        kind="github",
        scope=Scope(scope, ("a", "b")),
        lender=None,
    )
    assert origin_name(derived.name) == "list"
    assert derived_name("list", "https://git.example.org/gitlab") == "list@git.example.org/gitlab"


def test_nothing_is_read_twice_and_a_configured_forge_lends_its_way() -> None:
    base = OWN.url
    named = leads(f"{base}/city", f"{base}/CITY/tool", f"{base}/state", f"{base}/state/schools/a")
    found = expanded(named, {base: Verdict(kind="gitlab")}, OWN)
    assert found.covered == {"own": 3}
    (derived,) = found.derived
    assert (derived.lender, derived.scope.paths) == ("own", ("state",))
    whole = replace(OWN, scope=Scope(ScopeKind.INSTANCE))
    assert expanded(named, {base: Verdict(kind="gitlab")}, whole).derived == ()
    single = replace(OWN, scope=Scope(ScopeKind.REPOSITORIES, ("city/tool",)))
    assert expanded(named, {base: Verdict(kind="gitlab")}, single).covered == {"own": 1}


def test_a_whole_forge_is_read_unless_everybody_shares_it() -> None:
    named = leads("https://git.body.example", "https://github.com", kind=LeadKind.FORGE)
    found = expanded(
        named,
        {"https://git.body.example": Verdict(kind="gitlab"), "https://github.com": GITHUB},
    )
    assert [(one.url, one.scope.kind) for one in found.derived] == [
        ("https://git.body.example", ScopeKind.INSTANCE)
    ]
    assert [(one.subject, one.reason) for one in found.left_out] == [
        ("https://github.com", LeadReason.WHOLE_FORGE)
    ]


def test_what_nobody_reads_is_left_out_by_name_or_spoken_for_by_the_catalogue() -> None:
    named = leads("https://a.example/x/y", "https://b.example/z/w", kind=LeadKind.REPOSITORY)
    verdicts = {
        "https://a.example": Verdict(kind=None, reason=LeadReason.UNSUPPORTED_HOST),
        "https://b.example": Verdict(kind=None, reason=LeadReason.UNREACHABLE_HOST),
    }
    found = expanded(named, verdicts)
    assert found.derived == ()
    assert found.reasons == {"unreachable-host": 1, "unsupported-host": 1}

    carrier = Forge(url="https://api.example/v1", kind="catalogue", origin=Origin.CATALOGUE)
    spoken = expanded(named, verdicts, carrier=carrier)
    assert spoken.reasons == {"unreachable-host": 1}, "a host that was silent is not unsupported"
    assert spoken.derived == (
        Derived(
            name="list@api.example/v1",
            url="https://api.example/v1",
            kind="catalogue",
            scope=Scope(ScopeKind.OWNERS, ("a.example",)),
            lender="list",
        ),
    )


@pytest.mark.parametrize(
    ("had", "has", "share", "doubted"),
    [
        (10, 10, 0.5, False),
        (10, 5, 0.5, False),
        (20, 9, 0.5, True),
        (6, 1, 0.5, False),
        (1, 0, 0.5, True),
        (20, 0, 0.5, True),
        (20, 0, 1.0, False),
        (0, 0, 0.5, False),
    ],
)
def test_a_list_that_lost_most_of_it_is_not_believed(
    had: int, has: int, share: float, doubted: bool
) -> None:
    before = leads(*(f"https://github.com/o{number}" for number in range(had)))
    now = leads(*(f"https://github.com/o{number}" for number in range(has)))
    assert (lost_too_much(before, now, share) is not None) is doubted


def test_a_lead_that_left_is_meant_until_its_grace_is_over() -> None:
    kept = KeptLeads(
        source="list", read_at=NOW, leads=leads("https://github.com/a", "https://github.com/b")
    )
    now = leads("https://github.com/A")
    gone = leaving(kept, now, NOW, GRACE)
    assert [(lead.url, since) for lead, since in gone] == [("https://github.com/b", NOW)]
    kept = KeptLeads(source="list", read_at=NOW, leads=now, leaving=gone)
    assert [lead.url for lead in still_meant(kept).leads] == [
        "https://github.com/A",
        "https://github.com/b",
    ]
    assert leaving(kept, now, NOW + GRACE / 2, GRACE) == gone, "the first time counts"
    assert leaving(kept, now, NOW + GRACE, GRACE) == ()
    back = leads("https://github.com/a", "https://github.com/b")
    assert leaving(kept, back, NOW, GRACE) == (), "it came back"
    assert leaving(None, now, NOW, GRACE) == ()


def test_the_nearest_lead_above_names_the_body() -> None:
    town, state = Publisher(name="Town", uri=None), Publisher(name="State", uri=None)
    bodies = LeadPublishers(
        [
            Lead(url="https://git.example.org", publisher=state),
            Lead(url="https://git.example.org/town", publisher=town),
            Lead(url="https://git.example.org/nobody"),
        ]
    )
    assert bodies.of("https://git.example.org/Town/tool") == town
    assert bodies.of("https://git.example.org/nobody/x") == state
    assert bodies.of("https://git.example.org/townhall") == state
    assert bodies.of("https://elsewhere.example/town") is None
