# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Ten files with typical mistakes, and what a publisher reads about them in German.

``mistakes/german.txt`` was read by a person. When a sentence changes on purpose, run
``python -m tests.publiccode.test_german`` and read the difference.
"""

from pathlib import Path

from harvester.publiccode import FileContext, read
from harvester.publiccode.report import Result, render

MISTAKES = Path(__file__).parent / "mistakes"
TOLD = MISTAKES / "german.txt"


def german() -> str:
    """Give the report on all of the files."""
    results = [
        Result(path=file.name, reading=read(file.read_bytes(), FileContext()))
        for file in sorted(MISTAKES.glob("*.yml"))
    ]
    return render("text", results, "de")


def test_what_a_publisher_reads() -> None:
    assert german() == TOLD.read_text(encoding="utf-8")


if __name__ == "__main__":
    TOLD.write_text(german(), encoding="utf-8")
