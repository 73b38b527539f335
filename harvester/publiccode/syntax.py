# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What libyaml says of broken YAML, told so that an author knows what to do."""

import yaml

from harvester.publiccode.codes import Code
from harvester.publiccode.decoding import Place
from harvester.publiccode.findings import Findings


def report_syntax(error: yaml.MarkedYAMLError, text: str, findings: Findings) -> None:
    """Turn the error that ended a reading of ``text`` into a finding at its place."""
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line, mark.column) if mark is not None else None
    line = ""
    if place is not None:
        lines = text.splitlines()
        line = lines[place.line] if place.line < len(lines) else ""
    character = line[place.column] if place is not None and place.column < len(line) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        findings.add(Code.SYNTAX_TAB, "", place)
    elif "mapping values are not allowed" in problem:
        findings.add(Code.SYNTAX_COLON, "", place)
    elif "cannot start any token" in problem:
        findings.add(Code.SYNTAX_RESERVED, "", place, character=character)
    elif "escape" in problem or "escape" in context:
        findings.add(Code.SYNTAX_ESCAPE, "", place)
    elif "unexpected end of stream" in problem or "flow" in context:
        start = error.context_mark
        opened = Place(start.line, start.column) if start is not None else place
        findings.add(Code.SYNTAX_UNCLOSED, "", opened)
    elif "could not find expected ':'" in problem or "did not find expected key" in problem:
        findings.add(Code.SYNTAX_INDENTATION, "", place)
    else:
        findings.add(Code.SYNTAX, "", place, problem=problem or context)
