# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Turns what came back, or did not, into the errors that a person can do something about."""

import json
from http import HTTPStatus
from typing import Any

import httpx

from connectors.transport.body import CutAnswerError
from connectors.transport.limits import moment_of
from connectors.transport.origins import shown
from connectors.transport.redirects import trail_of
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    UnauthorisedError,
    UnexpectedAnswerError,
    UnreachableError,
)


def is_about_the_way(error: SourceError) -> bool:
    """Say whether an error is about the way to the forge, or who asks: any question meets it.

    So a limit, a refused token, and a forge that does not answer at all. A time-out is not: some
    questions take a forge too long.
    """
    if isinstance(error, UnreachableError):
        return not isinstance(error.__cause__, httpx.TimeoutException)
    return isinstance(error, BudgetExhaustedError | UnauthorisedError)


def no_answer(error: httpx.TransportError, where: str) -> SourceError:
    """Say that no (whole) answer came, and what to look at.

    Args:
        error: what went wrong on the way.
        where: source and address, for the message.
    """
    match error:
        case CutAnswerError():
            return UnexpectedAnswerError(f"{error}; the next crawl tries again")
        case httpx.RemoteProtocolError() if "disconnected" not in str(error):
            return UnexpectedAnswerError(
                f"{where}: the answer breaks the rules of HTTP ({error});"
                " is this the forge's own port, or does something else listen there?"
            )
        case httpx.TimeoutException():
            return UnreachableError(
                f"{where} did not answer in time ({str(error) or type(error).__name__});"
                " is the host right, is it up, does a proxy or firewall stand between?"
            )
        case httpx.ProxyError():
            return UnreachableError(
                f"{where}: the proxy refused ({error}); check HTTPS_PROXY and NO_PROXY"
            )
        case _ if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return UnreachableError(
                f"{where}: its certificate is not trusted ({error});"
                " name the authority's certificates in http.ca_file"
            )
        case _:
            return UnreachableError(
                f"{where} cannot be reached ({str(error) or type(error).__name__});"
                " is the host right, is it up, does a proxy or firewall stand between?"
            )


def checked(response: httpx.Response, source: str) -> httpx.Response:
    """Give a successful answer back.

    Raises:
        UnauthorisedError: 401.
        ForbiddenError: 403 (limits never come this far) or 451.
        NotFoundError: 404 or 410.
        ServerError: 5xx, after all tries.
        UnexpectedAnswerError: any other answer that is not 2xx.
    """
    if response.is_success:
        return response
    status = response.status_code
    where = f"source {source}: {shown(trail_of(response).url)}"
    said = _said(response)
    match status:
        case HTTPStatus.UNAUTHORIZED:
            raise UnauthorisedError(
                f"{where} refused the token (401{said}); is it still valid, is it for this host,"
                " does it have the right to read? Without one: the forge demands a token",
                told_at=moment_of(response.headers.get("date", "")),
            )
        case HTTPStatus.FORBIDDEN | HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS:
            raise ForbiddenError(
                f"{where} is refused ({status}{said}); not for a limit, so that waiting does not"
                " help: check the token's rights, or whether the forge blocks this address"
            )
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            raise NotFoundError(
                f"{where} does not exist, or not for this token ({status}{said});"
                " check the spelling in the configuration"
            )
        case _ if response.is_server_error:
            raise ServerError(
                f"{where} failed ({status}{said}) and was tried several times;"
                " the next crawl tries again"
            )
        case _ if response.has_redirect_location:
            target = shown(response.request.url.join(response.headers["location"]))
            raise UnexpectedAnswerError(
                f"{where} redirects to {target} ({status}); put the right address"
                " into the configuration"
            )
        case _:
            raise UnexpectedAnswerError(f"{where} answered {status}{said}, which was not expected")


def json_of(response: httpx.Response, source: str) -> Any:
    """Read the JSON of a successful answer; raises as :func:`checked` does.

    Raises:
        UnexpectedAnswerError: it is HTML, empty, or broken.
    """
    checked(response, source)
    where = f"source {source}: {shown(trail_of(response).url)}"
    if _is_html(response):
        raise UnexpectedAnswerError(
            f"{where}: the answer is HTML (a sign-in page?) where JSON was expected;"
            " is this the address of the API, and may it be read without signing in?"
        )
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError) as error:
        reason = "empty" if not response.content else f"not JSON ({_short(str(error))})"
        raise UnexpectedAnswerError(
            f"{where}: the answer is {reason}; is this the address of the API?"
        ) from error


def _is_html(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "").lower()
    start = response.content[:512].lstrip().lower()
    return "html" in kind or start.startswith((b"<!doctype html", b"<html"))


def _said(response: httpx.Response) -> str:
    """Quote the forge's own words, where they are a short JSON message."""
    if _is_html(response):
        return ", with a page of HTML"
    try:
        answer = json.loads(response.content[:65536])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return ""
    words = answer.get("message") or answer.get("error")
    return f", {_short(words)!r}" if isinstance(words, str) else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159] + "…"  # noqa: PLR2004 - one line of a log
