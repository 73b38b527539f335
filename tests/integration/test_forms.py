# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every form of an export, made of real publiccode.yml files."""

import json

import pytest
import yaml

from harvester.feed.lines import parsed
from harvester.model import Origin
from harvester.ports.rows import Entry
from harvester.publiccode import FileContext, read
from tests.feed import test_atom, test_codejson, test_codemeta, test_dcat
from tests.feed.catalogue import entry
from tests.feed.test_forms import written
from tests.reference import REFERENCE, needs_reference

pytestmark = test_dcat.pytestmark


def real() -> list[Entry]:
    """Give an entry for each file, whatever it is worth."""
    found = []
    for number, file in enumerate(sorted((REFERENCE / "publiccode/wild").glob("*.y*ml")), 1):
        reading = read(file.read_bytes(), FileContext())
        name = (reading.record or {}).get("name")
        found.append(
            entry(
                number,
                url=reading.declared_url or f"https://forge.example/city/{number}",
                name=name if isinstance(name, str) else None,
                state="listed" if reading.valid else "invalid",
                origin=Origin.CRAWL,
                publiccode=reading.record,
            )
        )
    return found


@needs_reference
def test_real_files_in_every_form() -> None:
    entries = real()
    assert len(entries) > 100
    described = [one for one in entries if json.loads(one.document)["publiccode"]]
    things = test_codemeta.graph(written("codemeta", entries))
    test_codemeta.keep_to_the_context(things)
    assert len(things) == len(described)
    assert len(test_codejson.read(written("codejson", entries))) == len(described)
    test_atom.read(written("atom", entries))
    documents = list(yaml.safe_load_all(written("publiccode", entries)))
    assert documents == [parsed(one.document)["publiccode"] for one in described]


@needs_reference
@pytest.mark.parametrize("number", range(4))
def test_real_files_are_dcat_ap(number: int) -> None:
    """Four parts: comparing graphs takes time."""
    test_dcat.hold(test_dcat.read(real()[number::4]))
