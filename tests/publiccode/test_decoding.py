# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from harvester.model import Severity
from harvester.publiccode.decoding import MAX_BYTES
from tests.publiccode.examples import GOOD, check, codes, only


def test_the_good_file_is_valid_and_nothing_is_said() -> None:
    reading = check(GOOD.encode())
    assert reading.valid
    assert reading.findings == ()


def test_a_byte_order_mark_is_a_notice_and_not_a_part_of_the_first_key() -> None:
    reading = check(b"\xef\xbb\xbf" + GOOD.encode())
    assert reading.valid
    assert only(reading).code == "PC007"
    assert reading.version == "0"


def test_windows_line_ends_change_nothing_but_the_bytes() -> None:
    reading = check(GOOD.replace("\n", "\r\n").encode())
    assert reading.findings == ()
    assert reading.record == check(GOOD.encode()).record


def test_latin_1_is_told_at_its_line_and_the_rest_is_kept() -> None:
    reading = check(GOOD.encode("latin-1"))
    finding = only(reading)
    assert (finding.code, finding.line, finding.column) == ("PC003", 10, 24)
    assert not reading.valid
    assert reading.record is not None
    assert reading.record["name"] == "Meldeportal"
    assert reading.record["description"]["de"]["shortDescription"].startswith("B\ufffdrger")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_named(encoding: str) -> None:
    reading = check(GOOD.encode(encoding))
    assert only(reading).code == "PC004"
    assert reading.record is None


def test_an_image_is_not_a_text() -> None:
    reading = check(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    assert only(reading).code == "PC002"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f", "\x9f", "\ufffe"])
def test_control_characters_are_told_at_their_place_and_replaced(character: str) -> None:
    reading = check(GOOD.replace("- Karte", f"- Kar{character}te").encode())
    finding = only(reading)
    assert (finding.code, finding.line) == ("PC005", 16)
    assert finding.arguments == (("character", f"U+{ord(character):04X}"),)
    assert reading.record is not None
    assert reading.record["description"]["de"]["features"] == ["Kar\ufffdte"]


def test_a_file_over_the_limit_is_not_read() -> None:
    reading = check(b"#" * (MAX_BYTES + 1))
    assert only(reading).code == "PC001"
    assert only(reading).severity is Severity.ERROR


def test_fifty_megabytes_are_one_finding() -> None:
    assert codes(check(b"a: " + b"x" * 50_000_000)) == ["PC001"]


def test_a_surrogate_in_the_bytes_is_no_utf_8() -> None:
    assert codes(check(GOOD.encode() + b"x-a: \xed\xa0\x80\n"))[-1] == "PC003"
