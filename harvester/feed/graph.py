# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Statements of RDF, written as JSON-LD or as Turtle while they come. Pure.

A node is what JSON-LD calls a node object: keys with a prefix, ``@id``, ``@type``; values are
texts, value objects (``@value`` with ``@language`` or ``@type``), nodes, or lists of these. That is
all of JSON-LD that is used, and all that Turtle is written from.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harvester.feed.lines import compact

Node = Mapping[str, Any]
PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def json_ld(nodes: Iterable[Node]) -> Iterator[str]:
    """Write nodes as one JSON-LD document, a node a line."""
    yield f'{{"@context":{compact(PREFIXES)},"@graph":['
    before = "\n"
    for node in nodes:
        yield before + compact(node)
        before = ",\n"
    yield "\n]}\n"


def turtle(nodes: Iterable[Node]) -> Iterator[str]:
    """Write nodes as one Turtle document."""
    yield "".join(f"@prefix {name}: <{base}> .\n" for name, base in PREFIXES.items())
    for node in nodes:
        yield "".join(_statements(node))


def _statements(node: Node) -> Iterator[str]:
    """Write a node, and after it the nodes that it names and tells something of."""
    later: list[Node] = []
    yield f"\n{_name(node['@id'])} " + " ;\n    ".join(_told(node, later)) + " .\n"
    for other in later:
        yield from _statements(other)


def _told(node: Node, later: list[Node]) -> list[str]:
    parts = []
    for key, value in node.items():
        if key == "@id":
            continue
        values = value if isinstance(value, list) else [value]
        if key == "@type":
            parts.append(f"a {', '.join(values)}")
        else:
            parts.append(f"{key} {', '.join(_object(one, later) for one in values)}")
    return parts


def _object(value: Any, later: list[Node]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if "@value" in value:
        kind = value.get("@type")
        return _quoted(value["@value"]) + (f"^^{kind}" if kind else f"@{value['@language']}")
    if "@id" not in value:
        return f"[ {' ; '.join(_told(value, later))} ]"
    if len(value) > 1:
        later.append(value)
    return _name(value["@id"])


def _name(iri: str) -> str:
    return iri if iri.startswith("_:") else f"<{iri}>"


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
