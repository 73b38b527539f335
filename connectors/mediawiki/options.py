# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The keys that a source of kind ``mediawiki`` may have beside those of all sources."""

import hashlib
import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.mediawiki.parameters import KEYS, folded

_PREFIX = re.compile(r"^(?:category|kategorie|template|vorlage)\s*:\s*", re.IGNORECASE)


class MediaWikiOptions(BaseModel):
    """Which pages tell of software, and what their template's parameters mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: str | None = Field(
        default=None,
        min_length=1,
        description="The pages of this category, without those of the categories below it.",
    )
    template: str | None = Field(
        default=None,
        min_length=1,
        description="The template that tells of software; without a category, all pages with it.",
    )
    namespaces: tuple[int, ...] = Field(
        default=(0,), min_length=1, description="Numbers of the namespaces that pages lie in."
    )
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="Parameters of the template, each with its key of publiccode; beside the "
        "German and English ones that are known.",
    )
    language: str = Field(
        default="de",
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="The language that descriptions are written in.",
    )
    repository_hosts: tuple[str, ...] = Field(
        default=("gitlab.opencode.de", "github.com", "gitlab.com", "codeberg.org", "bitbucket.org"),
        description="Where a page's template names no repository, its first link to one of these.",
    )

    @field_validator("category", "template")
    @classmethod
    def _without_prefix(cls, name: str | None) -> str | None:
        return None if name is None else _PREFIX.sub("", name.replace("_", " ")).strip()

    @field_validator("fields")
    @classmethod
    def _known_keys(cls, fields: dict[str, str]) -> dict[str, str]:
        for name, key in fields.items():
            if not folded(name):
                raise ValueError(f"{name!r} is no name of a parameter")
            if key not in KEYS:
                raise ValueError(
                    f"{key!r} is no key that a parameter can be; take one of {', '.join(KEYS)}"
                )
        return fields

    @model_validator(mode="after")
    def _some_name(self) -> Self:
        if self.category == "" or self.template == "":
            raise ValueError("a category or template needs a name behind its prefix")
        return self

    @property
    def digest(self) -> str:
        """Give a short text that differs when the same page could be read in another way."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]
