# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The form ``urls``: ``$[*].url`` gives every repository, so that crawlers can follow. Pure."""

from collections.abc import Iterable, Iterator

from harvester.feed.lines import compact, json_array
from harvester.feed.software import Software
from harvester.ports.rows import Entry


def urls(entries: Iterable[Entry]) -> Iterator[str]:
    """Give one array of the entries' repositories.

    Software of which only a page tells has none; the page's address would lead crawlers astray.
    """
    told = (Software(entry) for entry in entries)
    return json_array(
        compact({"url": software.repository, "id": software.id})
        for software in told
        if software.repository is not None
    )
