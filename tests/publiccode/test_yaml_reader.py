# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from harvester.publiccode.findings import Findings
from harvester.publiccode.nodes import plain_value
from harvester.publiccode.yaml_reader import MAX_DEPTH, MAX_NODES, read_yaml


def parse(text: str) -> tuple[Any, list[tuple[str, int, int]]]:
    """Give the value of a text, and code, line and column of what is wrong with it."""
    findings = Findings()
    root = read_yaml(text, findings)
    told = [(finding.code, finding.line, finding.column) for finding in findings.sorted()]
    return (None if root is None else plain_value(root)), told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("true", True), ("False", False),
        ("'true'", "true"), ("~", None), ("", None), ("null", None), ("'null'", "null"),
        ("2017-04-15", "2017-04-15"), ("12:30:45", "12:30:45"), ("1.10", "1.10"), ("1.5", 1.5),
        ("1.2.3", "1.2.3"), ("0755", "0755"), ("0o17", "0o17"), ("0x1F", "0x1F"), ("1e3", "1e3"),
        ("1_000", "1_000"), ("42", 42), ("-7", -7), ("+7", "+7"), (".inf", ".inf"),
        (".nan", ".nan"), ("9" * 40, "9" * 40), ("9" * 4301, "9" * 4301),
        ("!!str 1.5", "1.5"), ("! 1.5", "1.5"), ('"\\u00e4"', "ä"), ("[a, 1]", ["a", 1]),
        ("{b: 1}", {"b": 1}), ("|\n  x\n  y\n", "x\ny\n"),
    ],
)  # fmt: skip
def test_values_are_those_of_yaml_1_2_and_lose_nothing(text: str, value: object) -> None:
    assert parse(f"a: {text}") == ({"a": value}, [])


def test_keys_stay_texts() -> None:
    assert parse("no: 1\n2: x\ntrue: y\n~: z")[0] == {"no": 1, "2": "x", "true": "y", "~": "z"}


def test_a_directive_does_not_bring_yaml_1_1_back() -> None:
    assert parse("%YAML 1.1\n---\na: no") == ({"a": "no"}, [])


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("a: b: c", {}, ("PC012", 1, 5)),
        ("a: 1\nb: x\n c: y\n", {"a": 1}, ("PC012", 3, 3)),
        ('a: 1\nb: "foo', {"a": 1}, ("PC013", 2, 4)),
        ("a: [1, 2", {"a": [1]}, ("PC013", 1, 4)),
        ("a:\n\tb: 1", {}, ("PC011", 2, 1)),
        ("a: @foo", {}, ("PC014", 1, 4)),
        ("a: `foo`", {}, ("PC014", 1, 4)),
        ('a: "\\ud800"', {}, ("PC016", 1, 7)),
        ('a: "C:\\dir"', {}, ("PC016", 1, 7)),
        ("a: 1\n b: 2\n", {}, ("PC012", 2, 3)),
        ("a:\n  - b\n c: d\n", {"a": []}, ("PC015", 3, 2)),
        ("a: 1\n---\nb: 2\n", {"a": 1}, ("PC018", 2, 1)),
        ("a: 1\nb: 2\na: 3\n", {"a": 1, "b": 2}, ("PC022", 3, 1)),
        ("a: *b", {"a": None}, ("PC021", 1, 4)),
        ("a: &a [*a]", {"a": [None]}, ("PC021", 1, 8)),
        ("a: !foo bar", {"a": "bar"}, ("PC023", 1, 4)),
        ("a: !!python/object:os.system x", {"a": "x"}, ("PC023", 1, 4)),
        ("? [a, b]\n: c\nd: e\n", {"d": "e"}, ("PC025", 1, 3)),
        ("{a: b}: c\nd: e\n", {"d": "e"}, ("PC025", 1, 1)),
        ('a: "x\\0y"', {"a": "x\ufffdy"}, ("PC027", 1, 4)),
        ('a: "\\x07"', {"a": "\ufffd"}, ("PC027", 1, 4)),
        ("- a\n- b\n", None, ("PC017", 1, 1)),
        ("just a text", None, ("PC017", 1, 1)),
        ("", None, ("PC006", 0, 0)),
        ("# nothing\n", None, ("PC006", 0, 0)),
        ("---\n", None, ("PC006", 0, 0)),
    ],
)
def test_each_mistake_is_one_finding_at_its_place(
    text: str, value: object, told: tuple[str, int, int]
) -> None:
    assert parse(text) == (value, [told])


def test_an_alias_repeats_what_its_anchor_marked() -> None:
    assert parse("a: &x {b: [1]}\nc: *x\n&y d: e\nf: *y\n") == (
        {"a": {"b": [1]}, "c": {"b": [1]}, "d": "e", "f": "d"},
        [],
    )


def test_a_merge_key_is_followed_with_a_notice_and_loses_to_the_own_key() -> None:
    value, told = parse("a: &a {p: 1, q: 1}\nb:\n  q: 2\n  <<: *a\nc:\n  <<: [*a]\n  q: 3\n")
    assert value["b"] == {"q": 2, "p": 1}
    assert value["c"] == {"p": 1, "q": 3}
    assert [code for code, _, _ in told] == ["PC024", "PC024"]


def test_a_key_that_stands_thrice_is_told_twice() -> None:
    assert parse("a: 1\na: 2\na: 3\n")[1] == [("PC022", 2, 1), ("PC022", 3, 1)]


_ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)
_MERGES = "a: &a {k0: 0}\n" + "".join(
    f"m{n}: &m{n} {{{', '.join(f'k{n}x{k}: 0' for k in range(500))}}}\n"
    f"n{n}: {{<<: [{', '.join([f'*m{n}'] * 50)}]}}\n"
    for n in range(3)
)


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """Count the calls of functions, which tell how much work was done on any machine."""
    calls: Counter[str] = Counter()

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        calls[event] += event.endswith("call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        ("[" * 25_000, "PC019"),
        ("{" * 1_000_000, "PC019"),
        ("- " * 500_000, "PC019"),
        ("? " * 500_000, "PC019"),
        ("[a," * 300_000, "PC019"),
        ("\n".join(" " * n + "a:" for n in range(1000)), "PC019"),
        ("a:\n" + "- x\n" * 250_000, "PC020"),
        (_ALIASES, "PC020"),
        (_MERGES, "PC020"),
        ("a: " * 300_000, "PC012"),
        ('"' * 1_000_000, "PC010"),
        ("&a " * 300_000, "PC010"),
    ],
    ids=["brackets", "braces", "dashes", "marks", "mixed", "stairs", "items", "aliases", "merges",
         "colons", "quotes", "anchors"],
)  # fmt: skip
def test_a_bomb_is_one_finding(bomb: str, code: str) -> None:
    with counted_calls() as calls:
        _, told = parse(bomb)
    assert [found for found, _, _ in told if found != "PC024"] == [code]
    assert calls.total() < 30 * MAX_NODES


def test_the_budgets_leave_room_for_the_largest_real_files() -> None:
    deep = "".join(" " * n + "a:\n" for n in range(MAX_DEPTH - 1))
    assert parse(deep)[1] == []
    assert parse("a:\n" + "- x\n" * (MAX_NODES - 4))[1] == []


def test_what_stands_before_an_error_is_kept_as_incomplete() -> None:
    findings = Findings()
    root = read_yaml("a: 1\nb:\n  c: 2\n  d: 'x\n", findings)
    assert root is not None
    assert plain_value(root) == {"a": 1, "b": {"c": 2}}
    assert not root.complete
