# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""DCAT-AP, read back by a parser of RDF and held against what DCAT-AP 3.0.1 demands."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS
from rdflib.term import Identifier, Node

from harvester.feed import authorities
from harvester.feed.graph import PREFIXES
from harvester.feed.heading import Page, Setting
from harvester.ports.rows import Entry
from harvester.publiccode.standard import standard
from tests.feed.catalogue import HEADING, RECORD, REPOSITORY, UNADDRESSED, catalogue, entry
from tests.feed.test_forms import RECORDS, SETTING, STRANGE, hostile, written

# What rdflib's reader of JSON-LD says of rdflib.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
ONE, MANY = (0, 1), (0, None)
# Class: property, how often it stands at each node, and of what class its values are (a class of
# Python: a literal of that kind). From the usage tables of the profile's classes.
SHAPES: Mapping[str, Mapping[str, tuple[tuple[int, int | None], str | type]]] = {
    "dcat:Catalog": {
        "dct:title": ((1, None), str),
        "dct:description": ((1, None), str),
        "dct:publisher": ((1, 1), "foaf:Agent"),
        "foaf:homepage": (ONE, "foaf:Document"),
        "dct:language": (MANY, "dct:LinguisticSystem"),
        "dcat:themeTaxonomy": (MANY, "skos:ConceptScheme"),
        "dcat:dataset": (MANY, "dcat:Dataset"),
        "dcat:record": (MANY, "dcat:CatalogRecord"),
    },
    "dcat:Dataset": {
        "dct:title": ((1, None), str),
        "dct:description": ((1, None), str),
        "dct:publisher": (ONE, "foaf:Agent"),
        "dct:accessRights": (ONE, "dct:RightsStatement"),
        "dct:identifier": (MANY, str),
        "dct:modified": (ONE, date),
        "dct:type": (MANY, "skos:Concept"),
        "dct:language": (MANY, "dct:LinguisticSystem"),
        "dct:spatial": (MANY, "dct:Location"),
        "dcat:contactPoint": (MANY, "vcard:Kind"),
        "dcat:distribution": (MANY, "dcat:Distribution"),
        "dcat:keyword": (MANY, str),
        "dcat:landingPage": (MANY, "foaf:Document"),
        "dcat:theme": (MANY, "skos:Concept"),
        "dcat:version": (ONE, str),
        "foaf:page": (MANY, "foaf:Document"),
    },
    "dcat:Distribution": {
        "dcat:accessURL": ((1, None), URIRef),
        "dct:title": (MANY, str),
        "dct:license": (ONE, "dct:LicenseDocument"),
        "adms:status": (ONE, "skos:Concept"),
    },
    "dcat:CatalogRecord": {
        "foaf:primaryTopic": ((1, 1), "dcat:Dataset"),
        "dct:modified": ((1, 1), datetime),
        "dct:issued": (ONE, datetime),
    },
    "foaf:Agent": {"foaf:name": ((1, None), str), "dct:type": (ONE, "skos:Concept")},
}


def named(name: str) -> URIRef:
    prefix, _, rest = name.partition(":")
    return URIRef(PREFIXES[prefix] + rest)


def read(entries: Iterable[Entry], setting: Setting = SETTING) -> Graph:
    """Read both forms back; they say the same."""
    entries = list(entries)
    turtle = Graph().parse(data=written("dcat-turtle", entries, setting), format="turtle")
    json_ld = Graph().parse(data=written("dcat", entries, setting), format="json-ld")
    assert isomorphic(turtle, json_ld)
    return turtle


def hold(graph: Graph) -> None:
    """Hold a graph against the profile."""
    for kind, properties in SHAPES.items():
        for node in graph.subjects(RDF.type, named(kind)):
            for name, ((least, most), wanted) in properties.items():
                values = list(graph.objects(node, named(name)))
                assert least <= len(values), f"{node} has no {name}"
                assert most is None or len(values) <= most, f"{node} has {name} {len(values)} times"
                for value in values:
                    check(graph, value, wanted)


def check(graph: Graph, value: Node, wanted: str | type) -> None:
    if isinstance(wanted, str):
        assert isinstance(value, URIRef | BNode)
        assert (value, RDF.type, named(wanted)) in graph, f"{value} is no {wanted}"
    elif wanted is URIRef:
        assert isinstance(value, URIRef)
    else:
        assert isinstance(value, Literal)
        assert isinstance(value.toPython(), wanted | Literal if wanted is str else wanted)


def of(graph: Graph, node: Identifier, name: str) -> set[Any]:
    return set(graph.objects(node, named(name)))


def test_it_is_dcat_ap() -> None:
    graph = read(catalogue())
    hold(graph)
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == 3
    assert len(set(graph.subjects(RDF.type, DCAT.Distribution))) == 2, "a page has no repository"
    catalogue_ = URIRef("https://katalog.example#catalogue")
    assert of(graph, catalogue_, "dcat:dataset") == set(graph.subjects(RDF.type, DCAT.Dataset))
    first = URIRef("urn:uuid:00000000-0000-4000-8000-000000000001")
    assert of(graph, first, "dct:title") == {
        Literal("Wegweiser Beispiel", lang="de"),
        Literal("Wegweiser", lang="en"),
    }
    assert of(graph, first, "dct:modified") == {Literal(date(2026, 2, 3))}
    (body,) = of(graph, first, "dct:publisher")
    assert of(graph, body, "dct:type") == {
        URIRef("http://purl.org/adms/publishertype/LocalAuthority")
    }


def test_a_catalogue_without_an_address() -> None:
    graph = read(catalogue(), Setting(heading=UNADDRESSED))
    hold(graph)
    (name,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert isinstance(name, BNode)
    hold(read([], Setting(heading=UNADDRESSED)))


def test_pages() -> None:
    page = Page(
        url="https://katalog.example/dcat?after=2",
        first="https://katalog.example/dcat",
        next="https://katalog.example/dcat?after=4",
        size=2,
        total=5,
    )
    graph = read(catalogue(), Setting(heading=HEADING, page=page))
    node = URIRef(page.url)
    assert (node, RDF.type, named("hydra:PartialCollectionView")) in graph
    for name in ("hydra:next", "hydra:nextPage"):
        assert of(graph, node, name) == {URIRef("https://katalog.example/dcat?after=4")}
    assert of(graph, node, "hydra:totalItems") == {Literal(5)}
    last = Page(url=page.url, first=page.first, next=None, size=2, total=5)
    graph = read([], Setting(heading=HEADING, page=last))
    assert not of(graph, node, "hydra:next")


@pytest.mark.parametrize(
    ("license_", "wanted"),
    [
        ("EUPL-1.2", "http://publications.europa.eu/resource/authority/licence/EUPL_1_2"),
        ("MIT", "https://spdx.org/licenses/MIT"),
        ("GPL-2.0+", "https://spdx.org/licenses/GPL-2.0-or-later"),
        ("MIT OR EUPL-1.2", None),
        ("LicenseRef-Own", None),
        ("as you like it", None),
    ],
)
def test_licenses(license_: str, wanted: str | None) -> None:
    graph = read([entry(publiccode=RECORD | {"legal": {"license": license_}})])
    hold(graph)
    (document,) = graph.objects(None, DCTERMS.license)
    if wanted is None:
        assert isinstance(document, BNode)
        assert list(graph.objects(document, DCTERMS.title)) == [Literal(license_)]
    else:
        assert document == URIRef(wanted)


def test_what_the_forge_knows_stands_in_for_what_the_file_does_not_say() -> None:
    graph = read([entry(publiccode={"name": "x"}, repository=REPOSITORY)])
    (document,) = graph.objects(None, DCTERMS.license)
    assert str(document).endswith("/EUPL_1_2")
    assert set(graph.objects(None, DCAT.keyword)) == {Literal("maps")}


def test_every_word_of_the_standard_has_a_place() -> None:
    scope, status = (
        standard(0).key_at(path) for path in ("intendedAudience.scope", "developmentStatus")
    )
    assert scope is not None
    assert status is not None
    assert set(authorities._THEMES) == scope.vocabulary
    assert set(authorities._STATUS) == status.vocabulary


def test_words_that_no_table_has() -> None:
    assert authorities.language("no-such-tag-at-all") is None
    assert authorities.country("XK") is None
    assert authorities.publisher_type("unknown") is None
    assert authorities.status(None) is None


@settings(max_examples=25, deadline=None)
@given(STRANGE, RECORDS)
def test_strangers_add_no_statements(text: str, odd: Any) -> None:
    graph = read([hostile(text, odd)])
    hold(graph)
    known = {*graph.subjects(RDF.type, SKOS.Concept), *graph.subjects(RDF.type, FOAF.Agent)}
    assert all(isinstance(node, URIRef | BNode) for node in known)
    for _, predicate, _ in graph:
        assert any(str(predicate).startswith(base) for base in PREFIXES.values()) or (
            predicate == RDF.type
        )
