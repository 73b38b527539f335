# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Files within all limits that are made to be dear: none may hold up a crawl."""

import time

import pytest

from harvester.publiccode import FileContext, read
from harvester.publiccode.findings import MAX_FINDINGS

SECONDS = 4
"""Several times what each takes, so that a busy machine fails no test; some once took minutes."""


def listed(head: str, entry: str, number: int) -> str:
    return head + "".join(f"\n- {entry.format(number)}" for number in range(number))


CLUSTER = "e\u0301"
FILES = {
    "categories": listed("categories:", "word{0:x}", 19_000),
    "languages": listed("localisation:\n availableLanguages:", "xq{0:x}", 19_000).replace(
        "\n- ", "\n  - "
    ),
    "countries": listed("intendedAudience:\n countries:", "land{0:x}", 19_000).replace(
        "\n- ", "\n  - "
    ),
    "keys": "".join(f"nmae{number:x}: 1\n" for number in range(9_000)),
    "markup": f'name: "{"<a " * 300_000}"',
    "brackets": f'url: "https://x.example/{"{" * 400_000}"',
    "clusters": f'description: {{de: {{shortDescription: "{CLUSTER * 300_000}"}}}}',
    "slashes": f"url: https://x.example/{'/' * 900_000}",
    "dots": f'landingURL: "{"a." * 300_000}"',
    "parents": f'logo: "{"../" * 200_000}x.png"',
    "parentheses": f'legal: {{license: "{"(" * 400}"}}',
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", FILES)
def test_a_dear_file_is_read_in_bounded_time(name: str, strict: bool) -> None:
    started = time.process_time()
    reading = read(FILES[name].encode(), FileContext(strict=strict))
    assert time.process_time() - started < SECONDS
    assert len(reading.findings) <= MAX_FINDINGS
    assert not reading.valid
