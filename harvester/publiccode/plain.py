# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""YAML as plain data, for files that are no publiccode.yml: read as carefully, but not checked."""

from typing import Any

from harvester.model import Severity
from harvester.publiccode.codes import Code
from harvester.publiccode.findings import Findings
from harvester.publiccode.nodes import plain_value
from harvester.publiccode.yaml_reader import read_yaml

MOST_NODES = 1_000_000
"""Keys and values; a list of a hundred thousand addresses has fewer."""


def plain_yaml(content: bytes) -> dict[str, Any]:
    """Read one YAML document whose root is a mapping, by the rules of YAML 1.2.

    Of a key that stands twice the first value is taken.

    Raises:
        ValueError: it is none, or larger or deeper than anybody writes; the message says where.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is not UTF-8") from None
    findings = Findings()
    root = read_yaml(text, findings, MOST_NODES)
    for finding in findings.sorted():
        if finding.severity is Severity.ERROR and finding.code != Code.DUPLICATE_KEY.code:
            problem = dict(finding.arguments).get("problem")
            raise ValueError(
                f"line {finding.line}, column {finding.column}: no YAML that can be read"
                f" [{finding.code}]" + (f": {problem}" if problem else "")
            )
    if root is None:
        raise ValueError("it is empty")
    value: dict[str, Any] = plain_value(root)
    return value
