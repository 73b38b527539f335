# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from harvester.publiccode import FileContext, read


def test_a_file_without_anything_is_invalid_and_says_so_once() -> None:
    reading = read(b"", FileContext())
    assert not reading.valid
    assert reading.record is None
    assert [finding.code for finding in reading.findings] == ["PC006"]
