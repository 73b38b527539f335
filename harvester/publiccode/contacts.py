# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Leaves the personal data of contacts out of what a publiccode file says. Pure.

Personal are ``maintenance.contacts`` and how contractors are reached, which may be a person. What a
finding quotes of them is left out too; that there is something to mend, and where, stays.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harvester.model import Finding, JsonObject, Reading
from harvester.publiccode import messages

_MAINTENANCE, _CONTACTS, _CONTRACTORS = "maintenance", "contacts", "contractors"
_OF_CONTRACTORS = ("email", "phone")
_LEFT_OUT = "…"


def without_contacts(record: JsonObject) -> JsonObject:
    """Give a record without personal data; the same one, if it has none."""
    maintenance = record.get(_MAINTENANCE)
    if not isinstance(maintenance, dict):
        return record
    kept = {key: value for key, value in maintenance.items() if key != _CONTACTS}
    contractors = kept.get(_CONTRACTORS)
    if isinstance(contractors, list):
        kept[_CONTRACTORS] = [_contractor(one) for one in contractors]
    return record if kept == maintenance else {**record, _MAINTENANCE: kept}


def _contractor(one: Any) -> Any:
    if not isinstance(one, dict):
        return one
    return {key: value for key, value in one.items() if key not in _OF_CONTRACTORS}


def without_quotes(finding: Finding) -> Finding:
    """Give a finding without what it quotes of personal data."""
    if not _is_personal(finding.key):
        return finding
    left = tuple((name, _LEFT_OUT) for name, _ in finding.arguments)
    return replace(finding, arguments=left, suggestion=None)


def _is_personal(key: str) -> bool:
    if key.startswith(f"{_MAINTENANCE}.{_CONTACTS}"):
        return True
    of_contractor = key.startswith(f"{_MAINTENANCE}.{_CONTRACTORS}")
    return of_contractor and key.rpartition(".")[2] in _OF_CONTRACTORS


def reading_without_contacts(reading: Reading) -> Reading:
    """Give what the reader made of a file, without personal data."""
    return replace(
        reading,
        record=None if reading.record is None else without_contacts(reading.record),
        findings=tuple(map(without_quotes, reading.findings)),
    )


def record_text_without_contacts(text: str) -> str:
    """Do so with a record as it is stored."""
    record = json.loads(text)
    without = without_contacts(record)
    return text if without is record else _text(without)


def document_without_contacts(text: str, findings: Sequence[Finding]) -> str:
    """Do so with an entry's document.

    Args:
        text: as it is stored.
        findings: those that it tells, in its order; where they are not known, it tells none of
            contacts any more.
    """
    document = json.loads(text)
    after = dict(document)
    if isinstance(document.get("publiccode"), dict):
        after["publiccode"] = without_contacts(document["publiccode"])
    told = document.get("findings") or []
    if len(findings) == len(told):
        after["findings"] = list(map(_told_without, told, findings))
    else:
        after["findings"] = [one for one in told if not _is_personal(one["key"])]
    return text if after == document else _text(after)


def _told_without(told: Mapping[str, Any], finding: Finding) -> Mapping[str, Any]:
    if not _is_personal(finding.key):
        return told
    kept = without_quotes(finding)
    return {**told, "message": messages.message(kept, "en"), "suggestion": None}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
