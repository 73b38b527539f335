# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from typing import Any

import pytest

from harvester.model import Severity
from tests.publiccode.examples import check, codes, only, spoiled, with_more

BASE = "https://forge.example/stadt/meldeportal/-/raw/main/"


def at(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = record[int(name)] if name.isdigit() else record[name]
    return record


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "suggestion", "path", "value"),
    [
        ("stable", "stabel", "PC201", 6, "stable", "developmentStatus", "stabel"),
        (
            "standalone/web",
            "standalone",
            "PC201",
            7,
            "standalone/web",
            "softwareType",
            "standalone",
        ),
        (
            "standalone/web",
            "Standalone/Web",
            "PC201",
            7,
            "standalone/web",
            "softwareType",
            "Standalone/Web",
        ),
        ("Ready: true", "Ready: yes", "PC202", 24, "true", "localisation.localisationReady", True),
        (
            "Ready: true",
            "Ready: off",
            "PC202",
            24,
            "false",
            "localisation.localisationReady",
            False,
        ),
        (
            "Ready: true",
            "Ready: 'true'",
            "PC202",
            24,
            "true",
            "localisation.localisationReady",
            True,
        ),
        ("EUPL-1.2", "EUPL", "PC213", 18, "EUPL-1.2", "legal.license", None),
        (
            "EUPL-1.2",
            "Apache License, Version 2.0",
            "PC213",
            18,
            "Apache-2.0",
            "legal.license",
            None,
        ),
        ("EUPL-1.2", "XXXXXXXXX", "PC213", 18, None, "legal.license", None),
        ("EUPL-1.2", "eupl-1.2", "PC214", 18, "EUPL-1.2", "legal.license", "EUPL-1.2"),
        ("EUPL-1.2", "AGPL-3.0", "PC215", 18, "AGPL-3.0-only", "legal.license", "AGPL-3.0-only"),
        ("    - de\n", "    - DEU\n", "PC219", 26, "de", "localisation.availableLanguages.0", "de"),
        (
            "    - de\n",
            "    - en_GB\n",
            "PC219",
            26,
            "en-GB",
            "localisation.availableLanguages.0",
            "en-GB",
        ),
        (
            "    - de\n",
            "    - ca@valencia\n",
            "PC218",
            26,
            "ca-valencia",
            "localisation.availableLanguages.0",
            "ca@valencia",
        ),
        (
            "    - de\n",
            "    - xxx\n",
            "PC218",
            26,
            None,
            "localisation.availableLanguages.0",
            "xxx",
        ),
        ('"0"', '"0.4"', "PC303", 1, '"0"', "publiccodeYmlVersion", "0"),
        ('"0"', '"7"', "PC302", 1, '"0"', "publiccodeYmlVersion", "0"),
        ('"0"', "0", "PC304", 1, '"0"', "publiccodeYmlVersion", "0"),
        (
            "    - name: Fachdienst IT",
            "    - name: IT\n      email: it@stadt",
            "PC220",
            23,
            None,
            "maintenance.contacts.0.email",
            "it@stadt",
        ),
        (
            "    - name: Fachdienst IT",
            "    - name: IT\n      phone: 030 12345",
            "PC222",
            23,
            None,
            "maintenance.contacts.0.phone",
            "030 12345",
        ),
        (
            "    - name: Fachdienst IT",
            "    - name: IT\n      phone: 0049 30 1234567",
            "PC222",
            23,
            "+49 30 1234567",
            "maintenance.contacts.0.phone",
            "0049 30 1234567",
        ),
        (
            "    - name: Fachdienst IT",
            "    - name: IT\n      phone: none",
            "PC221",
            23,
            None,
            "maintenance.contacts.0.phone",
            "none",
        ),
        ("Meldeportal\nurl", "TODO\nurl", "PC210", 2, None, "name", "TODO"),
        (
            "Bürger melden",
            "<b>Bürger</b> melden",
            "PC231",
            10,
            None,
            "description.de.shortDescription",
            "<b>Bürger</b> melden Schäden im Stadtgebiet.",
        ),
        (
            "Bürger melden Schäden",
            "ä" * 200,
            "PC204",
            10,
            None,
            "description.de.shortDescription",
            "ä" * 200 + " im Stadtgebiet.",
        ),
        ("  - web\n", "  web\n", None, None, None, "platforms", ["web"]),
    ],
)
def test_a_mistake_in_a_value(
    *,
    old: str,
    new: str,
    code: str | None,
    line: int,
    suggestion: str | None,
    path: str,
    value: Any,
) -> None:
    reading = check(spoiled(old, new))
    assert reading.valid
    assert at(reading.record, path) == value
    if code is None:
        assert reading.findings == ()
        return
    finding = only(reading)
    assert (finding.code, finding.line, finding.suggestion) == (code, line, suggestion)


@pytest.mark.parametrize(
    ("text", "code", "suggestion", "path", "value"),
    [
        ("releaseDate: 2026-01-31", None, None, "releaseDate", "2026-01-31"),
        ("releaseDate: 2026-01-31T10:00:00Z", "PC207", "2026-01-31", "releaseDate", "2026-01-31"),
        ("releaseDate: 31.1.2026", "PC207", "2026-01-31", "releaseDate", "2026-01-31"),
        ("releaseDate: 31/01/2026", "PC207", "2026-01-31", "releaseDate", "2026-01-31"),
        ("releaseDate: 1/31/2026", "PC207", "2026-01-31", "releaseDate", "2026-01-31"),
        ("releaseDate: 01/02/2026", "PC206", None, "x-harvester.raw.releaseDate", "01/02/2026"),
        ("releaseDate: 2026-02-30", "PC206", None, "x-harvester.raw.releaseDate", "2026-02-30"),
        ("softwareVersion: '1.10'", None, None, "softwareVersion", "1.10"),
        ("softwareVersion: 1.10", "PC203", '"1.10"', "softwareVersion", "1.10"),
        ("softwareVersion: [1.2.3]", "PC109", None, "softwareVersion", "1.2.3"),
        ("usedBy: Stadt Jena", "PC108", None, "usedBy", ["Stadt Jena"]),
        ("usedBy: {a: b}", "PC107", None, "x-harvester.raw.usedBy", {"a": "b"}),
        (
            "landingURL: www.stadt.example/x",
            "PC208",
            "https://www.stadt.example/x",
            "x-harvester.raw.landingURL",
            "www.stadt.example/x",
        ),
        (
            "landingURL: HTTPS://Stadt.Example/A?b=C#d",
            None,
            None,
            "landingURL",
            "https://stadt.example/A?b=C#d",
        ),
        ("landingURL: 'https://[/'", "PC208", None, "x-harvester.raw.landingURL", "https://[/"),
        (
            "isBasedOn: https://WWW.forge.example/a/b.git",
            None,
            None,
            "isBasedOn",
            ["https://forge.example/a/b"],
        ),
        (
            "isBasedOn: [https://forge.example/a/b/, 'https://x.example/?q=1']",
            None,
            None,
            "isBasedOn",
            ["https://forge.example/a/b", "https://x.example/?q=1"],
        ),
        ("logo: ./a/logo.svg", None, None, "logo", BASE + "a/logo.svg"),
        ("logo: Mein Logo.png", None, None, "logo", BASE + "Mein%20Logo.png"),
        ("logo: logo.jpeg", "PC225", None, "logo", BASE + "logo.jpeg"),
        ("logo: /logo.svg", "PC223", "logo.svg", "x-harvester.raw.logo", "/logo.svg"),
        ("logo: ../logo.svg", "PC224", None, "x-harvester.raw.logo", "../logo.svg"),
        (
            "logo: 'https://github[.com/x.png'",
            "PC208",
            None,
            "x-harvester.raw.logo",
            "https://github[.com/x.png",
        ),
        (
            "intendedAudience: {countries: [de]}",
            "PC217",
            "DE",
            "intendedAudience.countries",
            ["DE"],
        ),
        (
            "intendedAudience: {countries: [XK, no]}",
            "PC217",
            "NO",
            "intendedAudience.countries",
            ["XK", "NO"],
        ),
        (
            "intendedAudience: {countries: [Germany]}",
            "PC216",
            "DE",
            "intendedAudience.countries",
            ["Germany"],
        ),
        (
            "intendedAudience: {countries: [UK]}",
            "PC216",
            "GB",
            "intendedAudience.countries",
            ["UK"],
        ),
        (
            "intendedAudience: {scope: [welfaer]}",
            "PC212",
            "welfare",
            "intendedAudience.scope",
            ["welfaer"],
        ),
        ("categories: [it-securty]", "PC212", "it-security", "categories", ["it-securty"]),
        ("inputTypes: [text/csv]", "PC113", None, "inputTypes", ["text/csv"]),
        (
            "organisation: {uri: https://stadt.example/, name: Stadt}",
            None,
            None,
            "organisation.uri",
            "https://stadt.example/",
        ),
        (
            "organisation: {uri: 'urn:x-italian-pa:pcm'}",
            None,
            None,
            "organisation.uri",
            "urn:x-italian-pa:pcm",
        ),
        (
            "organisation: {uri: 'urn:x-italian-pa:nobody-knows'}",
            "PC229",
            None,
            "organisation.uri",
            "urn:x-italian-pa:nobody-knows",
        ),
        (
            "organisation: {uri: stadt.example}",
            "PC228",
            "https://stadt.example",
            "organisation.uri",
            "stadt.example",
        ),
        ("supports: [{id: 'alias:gdpr'}]", None, None, "supports.0.id", "alias:gdpr"),
        ("supports: [{id: 'alias:gpdr'}]", "PC230", "alias:gdpr", "supports.0.id", "alias:gpdr"),
        ("supports: [{id: GDPR}]", "PC228", "alias:gdpr", "supports.0.id", "GDPR"),
        ("applicationSuite: 42", None, None, "applicationSuite", "42"),
        ("applicationSuite: ''", "PC105", None, "name", "Meldeportal"),
        ("x-number: 1.10", "PC112", None, "x-number", "1.10"),
    ],
)
def test_an_optional_key(
    text: str, code: str | None, suggestion: str | None, path: str, value: Any
) -> None:
    reading = check(with_more(text + "\n"), raw_base=BASE)
    assert reading.valid
    assert at(reading.record, path) == value
    told = [finding for finding in reading.findings if finding.code != "PC225" or code == "PC225"]
    assert [(finding.code, finding.suggestion) for finding in told] == (
        [(code, suggestion)] if code else []
    )


@pytest.mark.parametrize(
    "license",
    [
        "LicenseRef-Stadt",
        "DocumentRef-x:LicenseRef-y",
        "MIT OR LicenseRef-Stadt",
        "Apache-2.0+",
        "MIT OR Apache-2.0 AND X11",
        "MIT AND (Apache-2.0 OR GPL-2.0-or-later WITH Classpath-exception-2.0)",
        "CC0-1.0",
    ],
)
def test_licence_expressions_of_the_standard_are_accepted(license: str) -> None:  # noqa: A002
    reading = check(spoiled("EUPL-1.2", f'"{license}"'))
    assert codes(reading) == []
    assert at(reading.record, "legal.license").replace("(", "").replace(")", "") == license.replace(
        "(", ""
    ).replace(")", "")


@pytest.mark.parametrize(
    "url",
    [
        "foo",
        "https://forge.example/",
        "git@forge.example:a/b.git",
        "https://forge.example/.../x",
        "https://forge.example/<name>",
    ],
)
def test_a_url_that_names_no_repository_makes_the_entry_unusable(url: str) -> None:
    reading = check(
        spoiled("https://forge.example/stadt/meldeportal", url),
        repository_url="https://forge.example/here/it-lies",
    )
    assert not reading.valid
    assert reading.declared_url is None
    finding = only(reading)
    assert (finding.code, finding.severity, finding.line) == ("PC209", Severity.ERROR, 3)
    assert finding.suggestion == "https://forge.example/here/it-lies"
    assert at(reading.record, "x-harvester.raw.url") == url


def test_the_declared_url_is_canonical_and_knows_old_hosts() -> None:
    reading = check(
        spoiled("https://forge.example/stadt/meldeportal", "https://WWW.Old.example/a/B.git/"),
        host_aliases={"old.example": "forge.example"},
    )
    assert reading.declared_url == "https://forge.example/a/B"
    assert at(reading.record, "url") == "https://forge.example/a/B"


@pytest.mark.parametrize(
    ("url", "suggestion"),
    [
        ("git@forge.example:a/b.git", "https://forge.example/a/b"),
        ("ssh://git@forge.example:22/a/b.git", "https://forge.example/a/b"),
        ("git://forge.example/a/b", "https://forge.example/a/b"),
        ("forge.example/a/b", "https://forge.example/a/b"),
        ("here", None),
    ],
)
def test_an_address_for_git_gets_its_web_address(url: str, suggestion: str | None) -> None:
    reading = check(spoiled("https://forge.example/stadt/meldeportal", url))
    assert only(reading).suggestion == suggestion


@pytest.mark.parametrize(
    ("written", "code", "suggestion"),
    [
        ("email: it(at)stadt.example.org", "PC220", "it@stadt.example.org"),
        ("email: it [at] stadt [dot] example.org", "PC220", "it@stadt.example.org"),
        ("email: nobody", "PC220", None),
    ],
)
def test_a_hidden_address_is_found(written: str, code: str, suggestion: str | None) -> None:
    finding = only(check(spoiled("name: Fachdienst IT", f"name: IT\n      {written}")))
    assert (finding.code, finding.suggestion) == (code, suggestion)


@pytest.mark.parametrize(
    ("name", "suggestion"), [("Deutsch", "de"), ("German", "de"), ("Kauderwelsch", None)]
)
def test_a_language_by_its_name_gets_its_tag(name: str, suggestion: str | None) -> None:
    finding = only(check(spoiled("    - de\n", f"    - {name}\n")))
    assert (finding.code, finding.suggestion) == ("PC218", suggestion)
