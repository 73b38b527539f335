# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The keys of a list in a ``[[sources]]`` table, and the ways in which lists are written."""

from enum import StrEnum

from harvester.ports.directory import DirectoryOptions


class Format(StrEnum):
    """How a list is written."""

    PUBLISHERS = "publishers"
    """TOML with ``[[publisher]]`` tables, as harvester's own."""
    SECTIONS = "sections"
    """YAML: sections with account names, as github/government.github.com."""
    FORGES = "forges"
    """YAML: hosts with their software and owners, as code.gouv.fr."""
    CSV = "csv"
    MARKDOWN = "markdown"


class ListOptions(DirectoryOptions):
    """What a list adds to the keys of every directory."""

    format: Format | None = None
    """How it is written; recognised from what stands in it if not said."""
    sections: tuple[str, ...] = ()
    """Of a list with sections (YAML, or headings of Markdown): those that are read; all if none."""
    accounts_at: str = "https://github.com"
    """The forge of account names that stand without an address."""
    column: str | None = None
    """Of a CSV list, the column of the addresses; recognised if not said."""
    name_column: str | None = None
    """Of a CSV list, the column of the public body's name; recognised if not said."""


class ListError(ValueError):
    """A list is not written in the way that it should be; the message is a plain sentence."""
