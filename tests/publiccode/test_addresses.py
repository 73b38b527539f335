# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from harvester.publiccode import FileContext, addresses
from harvester.publiccode.addresses import AddressKind
from tests.publiccode.examples import spoiled, with_more

CONTEXT = FileContext(raw_base="https://forge.example/raw/")


def test_every_address_is_given_once_with_its_place() -> None:
    content = with_more("landingURL: https://stadt.example/\nroadmap: https://stadt.example/\n")
    content += b"logo: logo.svg\nisBasedOn: https://other.example/a/b\nfundedBy: nobody\n"
    found = addresses(content, CONTEXT)
    assert [(address.url, address.kind, address.key, address.line) for address in found] == [
        ("https://forge.example/stadt/meldeportal", AddressKind.REPOSITORY, "url", 3),
        ("https://stadt.example/", AddressKind.LINK, "landingURL", 27),
        ("https://forge.example/raw/logo.svg", AddressKind.FILE, "logo", 29),
        ("https://other.example/a/b", AddressKind.LINK, "isBasedOn", 30),
    ]


def test_addresses_within_languages_and_lists_are_found() -> None:
    content = spoiled(
        "    features:",
        "    screenshots: [a.png, /b.png]\n    documentation: https://d.example\n    features:",
    )
    assert {address.key: address.url for address in addresses(content, CONTEXT)} == {
        "url": "https://forge.example/stadt/meldeportal",
        "description.de.screenshots[0]": "https://forge.example/raw/a.png",
        "description.de.documentation": "https://d.example",
    }


def test_without_a_base_paths_are_not_followed() -> None:
    content = with_more("logo: logo.svg\n")
    assert [address.key for address in addresses(content, FileContext())] == ["url"]


def test_a_file_that_cannot_be_read_has_no_addresses() -> None:
    assert addresses(b"", CONTEXT) == ()
    assert addresses(b"\x00\x01\x02" * 100, CONTEXT) == ()
