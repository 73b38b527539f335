# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json

import jsonpath

from tests.feed.catalogue import catalogue
from tests.feed.test_forms import written


def test_every_repository_and_no_page() -> None:
    read = json.loads(written("urls", catalogue()))
    assert jsonpath.findall("$[*].url", read) == [
        "https://forge.example/city/wegweiser",
        "https://forge.example/city/3",
        "https://forge.example/city/4",
    ]
    assert [one["id"] for one in read] == sorted(one["id"] for one in read)
