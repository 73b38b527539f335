# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from harvester.publiccode.reference.tables import tables
from harvester.publiccode.standard import standard, words
from harvester.publiccode.values import VALUE_TYPES
from tests.reference import REFERENCE, needs_reference


@pytest.mark.parametrize("major", [0, 1])
def test_every_type_in_the_table_is_one_that_can_be_read(major: int) -> None:
    for key in standard(major).keys():  # noqa: SIM118 - not a dictionary
        assert key.type in {*VALUE_TYPES, "section", "languages"}, key.path
        assert bool(key.children) == (key.type in ("section", "languages")), key.path
        assert key.since, key.path


def test_successors_and_newer_names_exist() -> None:
    table = standard(0)
    for key in table.keys():  # noqa: SIM118 - not a dictionary
        if key.successor is not None:
            assert table.key_at(key.successor) is not None, key.path
    for newer in table.renamed.values():
        assert table.key_at(newer) is not None, newer


def test_version_1_has_no_deprecated_key_but_the_rest_of_version_0() -> None:
    old, new = standard(0), standard(1)
    gone = {key.path for key in old.keys()} - {key.path for key in new.keys()}  # noqa: SIM118
    assert "legal.repoOwner" in gone
    assert "legal.license" not in gone
    assert all(key.deprecated is None for key in new.keys())  # noqa: SIM118
    assert "government" not in new.key_at("intendedAudience.scope").vocabulary  # type: ignore[union-attr]


def test_the_reference_parser_knows_the_keys_of_the_standard() -> None:
    """It does not know the German section, nor what newer files brought to Italy's."""
    ours = {name for name in standard(0).root.children if name != "de"}
    assert ours == tables().sections["File"].keys() - {"it"}


@needs_reference
@pytest.mark.parametrize(
    ("path", "file"),
    [("categories", "categories.txt"), ("intendedAudience.scope", "scopes.txt")],
)
def test_vocabularies_are_the_standards(path: str, file: str) -> None:
    key = standard(0).key_at(path)
    assert key is not None
    assert key.vocabulary == set((REFERENCE / "vocab" / file).read_text().split())


@needs_reference
def test_the_codes_of_administrations_are_all_there() -> None:
    listed = (REFERENCE / "vocab" / "it_ipa_codes.txt").read_text().splitlines()
    assert words("italian_administrations.txt") == tuple(listed)
