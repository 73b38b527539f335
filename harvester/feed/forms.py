# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every form that the catalogue is handed out in: for ``harvester export`` and for the API.

A form is a function from entries to pieces of text. It streams, keeps the order it is given, and
knows no time, so that an unchanged catalogue gives the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harvester.feed.atom import atom
from harvester.feed.awesome import awesome
from harvester.feed.codejson import codejson
from harvester.feed.codemeta import codemeta
from harvester.feed.dcat import dcat
from harvester.feed.documents import documents
from harvester.feed.graph import json_ld, turtle
from harvester.feed.heading import Setting
from harvester.feed.lines import csv_lines, json_document, json_lines
from harvester.feed.repositories import urls
from harvester.feed.table_schema import table_schema
from harvester.ports.rows import Entry

Write = Callable[[Iterable[Entry], Setting], Iterator[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way of writing the catalogue."""

    name: str
    """KIND of ``harvester export``."""
    media_type: str
    """For the header ``Content-Type``; every form is UTF-8."""
    file_name: str
    """Under ``/v1/`` of the API."""
    about: str
    """What it is, in a sentence."""
    write: Write
    activity: bool = False
    """Whether it has room for stars, forks and what else changes without the entry changing."""
    pages: bool = False
    """Whether it says where the other pages are, if it is given one of several."""


_ALL = (
    Form(
        name="jsonl",
        media_type="application/jsonl",
        file_name="dump.jsonl",
        about="Every entry, one a line; nothing is left out.",
        write=lambda entries, _setting: json_lines(entries),
        activity=True,
    ),
    Form(
        name="json",
        media_type="application/json",
        file_name="dump.json",
        about="The same entries in one array.",
        write=lambda entries, _setting: json_document(entries),
        activity=True,
    ),
    Form(
        name="csv",
        media_type="text/csv; charset=utf-8; header=present",
        file_name="dump.csv",
        about="One row an entry, for spreadsheets.",
        write=lambda entries, setting: csv_lines(entries, activity=setting.activity),
        activity=True,
    ),
    Form(
        name="table-schema",
        media_type="application/json",
        file_name="table-schema.json",
        about="What the columns of the CSV form are: a Frictionless Table Schema.",
        write=lambda _entries, setting: iter((table_schema(activity=setting.activity),)),
        activity=True,
    ),
    Form(
        name="codemeta",
        media_type="application/ld+json",
        file_name="codemeta.jsonld",
        about="CodeMeta 3.0, JSON-LD.",
        write=lambda entries, _setting: codemeta(entries),
    ),
    Form(
        name="codejson",
        media_type="application/json",
        file_name="code.json",
        about="An inventory in code.json 2.0.0.",
        write=lambda entries, setting: codejson(entries, setting.heading),
    ),
    Form(
        name="dcat",
        media_type="application/ld+json",
        file_name="catalog.jsonld",
        about="DCAT-AP 3 as JSON-LD, for data portals.",
        write=lambda entries, setting: json_ld(dcat(entries, setting.heading, setting.page)),
        pages=True,
    ),
    Form(
        name="dcat-turtle",
        media_type="text/turtle",
        file_name="catalog.ttl",
        about="DCAT-AP 3 as Turtle, for data portals.",
        write=lambda entries, setting: turtle(dcat(entries, setting.heading, setting.page)),
        pages=True,
    ),
    Form(
        name="atom",
        media_type="application/atom+xml",
        file_name="feed.atom",
        about="The entries that changed last, for feed readers.",
        write=atom,
    ),
    Form(
        name="publiccode",
        media_type="application/yaml",
        file_name="publiccode.yml",
        about="A stream of YAML documents, one normalised publiccode.yml a repository.",
        write=lambda entries, _setting: documents(entries),
    ),
    Form(
        name="awesome",
        media_type="application/json",
        file_name="awesome.json",
        about="The records in one array, with the keys of code.gouv.fr's lists.",
        write=lambda entries, _setting: awesome(entries),
    ),
    Form(
        name="urls",
        media_type="application/json",
        file_name="repositories.json",
        about="An array in which $[*].url is every repository, for crawlers.",
        write=lambda entries, _setting: urls(entries),
    ),
)
FORMS: Mapping[str, Form] = {form.name: form for form in _ALL}
"""Every form by its name, in the order in which they are told."""
