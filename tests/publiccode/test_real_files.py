# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The real files: what is said about each stands in ``golden/``, where a person can read it.

When a rule changes on purpose, ``python -m tests.publiccode.golden`` writes the texts anew; read
the difference.
"""

import json
from pathlib import Path

import pytest

from harvester.publiccode import normalise, read
from tests.publiccode.golden import CONTEXT, FOLDER, path_of, text
from tests.reference import REFERENCE, needs_reference

FILES = sorted((REFERENCE / "publiccode").glob("[hw]*/*.yml"))
WILD = [file for file in FILES if file.parent.name == "wild"]


@needs_reference
@pytest.mark.parametrize("file", WILD, ids=lambda file: file.stem)
def test_what_is_said_about_a_real_file(file: Path) -> None:
    assert text(file.read_bytes()) == path_of(file).read_text(encoding="utf-8")


@needs_reference
def test_every_golden_text_is_of_a_real_file() -> None:
    assert sorted(FOLDER.iterdir()) == [path_of(file) for file in WILD]


@needs_reference
def test_every_revision_is_read_and_its_record_is_stable() -> None:
    assert len(FILES) > 300
    for file in FILES:
        reading = read(file.read_bytes(), CONTEXT)
        record = reading.record
        assert (record is None) == ([f.code for f in reading.findings] == ["PC006"]), file.name
        if record is None:
            continue
        json.dumps(record, allow_nan=False)
        assert normalise(record, CONTEXT).record == record, file.name
