# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from harvester.model import Reading, Severity
from tests.publiccode.examples import GOOD, check, codes, only, spoiled, with_more


def told(reading: Reading) -> set[tuple[str, str]]:
    return {(finding.code, finding.key) for finding in reading.findings}


@pytest.mark.parametrize(
    ("old", "code", "key", "severity"),
    [
        ("name: Meldeportal\n", "PC101", "name", Severity.ERROR),
        ("url: https://forge.example/stadt/meldeportal\n", "PC101", "url", Severity.ERROR),
        ("legal:\n  license: EUPL-1.2\n", "PC101", "legal.license", Severity.ERROR),
        ("platforms:\n  - web\n", "PC102", "platforms", Severity.WARNING),
        ("developmentStatus: stable\n", "PC102", "developmentStatus", Severity.WARNING),
        ("softwareType: standalone/web\n", "PC102", "softwareType", Severity.WARNING),
        ('publiccodeYmlVersion: "0"\n', "PC301", "publiccodeYmlVersion", Severity.WARNING),
        ("  type: internal\n", "PC102", "maintenance.type", Severity.WARNING),
        (
            "  localisationReady: true\n",
            "PC102",
            "localisation.localisationReady",
            Severity.WARNING,
        ),
        ("    features:\n      - Karte\n", "PC314", "description.features", Severity.WARNING),
    ],
)
def test_a_missing_key(old: str, code: str, key: str, severity: Severity) -> None:
    reading = check(spoiled(old, ""))
    finding = only(reading)
    assert (finding.code, finding.key, finding.severity) == (code, key, severity)
    assert finding.line > 0
    assert reading.valid == (severity is not Severity.ERROR)


@pytest.mark.parametrize("value", ["", "''", "~", "'  '"])
def test_an_empty_essential_key_is_an_error(value: str) -> None:
    finding = only(check(spoiled("name: Meldeportal", f"name: {value}")))
    assert (finding.code, finding.line) == ("PC103", 2)


def test_one_wrong_field_neither_hides_another_nor_invents_one() -> None:
    content = GOOD.replace("localisationReady: true", "localisationReady: vielleicht")
    content = content.replace("    - de\n", "    de: ja\n").replace("stable", "[stable, beta]")
    assert told(check(content.encode())) == {
        ("PC107", "localisation.localisationReady"),
        ("PC107", "localisation.availableLanguages"),
        ("PC107", "developmentStatus"),
    }


def test_a_section_that_is_a_text_is_told_once_and_kept() -> None:
    reading = check(spoiled("legal:\n  license: EUPL-1.2", "legal: EUPL-1.2"))
    finding = only(reading)
    assert (finding.code, finding.key, finding.line) == ("PC106", "legal", 17)
    assert reading.record is not None
    assert reading.record["x-harvester"] == {"raw": {"legal": "EUPL-1.2"}}


def test_what_is_missing_behind_a_syntax_error_is_not_told() -> None:
    reading = check(GOOD.encode() + b"x: 'never closed\n")
    assert codes(reading) == ["PC013"]
    assert codes(check(GOOD[: GOOD.index("legal")].encode() + b"legal: [")) == ["PC013"]


def test_unknown_keys_are_kept_with_a_notice() -> None:
    reading = check(with_more("softwaretype2: {a: [1, 1.10, no]}\nx-stadt: ja\nnl: {gemma: x}\n"))
    assert reading.valid
    assert [(f.code, f.severity, f.suggestion) for f in reading.findings] == [
        ("PC110", Severity.NOTICE, None),
        ("PC112", Severity.NOTICE, None),
        ("PC112", Severity.NOTICE, None),
    ]
    assert reading.record is not None
    assert reading.record["softwaretype2"] == {"a": [1, "1.10", "no"]}


def test_a_misspelled_key_gets_its_name() -> None:
    reading = check(spoiled("softwareType:", "softwaretype:"))
    assert told(reading) == {("PC111", "softwaretype"), ("PC102", "softwareType")}
    (notice,) = [finding for finding in reading.findings if finding.code == "PC111"]
    assert notice.suggestion == "softwareType"


@pytest.mark.parametrize("number", ["9" * 40, ".inf", "-.inf", ".nan", "1e400"])
def test_numbers_that_no_reader_could_hold_stay_texts(number: str) -> None:
    reading = check(with_more(f"x-size: {number}\n"))
    assert reading.record is not None
    assert reading.record["x-size"] == number


def test_names_of_version_0_1_are_read_by_their_newer_names() -> None:
    content = GOOD.replace('publiccodeYmlVersion: "0"', 'publiccode-yaml-version: "0.1"')
    content += "tags: [it-security]\nintendedAudience: {onlyFor: [welfare]}\n"
    content += "it: {spid: true, conforme: {privacy: true}, riuso: {codiceIPA: pcm}}\n"
    reading = check(content.encode())
    record = reading.record
    assert record is not None
    assert reading.version == "0.1"
    assert record["publiccodeYmlVersion"] == "0"
    assert record["categories"] == ["it-security"]
    assert record["intendedAudience"] == {"scope": ["welfare"]}
    assert record["IT"] == {"conforme": {"gdpr": True}, "piattaforme": {"spid": True}}
    assert record["organisation"] == {"uri": "urn:x-italian-pa:pcm"}
    renamed = {key for code, key in told(reading) if code == "PC115"}
    assert renamed == {
        "publiccode-yaml-version", "tags", "intendedAudience.onlyFor", "it", "it.spid",
        "it.conforme.privacy",
    }  # fmt: skip


def test_the_newer_name_wins_where_both_stand() -> None:
    reading = check(with_more("IT: {piattaforme: {cie: true}}\nit: {piattaforme: {cie: false}}\n"))
    assert told(reading) == {("PC315", "it")}
    assert reading.record is not None
    assert reading.record["IT"] == {"piattaforme": {"cie": True}}
    assert reading.record["x-harvester"]["raw"] == {"it": {"piattaforme": {"cie": False}}}


def test_the_owner_becomes_the_organisation() -> None:
    reading = check(spoiled("  license: EUPL-1.2", "  license: EUPL-1.2\n  repoOwner: Stadt"))
    assert told(reading) == {("PC114", "legal.repoOwner")}
    assert reading.record is not None
    assert reading.record["organisation"] == {"name": "Stadt"}
    assert reading.record["legal"] == {"license": "EUPL-1.2"}


def test_an_owner_that_differs_from_the_organisation_is_kept_and_told() -> None:
    content = spoiled("  license: EUPL-1.2", "  license: EUPL-1.2\n  repoOwner: Dorf")
    reading = check(content + b"organisation: {uri: https://stadt.example/, name: Stadt}\n")
    assert ("PC316", "legal.repoOwner") in told(reading)
    assert reading.record is not None
    assert reading.record["organisation"]["name"] == "Stadt"
    assert reading.record["x-harvester"]["raw"] == {"legal.repoOwner": "Dorf"}


def test_the_german_section_is_read() -> None:
    reading = check(with_more("de:\n  leika:\n    - {leika-id: 99012, ozg-id: 10101}\n    - {}\n"))
    assert reading.record is not None
    assert reading.record["de"]["leika"][0] == {"leika-id": "99012", "ozg-id": "10101"}


def test_the_section_of_another_country_is_kept_with_a_notice() -> None:
    reading = check(with_more("AT: {foo: bar}\n"))
    assert only(reading).code == "PC317"
    assert reading.record is not None
    assert reading.record["AT"] == {"foo": "bar"}


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("contract", "", "PC311"),
        ("contract", "  contractors: [{name: A, until: 2030-01-01}]\n", None),
        ("internal", "  contractors: [{name: A, until: 2030-01-01}]\n", "PC313"),
        ("none", "", None),
    ],
)
def test_contractors(kind: str, more: str, code: str | None) -> None:
    reading = check(spoiled("  type: internal\n", f"  type: {kind}\n{more}"))
    assert codes(reading) == ([code] if code else [])


def test_contacts_are_needed_unless_others_maintain() -> None:
    contacts = "  contacts:\n    - name: Fachdienst IT\n"
    assert codes(check(spoiled(contacts, ""))) == ["PC312"]
    assert "PC312" in codes(check(spoiled(contacts, "  contacts: []\n")))
    nameless = "  contacts:\n    - name: ''\n"
    assert codes(check(spoiled(contacts, nameless))) == ["PC104"]


def test_language_keys_are_brought_to_their_usual_form() -> None:
    reading = check(spoiled("  de:\n    short", "  de_DE:\n    short"))
    assert only(reading).code == "PC219"
    assert reading.record is not None
    assert list(reading.record["description"]) == ["de-DE"]


def test_a_description_without_any_text_makes_the_entry_unusable() -> None:
    start, end = GOOD.index("  de:\n"), GOOD.index("legal:")
    content = GOOD[:start] + "  de: {documentation: https://x.example/}\n" + GOOD[end:]
    assert ("PC103", "description") in told(check(content.encode()))


class TestProfiles:
    def test_another_file_name_is_a_notice(self) -> None:
        finding = only(check(GOOD.encode(), path="a/publiccode.yaml"))
        assert (finding.code, finding.suggestion) == ("PC008", "publiccode.yml")

    def test_opencode_takes_one_file_name_alone(self) -> None:
        reading = check(GOOD.encode(), path="publiccode.yaml", profile="opencode")
        assert only(reading).code == "PC009"
        assert not reading.valid

    @pytest.mark.parametrize(
        "group", ["https://forge.example/stadt", "https://forge.example/Stadt/"]
    )
    def test_opencode_takes_the_hosting_repository_for_its_group(self, group: str) -> None:
        content = spoiled("https://forge.example/stadt/meldeportal", group)
        here = "https://forge.example/stadt/meldeportal"
        reading = check(content, profile="opencode", repository_url=here)
        finding = only(reading)
        assert (finding.code, finding.key, finding.suggestion) == ("PC211", "url", here)
        assert reading.valid
        assert reading.declared_url is None
        assert reading.record is not None
        assert reading.record["url"] == here

    def test_elsewhere_a_group_is_another_place(self) -> None:
        content = spoiled("https://forge.example/stadt/meldeportal", "https://forge.example/stadt")
        reading = check(content, repository_url="https://forge.example/stadt/meldeportal")
        assert reading.declared_url == "https://forge.example/stadt"

    def test_version_1_gives_up_what_was_deprecated(self) -> None:
        content = GOOD.replace('"0"', '"1.0"') + "IT: {}\nintendedAudience: {scope: [government]}\n"
        assert told(check(content.encode(), profile="v1")) == {
            ("PC116", "IT"), ("PC212", "intendedAudience.scope[0]"),
        }  # fmt: skip

    def test_what_was_entered_by_hand_needs_a_name_alone(self) -> None:
        reading = check(
            b"name: Parkplatz-App\nurl: kein Quelltext\nplatforms: Netz", profile="hand"
        )
        assert reading.valid
        assert {finding.severity for finding in reading.findings} == {Severity.NOTICE}
        assert {("PC209", "url"), ("PC101", "legal.license")} <= told(reading)

    @pytest.mark.parametrize(
        "content", [b"landingURL: https://a.example", b"name: ' '", b"name: []"]
    )
    def test_without_a_name_it_is_unusable(self, content: bytes) -> None:
        reading = check(content, profile="hand")
        errors = [found for found in reading.findings if found.severity is Severity.ERROR]
        assert [found.key for found in errors] == ["name"]
        assert not reading.valid

    def test_what_is_no_text_is_unusable_whoever_wrote_it(self) -> None:
        assert [found.code for found in check(b"name: [", profile="hand").findings] == ["PC013"]

    def test_a_profile_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(ValueError, match="opencode"):
            check(GOOD.encode(), profile="openCode")
