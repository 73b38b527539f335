# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What `harvester check` prints, in every form. Pure: readings in, text out."""

from collections.abc import Callable, Sequence

from harvester.publiccode.report.codequality import render_codequality
from harvester.publiccode.report.github import render_github
from harvester.publiccode.report.json import render_json
from harvester.publiccode.report.junit import render_junit
from harvester.publiccode.report.result import Result
from harvester.publiccode.report.sarif import render_sarif
from harvester.publiccode.report.text import render_text

__all__ = ["FORMATS", "Result", "render"]

_RENDERERS: dict[str, Callable[[Sequence[Result], str], str]] = {
    "text": render_text,
    "json": render_json,
    "sarif": render_sarif,
    "codequality": render_codequality,
    "junit": render_junit,
    "github": render_github,
}
FORMATS = tuple(_RENDERERS)


def render(form: str, results: Sequence[Result], language: str = "en") -> str:
    """Give the report on checked files, with a line break at its end.

    Args:
        form: one of :data:`FORMATS`.
        results: one for each file, in the order in which they are to be told of.
        language: of the sentences; one of :data:`harvester.publiccode.messages.LANGUAGES`.

    Raises:
        KeyError: no such form or language.
    """
    return _RENDERERS[form](results, language)
