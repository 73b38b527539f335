# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/repositories/status``: what is known of an address, and why it is not listed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from harvester.feed.api.conditional import answered_by_content
from harvester.feed.api.context import Context
from harvester.feed.api.paging import to_json
from harvester.feed.api.problems import wrong
from harvester.urls import BadUrlError, repository_url


class RepositoryStatus(BaseModel):
    """What `harvester status URL --json` says."""

    model_config = ConfigDict(extra="allow")

    url: str = Field(description="The address in its canonical form.")
    found: bool = Field(description="Whether anything is known of it.")
    why_not: str | None = Field(description="Why nothing is.")
    blocked: str | None = Field(description="Why the operator does not list it.")
    repositories: list[dict[str, Any]]
    software: list[dict[str, Any]]
    files: list[dict[str, Any]]
    next_crawl_at: str | None


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["repositories"])

    @made.get(
        "/repositories/status", operation_id="repository-status", response_model=RepositoryStatus
    )
    def repository_status(
        request: Request,
        url: Annotated[str, Query(description="Of a repository, however it is spelt")],
    ) -> Response:
        """Tell what is known of a repository, when it was last crawled, and when it will be."""
        try:
            canonical = repository_url(url)
        except BadUrlError as error:
            raise wrong("url", "url", url, str(error)) from None
        return answered_by_content(request, context, to_json(context.look(canonical)))

    return made
