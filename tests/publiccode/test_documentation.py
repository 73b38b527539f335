# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import re

from harvester.publiccode.report import Result, render
from tests.publiccode.codes_table import DOCUMENT, with_table
from tests.publiccode.examples import check, spoiled


def test_the_table_of_codes_is_that_of_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_table(text) == text


def test_the_example_is_what_is_printed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    example = re.search(r"--lang de\n(.*?)```", text, re.DOTALL)
    assert example is not None
    result = Result(path="publiccode.yml", reading=check(spoiled("stable", "stabel")))
    assert render("text", [result], "de") == example[1]
