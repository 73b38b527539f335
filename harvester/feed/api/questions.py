# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which entries a request asks for: the one place where query parameters become a question."""

from typing import Annotated

from fastapi import Depends, Query

from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import wrong
from harvester.model import State
from harvester.ports.feed import SoftwareQuestion
from harvester.urls import BadUrlError, repository_url, url_key

LISTED = frozenset({State.LISTED})


async def software_question(
    show_all: Annotated[
        bool, Query(alias="all", description='Also what is not listed, with "active": false')
    ] = False,
    url: Annotated[
        str | None,
        Query(description="Only software that has, had or declares this address; however spelt"),
    ] = None,
    created_from: Annotated[
        Time | None, Query(alias="from", description="Only what was first seen at or after this")
    ] = None,
    created_to: Annotated[
        Time | None, Query(alias="to", description="Only what was first seen at or before this")
    ] = None,
    updated_since: Annotated[
        Time | None, Query(description="Only what changed at or after this")
    ] = None,
) -> SoftwareQuestion:
    """Turn query parameters into a question.

    Raises:
        Refusal: a value cannot be what it should be.
    """
    key = None
    if url is not None:
        try:
            key = url_key(repository_url(url))
        except BadUrlError as error:
            raise wrong("url", "url", url, str(error)) from None
    return SoftwareQuestion(
        states=None if show_all else LISTED,
        url_key=key,
        created_from=created_from,
        created_to=created_to,
        updated_from=updated_since,
    )


Question = Annotated[SoftwareQuestion, Depends(software_question)]
