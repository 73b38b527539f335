# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What becomes of the rows of a list, whatever stands in them."""

import pytest

from harvester import leads
from harvester.leads import Lead, LeadKind, LeadReason, Named, TooManyLeadsError, gather
from harvester.model import Level, Publisher


def urls(*addresses: str, kind: LeadKind = LeadKind.ANY) -> list[str]:
    return [lead.url for lead in gather(Named(address=it, kind=kind) for it in addresses).leads]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://GitHub.com/City/", "https://github.com/City"),
        ("https://github.com/city/tool.git", "https://github.com/city/tool"),
        ("https://github.com/city/tool/tree/main/docs", "https://github.com/city/tool"),
        ("https://gitlab.com/groups/city", "https://gitlab.com/city"),
        ("https://github.com/orgs/city", "https://github.com/city"),
        ("https://gitlab.com/a/b/c/-/issues", "https://gitlab.com/a/b/c"),
        ("https://git.example.org", "https://git.example.org"),
        (" <https://git.example.org/x> ", "https://git.example.org/x"),
    ],
)
def test_an_address_has_one_form(address: str, url: str) -> None:
    assert urls(address) == [url]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "mailto:post@example.org",
        "ftp://example.org/x",
        "git@github.com:city/tool.git",
        "file:///etc/passwd",
        "https://",
        "https:///nowhere",
        "https://intern/x",
        "https://x.example:99999/y",
        "https://x.example/" + "a" * 3000,
        "city",
        "",
        "\x00\ud800",
    ],
)
def test_what_is_no_address_is_left_out_by_name(address: str) -> None:
    found = gather([Named(address=address)])
    assert found.leads == ()
    (one,) = found.left_out
    assert one.reason is LeadReason.NOT_AN_ADDRESS
    assert len(one.subject) <= 200
    one.subject.encode()


def test_an_address_stands_once_and_later_rows_fill_what_the_first_left_open() -> None:
    found = gather(
        [
            Named(address="https://github.com/City", kind=LeadKind.OWNER),
            Named(address="http://github.com/city/", name=" Town \n of X ", level="Municipal"),
            Named(address="https://github.com/CITY.git", name="Another", forge_kind="github"),
        ]
    )
    assert found.leads == (
        Lead(
            url="https://github.com/City",
            kind=LeadKind.OWNER,
            publisher=Publisher(name="Town of X", uri=None, level=Level.MUNICIPAL),
            forge_kind="github",
        ),
    )
    assert found.doubles == 2


def test_two_kinds_of_one_address_are_any() -> None:
    rows = [
        Named(address="https://x.example/a", kind=LeadKind.OWNER),
        Named(address="https://x.example/a", kind=LeadKind.REPOSITORY),
    ]
    assert gather(rows).leads[0].kind is LeadKind.ANY


def test_a_host_alone_is_a_forge_and_ignored_rows_are_no_leads() -> None:
    found = gather(
        [
            Named(address="https://git.example.org/", kind=LeadKind.OWNER),
            Named(address="https://git.example.org/x", ignored=True),
        ]
    )
    assert [lead.kind for lead in found.leads] == [LeadKind.FORGE]
    assert [one.reason for one in found.left_out] == [LeadReason.IGNORED]


def test_a_hundred_thousand_rows_are_a_list_and_no_more_than_the_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [Named(address=f"https://git.example.org/o{n % 60_000}/r") for n in range(100_000)]
    found = gather(rows)
    assert (len(found.leads), found.doubles) == (60_000, 40_000)
    monkeypatch.setattr(leads, "MOST_LEADS", 10)
    with pytest.raises(TooManyLeadsError, match="more than 10 addresses"):
        gather(rows)


def test_the_order_of_rows_does_not_matter() -> None:
    addresses = ["https://b.example/x", "https://a.example/y", "https://c.example/z"]
    assert urls(*addresses) == urls(*reversed(addresses))
