# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Files within all limits that are made to be dear: none may hold up a crawl."""

import time
from collections.abc import Callable

import pytest

from harvester.publiccode import FileContext, read
from harvester.publiccode.findings import MAX_FINDINGS

GROWTH = 4
"""So many times as long is the longer of two files; reading it may take a little more than that."""
SLACK = 2.5
QUICK = 0.2
"""Seconds of processor time that say nothing about growth."""
ATTEMPTS = 5
"""What else runs on the machine makes a measure dear now and then, never always."""


def listed(head: str, entry: str, number: int) -> str:
    return head + "".join(f"\n- {entry.format(number)}" for number in range(number))


CLUSTER = "e\u0301"
MAKERS: dict[str, Callable[[int], str]] = {
    "categories": lambda n: listed("categories:", "word{0:x}", 4_750 * n),
    "languages": lambda n: listed(
        "localisation:\n availableLanguages:", "xq{0:x}", 4_750 * n
    ).replace("\n- ", "\n  - "),
    "countries": lambda n: listed("intendedAudience:\n countries:", "land{0:x}", 4_750 * n).replace(
        "\n- ", "\n  - "
    ),
    "keys": lambda n: "".join(f"nmae{number:x}: 1\n" for number in range(2_250 * n)),
    "markup": lambda n: f'name: "{"<a " * 75_000 * n}"',
    "brackets": lambda n: f'url: "https://x.example/{"{" * 100_000 * n}"',
    "clusters": lambda n: f'description: {{de: {{shortDescription: "{CLUSTER * 75_000 * n}"}}}}',
    "slashes": lambda n: f"url: https://x.example/{'/' * 225_000 * n}",
    "dots": lambda n: f'landingURL: "{"a." * 75_000 * n}"',
    "parents": lambda n: f'logo: "{"../" * 50_000 * n}x.png"',
    "parentheses": lambda n: f'legal: {{license: "{"(" * 100 * n}"}}',
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", MAKERS)
def test_a_dear_file_costs_as_much_more_as_it_is_longer(name: str, strict: bool) -> None:
    short, long = (MAKERS[name](times).encode() for times in (1, GROWTH))
    context = FileContext(strict=strict)
    assert any(in_proportion(short, long, context) for _ in range(ATTEMPTS))


def in_proportion(short: bytes, long: bytes, context: FileContext) -> bool:
    dear = spent(long, context)
    return dear < QUICK or dear < GROWTH * SLACK * spent(short, context)


def spent(content: bytes, context: FileContext) -> float:
    """Read a file, and give the processor time that it took."""
    started = time.process_time()
    reading = read(content, context)
    took = time.process_time() - started
    assert len(reading.findings) <= MAX_FINDINGS
    assert not reading.valid
    return took
