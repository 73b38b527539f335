# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The form ``awesome``: records of publiccode.yml in one JSON array, as code.gouv.fr shares them.

Beside the standard's keys stand those that its lists have: ``creationDate``, ``latestRelease`` and
``lastUpdated``. Source: schema.md of codegouvfr/awesome-codegouvfr. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harvester.feed.lines import compact, json_array
from harvester.feed.software import Software, day, iri, table
from harvester.ports.rows import Entry


def awesome(entries: Iterable[Entry]) -> Iterator[str]:
    """Give one array of the records that are shown; an entry without a record is left out."""
    items = (_item(Software(entry)) for entry in entries)
    return json_array(compact(item) for item in items if item is not None)


def _item(software: Software) -> Mapping[str, Any] | None:
    record = table(software.line["publiccode"])
    if not record:
        return None
    added = {
        "creationDate": day(software.fact("created_at")),
        "latestRelease": {
            "date": software.day("releaseDate"),
            "version": software.word("softwareVersion"),
        },
        "lastUpdated": day(software.line["updated_at"]),
    }
    # What its list calls the address of who pays is the standard's uri.
    funders = [
        {**funder, "url": iri(funder.get("uri"), web=True)}
        for funder in software.tables("fundedBy")
    ]
    return {
        **record,
        "url": software.line["url"],
        **({"fundedBy": funders} if funders else {}),
        **{key: value for key, value in added.items() if key not in record},
    }
