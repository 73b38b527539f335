# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The keys of another catalogue in a ``[[sources]]`` table."""

from typing import Annotated, Self

import jsonpath
from pydantic import AfterValidator, model_validator

from harvester.ports.directory import DirectoryOptions

PATHS = jsonpath.JSONPathEnvironment(strict=True)
"""JSONPath as RFC 9535 says, and nothing more."""


def _json_path(text: str) -> str:
    try:
        PATHS.compile(text)
    except jsonpath.JSONPathError as error:
        raise ValueError(
            f'{text!r} is no JSONPath ({str(error).splitlines()[0]}); write "$[*].url"'
        ) from None
    return text


class CatalogueOptions(DirectoryOptions):
    """What a catalogue adds to the keys of every directory."""

    json_path: Annotated[str, AfterValidator(_json_path)] | None = None
    """Where the addresses of repositories stand in its JSON, as RFC 9535 has it: `$[*].url` for
    what `harvester export json` gives. Without it, the source is a Software Catalog API."""
    catalog: str | None = None
    """Of a Software Catalog API, the id of one of its catalogs; all software if not said."""
    with_publishers: bool = False
    """Of a Software Catalog API: crawl the accounts of its publishers too, and name the bodies."""
    with_software: bool = True
    """Of a Software Catalog API: crawl the software that it lists. Without it, only the accounts of
    its publishers count, and `with_publishers` has to be true."""

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.with_software and (self.json_path is not None or not self.with_publishers):
            raise ValueError(
                "with_software = false leaves nothing to read; write with_publishers = true beside "
                "it, of a Software Catalog API"
            )
        return self

    @property
    def carries_entries(self) -> bool:
        """Only a Software Catalog API has publiccode of its own."""
        return self.json_path is None and self.with_software
