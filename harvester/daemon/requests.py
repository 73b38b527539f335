# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Takes wishes over HTTP: the webhooks of forges, and publishers who ask for a fresh look."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from harvester.daemon.events import NoEventError, NotSignedError, moved
from harvester.daemon.wishes import LEAST_PAUSE
from harvester.ports.errors import CatalogueError
from harvester.ports.wishes import Answer
from harvester.urls import BadUrlError, repository_url

HOOK_BYTES = 25 * 1024 * 1024
"""Forges send no larger events."""
REFRESH_BYTES = 8 * 1024


Handler = Callable[[Request], Awaitable[Response]]


class Refusal(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is answered with a problem (RFC 9457)."""

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


class WishDesk(Protocol):
    """Who takes the wishes of anybody."""

    def covering(self, url: str) -> tuple[str, str] | None:
        """Give the source that a repository's address belongs to, and its path there."""
        ...

    async def wish(self, source: str, path: str) -> Answer:
        """Have a repository looked at soon."""
        ...


class Desk(WishDesk, Protocol):
    """Who takes the events of forges too."""

    def secret(self, source: str) -> str | None:
        """Give the secret that a source's webhooks are signed with; None if it takes none."""
        ...

    def covers(self, source: str, path: str) -> bool:
        """Say whether a path belongs to a source."""
        ...


def routes(desk: Desk) -> list[Route]:
    """Give what is served.

    ``POST /hooks/SOURCE`` takes the events of a source's forge, ``POST /v1/repositories/refresh``
    the wish of anybody, as ``{"url": …}``.
    """

    async def hook(request: Request) -> Response:
        source = request.path_params["source"]
        secret = await run_in_threadpool(desk.secret, source)
        if secret is None:
            raise Refusal(
                HTTPStatus.NOT_FOUND,
                f"no source {source!r} takes events; set webhook_secret_env or webhook_secret_file",
            )
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await _body(request, HOOK_BYTES)
        try:
            path = moved(headers, body, secret)
        except NotSignedError:
            raise Refusal(
                HTTPStatus.UNAUTHORIZED, "the signature or token is not there, or not right"
            ) from None
        except NoEventError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None
        if path is None or not await run_in_threadpool(desk.covers, source, path):
            return JSONResponse({"status": "ignored"})
        return _answered(await desk.wish(source, path))

    return [Route("/hooks/{source}", _refusing(hook), methods=["POST"]), refreshing(desk)]


def refreshing(desk: WishDesk) -> Route:
    """Give what takes the wishes of anybody."""

    async def refresh(request: Request) -> Response:
        body = await _body(request, REFRESH_BYTES)
        try:
            url = repository_url(json.loads(body)["url"])
        except BadUrlError as error:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Refusal(
                HTTPStatus.BAD_REQUEST, 'send {"url": "https://…"}, a repository\'s address'
            ) from None
        found = await run_in_threadpool(desk.covering, url)
        if found is None:
            raise Refusal(
                HTTPStatus.NOT_FOUND, f"no source of this catalogue covers {url}; ask its operator"
            )
        return _answered(await desk.wish(*found))

    return Route("/v1/repositories/refresh", _refusing(refresh), methods=["POST"])


def _answered(answer: Answer) -> Response:
    if answer is Answer.FULL:
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too many repositories wait to be looked at; try again later",
            **{"retry-after": str(int(LEAST_PAUSE.total_seconds()))},
        )
    return JSONResponse({"status": answer.value}, status_code=HTTPStatus.ACCEPTED)


def _refusing(handler: Handler) -> Handler:
    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except CatalogueError:
            return _problem(
                Refusal(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "the catalogue cannot be written at the moment; try again later",
                    **{"retry-after": str(int(LEAST_PAUSE.total_seconds()))},
                )
            )
        except Refusal as refusal:
            return _problem(refusal)

    return handled


def _problem(refusal: Refusal) -> Response:
    problem = {
        "title": refusal.status.phrase,
        "status": int(refusal.status),
        "detail": refusal.detail,
    }
    return JSONResponse(
        problem,
        status_code=refusal.status,
        headers=refusal.headers,
        media_type="application/problem+json",
    )


async def _body(request: Request, most: int) -> bytes:
    """Read a body, at most so many bytes of it."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > most:
            raise Refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {most} bytes here"
            )
    return bytes(read)
