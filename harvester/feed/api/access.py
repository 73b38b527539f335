# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who may write: bearer tokens (RFC 6750). Without one, everything that is written is refused."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from harvester import tokens
from harvester.feed.api import problems
from harvester.feed.api.context import Context
from harvester.feed.api.problems import Refusal
from harvester.ports.tokens import Scope

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.api")
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearerAuth",
    bearerFormat="harvester_ID_SECRET",
    description="A token of `harvester token create`, with the scope that the operation wants.",
)
REFUSED = problems.described(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""What each guarded operation can answer, for the OpenAPI document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever asks, as their token says."""

    id: str
    name: str
    scopes: frozenset[Scope]

    def wrote(self, what: str, subject: str) -> None:
        """Log what was written, under the name that the written row keeps too.

        Args:
            what: ``created``, ``updated`` or ``deleted``.
            subject: the address of it within the API, ``/publishers/ID``.
        """
        _LOG.info(what, subject=subject, by=self.name, token_id=self.id)


def writer(context: Context, scope: Scope) -> Any:
    """Give the dependency of an operation that wants a token with a scope.

    It comes before the one that reads the body: nobody's body is read but a caller's. Tokens are
    asked for at each request, so that one that was revoked opens nothing from that moment on.
    """

    def caller(
        request: Request,
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)] = None,
    ) -> Caller:
        if given is None:
            raise _unknown(request, "this wants a bearer token", 'Bearer realm="harvester"')
        shown = tokens.shown(given.credentials.strip())
        kept = None if shown is None else context.tokens.find(shown.id)
        if shown is None or kept is None or not tokens.is_of(shown.secret, kept[1]):
            raise _invalid(request, "there is no such token")
        token = kept[0]
        now = context.now()
        trouble = tokens.trouble(token, now)
        if trouble is not None:
            raise _invalid(request, f"this token opens nothing any more: {trouble}", token.name)
        if not tokens.allows(token, scope):
            _refused(request, "no such scope", token.name)
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                f"this token has not the scope {scope.value}; it has "
                f"{', '.join(sorted(token.scopes))}",
                headers={
                    "www-authenticate": 'Bearer realm="harvester", error="insufficient_scope", '
                    f'scope="{scope.value}"'
                },
            )
        if tokens.is_use_to_note(token, now):
            context.tokens.used(token.id, now)
        return Caller(id=token.id, name=token.name, scopes=token.scopes)

    return Depends(caller)


def _invalid(request: Request, why: str, name: str | None = None) -> Refusal:
    return _unknown(request, why, 'Bearer realm="harvester", error="invalid_token"', name)


def _unknown(request: Request, why: str, challenge: str, name: str | None = None) -> Refusal:
    _refused(request, why, name)
    return Refusal(HTTPStatus.UNAUTHORIZED, why, headers={"www-authenticate": challenge})


def _refused(request: Request, why: str, name: str | None) -> None:
    """Log a refusal; never with anything that the header Authorization had."""
    _LOG.warning(
        "a caller was refused", why=why, by=name, method=request.method, path=request.url.path
    )
