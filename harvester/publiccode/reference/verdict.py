# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reference parser's verdict on a file: valid or not, and what it says at which key and line.

Where it stops at the first of several values of the wrong type, all of them are told.
"""

from harvester.model import Finding, Severity
from harvester.publiccode.codes import Code
from harvester.publiccode.decoding import decode
from harvester.publiccode.findings import Findings
from harvester.publiccode.nodes import Mapping, Node, Scalar, boolean, is_null
from harvester.publiccode.reference.beyond import check_beyond
from harvester.publiccode.reference.check import check_fields
from harvester.publiccode.reference.decode import Decoder, go_number
from harvester.publiccode.reference.places import key_at, place_of
from harvester.publiccode.reference.surroundings import Surroundings
from harvester.publiccode.reference.tables import tables
from harvester.publiccode.yaml_reader import read_yaml

_VERSION = "publiccodeYmlVersion"
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_WITHOUT_PLACE = frozenset(
    code.code
    for code in (Code.TOO_LARGE, Code.BINARY, Code.NOT_UTF8, Code.UTF16, Code.SEVERAL_DOCUMENTS)
)


def judge(content: bytes, around: Surroundings | None = None) -> tuple[Finding, ...]:
    """Give what the reference parser says; the file is valid if none of it is an error."""
    reading = Findings()
    text = decode(content, reading)
    root = read_yaml(text, reading) if text is not None else None
    findings = Findings()
    fatal = _fatal(reading)
    if fatal is not None:
        return (fatal,)
    if root is None:
        findings.add(Code.VERSION_MISSING, _VERSION, None, severity=_ERROR)
        return findings.sorted()
    if _check_version(root, findings):
        _check_content(root, findings, around)
    return findings.sorted()


def is_valid(findings: tuple[Finding, ...]) -> bool:
    """Say whether nothing among the findings is an error."""
    return not any(finding.severity is _ERROR for finding in findings)


def _fatal(reading: Findings) -> Finding | None:
    """Give the error that nothing can be read behind."""
    empty = (Code.EMPTY_FILE.code, Code.NOT_A_MAPPING.code)
    for finding in reading.sorted():
        if finding.severity is not _ERROR or finding.code in empty:
            continue
        nowhere = finding.code in _WITHOUT_PLACE
        return Finding(
            code=finding.code,
            severity=_ERROR,
            key="",
            line=0 if nowhere else finding.line,
            column=0 if nowhere else 1,
            arguments=finding.arguments,
        )
    return None


def _check_version(root: Mapping, findings: Findings) -> bool:
    """Say whether the version is one that the rest is read by."""
    entry = root.entries.get(_VERSION)
    if entry is None:
        findings.add(Code.VERSION_MISSING, _VERSION, None, severity=_ERROR)
        return False
    key, node = entry
    if not _is_plain_text(node):
        findings.add(
            Code.WRONG_TYPE, _VERSION, key.mark, severity=_ERROR, expected="text", found="text"
        )
        return False
    version = node.text if isinstance(node, Scalar) else ""
    table = tables()
    arguments = {"value": version, "newest": table.latest}
    if version not in table.versions:
        findings.add(Code.VERSION_UNKNOWN, _VERSION, None, severity=_ERROR, **arguments)
        return False
    if version != "0" and not version.startswith(table.latest):
        findings.add(Code.VERSION_OLD, _VERSION, key.mark, severity=_WARNING, **arguments)
    return True


def _is_plain_text(node: Node) -> bool:
    """Say whether a value is a text, written on one line and not readable as anything else."""
    if not isinstance(node, Scalar) or node.block:
        return False
    return not (is_null(node) or go_number(node) is not None or boolean(node) is not None)


def _check_content(root: Mapping, findings: Findings, around: Surroundings | None) -> None:
    decoder = Decoder()
    file = decoder.file(root)
    for refusal in decoder.refusals:
        place = refusal.mark
        key = key_at(root, place.line) if place is not None else ""
        if refusal.kind == "unknown":
            code, arguments = Code.UNKNOWN_KEY, {"name": refusal.name}
        elif refusal.kind == "type":
            code = Code.WRONG_TYPE
            arguments = {"expected": refusal.expected, "found": refusal.found}
        else:
            code, arguments = Code.BAD_LINK, {"value": refusal.name}
        findings.add(code, key, place, severity=_ERROR, **arguments)
    for code, key, arguments in check_fields(file):
        findings.add(code, key, place_of(root, key), severity=_ERROR, **arguments)
    for severity, code, key, arguments in check_beyond(file, around):
        suggestion = arguments.pop("suggestion", None)
        place = place_of(root, key)
        findings.add(code, key, place, suggestion, severity=severity, **arguments)
