# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Records, findings and documents without the personal data of contacts."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester import publiccode
from harvester.model import Finding, Severity
from harvester.publiccode.contacts import (
    document_without_contacts,
    reading_without_contacts,
    without_contacts,
    without_quotes,
)

SECRET = "Erika"
PEOPLE = [{"name": SECRET, "email": f"{SECRET}@amt.example", "phone": "0123"}]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["contacts", "contractors", "email", "phone", "name", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(maintenance=JSON, other=JSON)
def test_nothing_but_people_is_left_out_and_twice_is_once(maintenance: Any, other: Any) -> None:
    record = {"name": "x", "maintenance": maintenance, "x-own": other}
    left = without_contacts(record)
    assert without_contacts(left) == left
    assert {key: left[key] for key in ("name", "x-own")} == {"name": "x", "x-own": other}
    if isinstance(maintenance, dict):
        assert "contacts" not in left["maintenance"]
        others = maintenance.keys() - {"contacts", "contractors"}
        assert {key: left["maintenance"].get(key) for key in others} == {
            key: maintenance[key] for key in others
        }
        contractors = left["maintenance"].get("contractors")
        for one in contractors if isinstance(contractors, list) else ():
            assert not (isinstance(one, dict) and {"email", "phone"} & one.keys())
    else:
        assert left is record


def test_a_contractor_keeps_what_names_no_person() -> None:
    firm = {"name": "Firma", "until": "2030-01-01", "email": f"{SECRET}@firma.example"}
    left = without_contacts({"maintenance": {"type": "contract", "contractors": [firm]}})
    assert left == {
        "maintenance": {
            "type": "contract",
            "contractors": [{"name": "Firma", "until": "2030-01-01"}],
        }
    }


@pytest.mark.parametrize(
    ("key", "personal"),
    [
        ("maintenance.contacts[0].email", True),
        ("maintenance.contacts", True),
        ("maintenance.contractors[1].email", True),
        ("maintenance.contractors[1].until", False),
        ("maintenance.type", False),
        ("", False),
    ],
)
def test_a_finding_stays_and_quotes_nobody(key: str, personal: bool) -> None:
    finding = Finding(
        code="PC201",
        severity=Severity.WARNING,
        key=key,
        line=7,
        column=3,
        arguments=(("address", SECRET), ("host", "amt")),
        suggestion=SECRET,
    )
    left = without_quotes(finding)
    assert (left.code, left.key, left.line, left.column) == ("PC201", key, 7, 3)
    assert (SECRET in repr(left)) is not personal
    assert [name for name, _ in left.arguments] == ["address", "host"]


def test_what_the_reader_makes_of_a_file_and_the_document_that_is_made_of_it() -> None:
    text = (
        "publiccodeYmlVersion: '0'\nname: x\nmaintenance:\n  type: community\n"
        f"  contacts: [{{name: {SECRET}, email: {SECRET} at amt, phone: {SECRET}}}]\n"
    )
    context = publiccode.FileContext(
        path="publiccode.yml",
        profile="standard",
        repository_url="https://forge.example/a/b",
        raw_base=None,
        host_aliases={},
    )
    reading = publiccode.read(text.encode(), context)
    assert SECRET in repr(reading.findings)
    left = reading_without_contacts(reading)
    assert SECRET not in repr(left)
    assert (left.valid, len(left.findings)) == (reading.valid, len(reading.findings))

    def told(findings: tuple[Finding, ...], record: Any) -> dict[str, Any]:
        return {
            "id": "1",
            "publiccode": record,
            "findings": [
                {
                    "code": one.code,
                    "key": one.key,
                    "message": publiccode.messages.message(one, "en"),
                    "suggestion": one.suggestion,
                }
                for one in findings
            ],
        }

    stored = json.dumps(
        told(reading.findings, reading.record), ensure_ascii=False, separators=(",", ":")
    )
    expected = told(left.findings, left.record)
    assert json.loads(document_without_contacts(stored, reading.findings)) == expected
    once = document_without_contacts(stored, reading.findings)
    assert document_without_contacts(once, left.findings) == once
    blind = json.loads(document_without_contacts(stored, ()))
    assert SECRET not in json.dumps(blind)
    assert blind["findings"] == [
        one for one in expected["findings"] if not one["key"].startswith("maintenance.contacts")
    ]
