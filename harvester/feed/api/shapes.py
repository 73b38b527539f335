# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The shapes of the Software Catalog API, and how the catalogue's rows become them.

The models describe the answers in the OpenAPI document; tests hold the answers against it.
"""

import json
import re
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from harvester import model
from harvester.feed.documents import document as yaml_document
from harvester.feed.lines import activity_json, parsed
from harvester.feed.software import table
from harvester.model import FileState, State
from harvester.ports.feed import PublisherTitle, Title
from harvester.ports.rows import Entry
from harvester.ports.written import Catalog as CatalogRow

Id = str
_ID = r"^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$"
NAMESPACE = "harvester"
"""Of an analysis that is the catalogue's own."""
publisher_uuid = model.publisher_uuid
_KEY_DIGITS = 12
"""Hex digits of a publisher's key that its UUID has as they are."""


class Form(StrEnum):
    """In which form an entry's publiccode is given."""

    YAML = "yaml"
    JSON = "json"
    NONE = "none"


class PublisherOf(BaseModel):
    """The public body that an entry is of."""

    id: Id = Field(pattern=_ID)
    name: str
    uri: str | None
    level: str


class Software(BaseModel):
    """One entry of the catalogue."""

    id: Id = Field(pattern=_ID)
    url: str = Field(description="Of its canonical repository.")
    aliases: list[str] | None = Field(
        default=None, min_length=1, description="Addresses that it had; not there if none."
    )
    publiccodeYml: str | None = Field(  # noqa: N815 - the API's names
        default=None, min_length=1, description="The record as YAML, with publiccode=yaml."
    )
    publiccode: dict[str, Any] | None = Field(
        default=None, description="The record, with publiccode=json; null where there is none."
    )
    active: bool = Field(description="Whether it is listed.")
    catalogId: str | None = Field(  # noqa: N815
        default=None, description="Where it belongs, in what is told of a catalog."
    )
    name: str | None
    state: State
    stateReason: str  # noqa: N815
    fileState: FileState  # noqa: N815
    publisher: PublisherOf | None
    createdAt: datetime = Field(description="When it was first seen.")  # noqa: N815
    updatedAt: datetime = Field(description="When it last changed.")  # noqa: N815


class CodeHosting(BaseModel):
    """Where a public body keeps its code."""

    url: str
    group: bool = Field(description="Whether it holds repositories, or is one.")
    createdAt: datetime  # noqa: N815
    updatedAt: datetime  # noqa: N815


class Publisher(BaseModel):
    """A public body that some entry is of, or that was written."""

    id: Id = Field(pattern=_ID)
    description: str = Field(description="Its name.")
    codeHosting: list[CodeHosting] = Field(min_length=1)  # noqa: N815
    active: bool = Field(
        description="Whether one of its entries is listed; of one that was written, what was."
    )
    alternativeId: str | None = Field(default=None, description="Its URI.")  # noqa: N815
    email: str | None = Field(default=None, description="Of one that was written.")
    catalogId: str | None = Field(  # noqa: N815
        default=None, description="Where it belongs, if not to the implicit catalog."
    )
    level: str
    createdAt: datetime  # noqa: N815
    updatedAt: datetime  # noqa: N815


class Log(BaseModel):
    """The verdict on an entry's newest file, or what somebody wrote of anything."""

    id: Id = Field(pattern=_ID)
    message: str = Field(max_length=2048)
    entity: str | None = Field(default=None, description="What it is about; its address.")
    createdAt: datetime  # noqa: N815
    updatedAt: datetime  # noqa: N815


class Analysis(BaseModel):
    """What somebody has found out about an entry, under a name of theirs."""

    model_config = ConfigDict(extra="allow")

    v: int = Field(ge=1, le=999, description="Version of the shape.")
    t: datetime | None = Field(default=None, description="What it is as of.")


class Links(BaseModel):
    """Query strings of the pages around one, to be put behind the list's address."""

    prev: str | None
    next: str | None


class FacetValue(BaseModel):
    """How many entries have a value of a facet."""

    value: str
    count: int = Field(ge=1)


class SoftwareList(BaseModel):
    """A page of entries."""

    data: list[Software]
    links: Links
    facets: dict[str, list[FacetValue]] | None = Field(
        default=None,
        description="Of a search with facets: the values of each, the most frequent first, counted "
        "without the facet's own filter.",
    )
    corrected: dict[str, list[str]] | None = Field(
        default=None,
        description="Of a search: words that nothing has, and what was looked for in their place.",
    )


class RelatedSoftware(BaseModel):
    """Listed entries that are related to one, by name."""

    variant: list[Software] = Field(description="One is based on the other, or both on the same.")
    dependency: list[Software] = Field(description="What the entry says that it depends on.")
    dependent: list[Software] = Field(description="What says so of the entry.")
    samePublisher: list[Software]  # noqa: N815


class PublisherList(BaseModel):
    """A page of public bodies."""

    data: list[Publisher]
    links: Links


class LogList(BaseModel):
    """A page of logs."""

    data: list[Log]
    links: Links


class CatalogSource(BaseModel):
    """Where a catalog says that it takes its entries from."""

    url: str
    driver: str | None = None
    args: list[str] | None = Field(default=None, min_length=1)


class Catalog(BaseModel):
    """A catalog within the catalogue."""

    id: Id = Field(pattern=_ID)
    name: str
    alternativeId: str | None = None  # noqa: N815
    active: bool
    publishersNamespace: str | None = None  # noqa: N815
    scopes: list[str]
    sources: list[CatalogSource]
    createdAt: datetime  # noqa: N815
    updatedAt: datetime  # noqa: N815


class CatalogList(BaseModel):
    """A page of catalogs."""

    data: list[Catalog]
    links: Links


# --- from rows ------------------------------------------------------------------------------


def timestamp(moment: datetime) -> str:
    """Write a time: RFC 3339, UTC, whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def software(title: Title, form: Form) -> dict[str, Any]:
    """Give an entry's shape; without its document where ``form`` asks for no publiccode."""
    shaped: dict[str, Any] = {"id": title.id, "url": title.url}
    if title.document is not None:
        document = json.loads(title.document)
        if document["aliases"]:
            shaped["aliases"] = document["aliases"]
        if form is Form.YAML:
            shaped["publiccodeYml"] = yaml_document(table(parsed(title.document)["publiccode"]))
        elif form is Form.JSON:
            shaped["publiccode"] = document["publiccode"]
    body = title.publisher
    return shaped | {
        "active": title.state is State.LISTED,
        "name": title.name,
        "state": title.state,
        "stateReason": title.state_reason,
        "fileState": title.file_state,
        "publisher": None
        if body is None or title.publisher_key is None
        else {
            "id": publisher_uuid(title.publisher_key),
            "name": body.name,
            "uri": body.uri,
            "level": body.level,
        },
        "createdAt": timestamp(title.created_at),
        "updatedAt": timestamp(title.updated_at),
    }


def analysis(entry: Entry) -> dict[str, Any]:
    """Give what tells whether an entry is worked on; nothing of one without a repository."""
    if entry.activity is None:
        return {}
    told: dict[str, Any] = {"v": 1}
    if entry.vitality is not None:
        told["t"] = timestamp(entry.vitality.read_at)
    return {NAMESPACE: told | activity_json(entry, entry.activity)}


def publisher(title: PublisherTitle) -> dict[str, Any]:
    """Give a public body's shape."""
    times = {"createdAt": timestamp(title.created_at), "updatedAt": timestamp(title.updated_at)}
    shaped: dict[str, Any] = {
        "id": publisher_uuid(title.key),
        "description": title.publisher.name,
        "codeHosting": [
            {
                "url": one.url,
                "group": one.group,
                "createdAt": timestamp(one.created_at),
                "updatedAt": timestamp(one.updated_at),
            }
            for one in title.hosting
        ],
        "active": title.active,
        "level": title.publisher.level,
    }
    if title.publisher.uri:
        shaped["alternativeId"] = title.publisher.uri
    if title.email is not None:
        shaped["email"] = title.email
    if title.catalog_id is not None:
        shaped["catalogId"] = title.catalog_id
    return shaped | times


def catalog(row: CatalogRow) -> dict[str, Any]:
    """Give a catalog's shape."""
    shaped: dict[str, Any] = {"id": row.id, "name": row.name, "active": row.active}
    if row.alternative_id is not None:
        shaped["alternativeId"] = row.alternative_id
    if row.publishers_namespace is not None:
        shaped["publishersNamespace"] = row.publishers_namespace
    return shaped | {
        "scopes": list(row.scopes),
        "sources": [
            {"url": one.url}
            | ({"driver": one.driver} if one.driver is not None else {})
            | ({"args": list(one.args)} if one.args else {})
            for one in row.sources
        ],
        "createdAt": timestamp(row.created_at),
        "updatedAt": timestamp(row.updated_at),
    }


def is_id(text: str) -> bool:
    """Say whether a text is an id as the API gives them."""
    return re.fullmatch(_ID, text) is not None


def key_prefix(text: str) -> str | None:
    """Give what the key of the public body with this id begins with; None if it is no id."""
    try:
        return uuid.UUID(text).hex[:_KEY_DIGITS]
    except ValueError:
        return None
