# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from harvester.publiccode.project_files import (
    Project,
    heading,
    license_of,
    project,
    project_file_of,
    prose,
)

PYPROJECT = """\
[project]
name = "portal"
version = "1.2.0"
description = "A portal"
license = "EUPL-1.2"
[project.urls]
Homepage = "https://city.example"
"""
README = """\
[![badge](https://x/y.svg)](https://x)

# The [Portal](https://city.example) #

<p align="center"><img src="logo.png"></p>

Takes [reports](https://city.example/reports)
of citizens.

It runs *anywhere*.

## Installation

Do this.
"""


def test_a_readme() -> None:
    assert heading(README) == "The Portal"
    assert prose(README) == "Takes reports of citizens. It runs *anywhere*."
    assert heading("Portal\n======\n\nText.") == "Portal"
    assert prose("Portal\n======\n\nText.") == "Text."


@pytest.mark.parametrize("readme", ["", "# ![logo](x.png)", "# <img src='x'>", "## second", "#\n"])
def test_a_readme_without_a_name(readme: str) -> None:
    assert heading(readme) is None
    assert prose(readme) is None


def test_project_files() -> None:
    told = Project(
        name="portal",
        version="1.2.0",
        description="A portal",
        license="EUPL-1.2",
        homepage="https://city.example",
    )
    assert project({"pyproject.toml": PYPROJECT}) == told
    text = (
        '{"name": "portal", "version": "1.2.0", "description": "A portal", "license": "EUPL-1.2",'
        ' "homepage": "https://city.example"}'
    )
    assert project({"package.json": text}) == told
    assert project({"composer.json": text}) == told
    assert project({}) is None


@pytest.mark.parametrize(
    "line", ["# " + " " * 200_000, "[" * 200_000, "\n " * 100_000, "[](" * 70_000]
)
def test_a_hostile_readme_takes_no_time(line: str) -> None:
    # with an expression that goes back and forth, this would not end
    assert heading(line + "x") != ""
    assert prose(line + "x") != ""


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 100_000,
        "[]",
        '"x"',
        '{"version": 1, "license": {"type": "MIT"}, "description": " "}',
        '{"version": "0.0.0"}',
    ],
)
def test_a_project_file_that_says_nothing(text: str) -> None:
    assert project({"package.json": text}) in (None, Project())


def test_a_broken_project_file_does_not_hide_another() -> None:
    found = project({"pyproject.toml": "[", "package.json": '{"name": "portal"}'})
    assert found == Project(name="portal")
    assert project({"pyproject.toml": "project = 1"}) == Project()


def test_languages_and_their_project_files() -> None:
    assert project_file_of("Python") == "pyproject.toml"
    assert project_file_of("TypeScript") == "package.json"
    assert project_file_of("Rust") is None


@pytest.mark.parametrize(
    ("text", "license_id"),
    [
        # REUSE-IgnoreStart
        ("SPDX-License-Identifier: EUPL-1.2\n", "EUPL-1.2"),
        # REUSE-IgnoreEnd
        ("MIT License\n\nCopyright (c) 2026", "MIT"),
        ("The MIT License (MIT)\n\nCopyright", "MIT"),
        ("   Apache License\n   Version 2.0, January 2004\n", "Apache-2.0"),
        ("Mozilla Public License Version 2.0\n===", "MPL-2.0"),
        ("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL", "EUPL-1.2"),
        ("BSD 3-Clause License\n", "BSD-3-Clause"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007", None),
        ("European Union Public Licence v. 1.1", None),
        ("Not under the MIT License", None),
        ("", None),
    ],
)
def test_licences_by_their_titles(text: str, license_id: str | None) -> None:
    assert license_of(text) == license_id
