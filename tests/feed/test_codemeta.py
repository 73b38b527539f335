# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json
from typing import Any

from hypothesis import given, settings

from harvester.feed.codemeta import CONTEXT
from tests.feed.catalogue import RECORD, catalogue, entry
from tests.feed.test_forms import STRANGE, hostile, written

# The terms of the published context, https://w3id.org/codemeta/3.0, that are used here.
TERMS = frozenset(
    (
        *("name", "description", "identifier", "codeRepository", "url", "sameAs", "license"),
        *("version", "softwareVersion", "dateCreated", "dateModified", "datePublished"),
        *("developmentStatus", "applicationCategory", "keywords", "programmingLanguage"),
        *("operatingSystem", "targetProduct", "softwareRequirements", "softwareHelp"),
        *("relatedLink", "isPartOf", "copyrightHolder", "publisher", "funder", "maintainer"),
        *("email", "affiliation"),
    )
)
KINDS = frozenset(("SoftwareSourceCode", "SoftwareApplication", "Organization", "Person"))


def graph(text: str) -> list[dict[str, Any]]:
    read = json.loads(text)
    assert list(read) == ["@context", "@graph"]
    assert read["@context"] == CONTEXT
    found: list[dict[str, Any]] = read["@graph"]
    return found


def keep_to_the_context(thing: Any) -> None:
    """Every key is a term of CodeMeta, of schema.org by its prefix, or JSON-LD's own."""
    if isinstance(thing, list):
        for one in thing:
            keep_to_the_context(one)
    elif isinstance(thing, dict):
        for key, value in thing.items():
            assert key in TERMS or key in ("@id", "@type") or key.startswith("schema:"), key
            keep_to_the_context(value)
        kind = thing.get("@type", "Person")
        assert kind in KINDS or kind.startswith("schema:")


def test_the_crosswalk() -> None:
    first, second, third = graph(written("codemeta", catalogue()))
    keep_to_the_context([first, second, third])
    assert first["license"] == "https://spdx.org/licenses/EUPL-1.2"
    assert first["developmentStatus"] == "https://www.repostatus.org/#active"
    assert first["description"] == "Shows <ways> & offices."
    assert first["softwareRequirements"][0]["softwareVersion"] == ">=15"
    assert [one["@type"] for one in first["maintainer"]] == ["Organization", "Person"]
    assert second["license"] == {
        "@type": "schema:CreativeWork",
        "name": "MIT OR LicenseRef-Own",
    }
    assert "codeRepository" not in second
    assert set(third) == {"@id", "@type", "identifier", "name", "codeRepository", "url"}


def test_one_language_is_chosen() -> None:
    def told(**by_language: str) -> Any:
        description = {tag: {"shortDescription": text} for tag, text in by_language.items()}
        (only,) = graph(written("codemeta", [entry(publiccode={"description": description})]))
        return only.get("description")

    assert told(de="d", en="e", fr="f") == "e"
    assert told(de="d", fr="f") == "d"
    assert told(it="i", fr="f") == "f"
    assert told() is None
    long = {"description": {"de": {"longDescription": "lang"}}}
    (only,) = graph(written("codemeta", [entry(publiccode=RECORD | long)]))
    assert only["description"] == "lang"


@settings(max_examples=40, deadline=None)
@given(STRANGE)
def test_strangers_add_no_keys(text: str) -> None:
    keep_to_the_context(graph(written("codemeta", [hostile(text)])))
