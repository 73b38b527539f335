# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester token``: who may write over the API."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation, command
from harvester.cli.options import Form, FormOption, JsonOption, Language, LanguageOption
from harvester.cli.output import moment, write_json
from harvester.ports.tokens import Scope

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from harvester.ports.tokens import Token

app = typer.Typer(help="Say who may write over the API.")
_LONGEST_NAME = 64


def create(
    invocation: Invocation,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of whoever it is for.")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            metavar="SCOPE,…",
            help=f"What it lets its bearer write: {', '.join(Scope)}.",
        ),
    ],
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="TIME", help="After which it ends: 90d, 12w."),
    ] = None,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Make a token and show it, this once.

    Only its hash is kept. It goes into the header `Authorization: Bearer TOKEN`.
    """
    from harvester import tokens
    from harvester.cli import catalogues, compose
    from harvester.cli.adapters import SystemClock
    from harvester.cli.words import say

    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise UsageError(say("token_name", lang, most=_LONGEST_NAME))
    scopes = _scopes(scope, lang)
    now = SystemClock().now()
    ends = None if expires is None else _end(now, expires, lang)
    token, text, digest = tokens.mint(name, scopes, now, ends)
    with catalogues.token_store(compose.configuration(invocation)) as kept:
        if not kept.create(token, digest):
            raise UsageError(say("token_taken", lang, name=name))
    if json or form is Form.JSON:
        write_json({**_json(token, now), "token": text})
    else:
        console.out(text)
        console.say(say("token_once", lang, id=token.id))
    return ExitCode.OK


def tokens(
    invocation: Invocation,
    *,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Show all tokens that there are or were, never their secrets."""
    from harvester.cli import catalogues, compose
    from harvester.cli.adapters import SystemClock
    from harvester.cli.words import say

    now = SystemClock().now()
    with catalogues.token_store(compose.configuration(invocation)) as kept:
        found = kept.tokens()
    if json or form is Form.JSON:
        write_json({"tokens": [_json(token, now) for token in found]})
        return ExitCode.OK
    if not found:
        console.say(say("token_none", lang))
    for token in found:
        console.out(
            console.printable(
                say(
                    "token_line",
                    lang,
                    id=token.id,
                    name=token.name,
                    scopes=",".join(sorted(token.scopes)),
                    state=say(f"token_{_state(token, now)}", lang),
                    ends=moment(token.expires_at) or "-",
                    used=moment(token.last_used_at) or "-",
                )
            )
        )
    return ExitCode.OK


def revoke(
    invocation: Invocation,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME|ID", help="Of the token.")],
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Let a token open nothing from now on."""
    from harvester.cli import catalogues, compose
    from harvester.cli.adapters import SystemClock
    from harvester.cli.words import say

    now = SystemClock().now()
    with catalogues.token_store(compose.configuration(invocation)) as kept:
        token = kept.revoke(name, now)
    if token is None:
        raise UsageError(say("token_unknown", lang, name=name))
    if json or form is Form.JSON:
        write_json(_json(token, now))
    else:
        said = say("token_ended", lang, id=token.id, name=token.name)
        console.out(console.printable(said))
    return ExitCode.OK


command(app, "create")(create)
command(app, "list")(tokens)
command(app, "revoke")(revoke)


def _scopes(given: list[str], lang: Language) -> frozenset[Scope]:
    from harvester.cli.words import say

    words = [word.strip() for one in given for word in one.split(",")]
    unknown = [word for word in words if word not in set(Scope)]
    if unknown:
        known = ", ".join(Scope)
        raise UsageError(say("token_scope", lang, scope=unknown[0], known=known))
    return frozenset(Scope(word) for word in words)


def _end(now: "datetime", text: str, lang: Language) -> "datetime":
    from harvester.cli.words import say
    from harvester.settings.values import parse_duration

    try:
        span: timedelta = parse_duration(text)
        end = now + span
    except (ValueError, OverflowError):
        raise UsageError(say("token_expires", lang, text=text)) from None
    if end <= now:
        raise UsageError(say("token_expires", lang, text=text))
    return end


def _state(token: "Token", now: "datetime") -> str:
    from harvester.tokens import trouble

    if token.revoked_at is not None:
        return "revoked"
    return "live" if trouble(token, now) is None else "expired"


def _json(token: "Token", now: "datetime") -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "state": _state(token, now),
        "created_at": moment(token.created_at),
        "expires_at": moment(token.expires_at),
        "revoked_at": moment(token.revoked_at),
        "last_used_at": moment(token.last_used_at),
    }
