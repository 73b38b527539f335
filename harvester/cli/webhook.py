# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester webhook``: who is posted what changes, and what became of it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation, command
from harvester.cli.options import Form, FormOption, JsonOption, Language, LanguageOption
from harvester.cli.output import moment, write_json
from harvester.ports.webhooks import DeliveryState, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harvester.ports.webhooks import Delivery, Webhook, WebhookStore

app = typer.Typer(help="See to the webhooks that were registered over the API.")
_ALL = 1_000_000
_STATES = tuple(DeliveryState)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Of the webhook.")]


def webhooks(
    invocation: Invocation,
    *,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Show all webhooks, and how many events wait or were given up; never their secrets."""
    from harvester.cli import catalogues, compose
    from harvester.cli.words import say
    from harvester.ports.paging import Window

    with catalogues.webhook_store(compose.configuration(invocation)) as kept:
        found = kept.webhooks(None, None, Window(size=_ALL)).rows
        tallies = kept.tallies()
    shown = [_json(webhook, tallies.get(webhook.id, {})) for webhook in found]
    if json or form is Form.JSON:
        write_json({"webhooks": shown})
        return ExitCode.OK
    if not found:
        console.say(say("webhook_none", lang))
    for one in shown:
        state = say("webhook_ended" if one["ended"] else "webhook_active", lang, why=one["ended"])
        line = say("webhook_line", lang, **{**one, "state": state})
        console.out(console.printable(line))
    return ExitCode.OK


def deliveries(
    invocation: Invocation,
    *,
    webhook: IdArgument,
    state: Annotated[
        list[DeliveryState] | None,
        typer.Option("--state", help="Only these; more than once for more."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="How many.")] = 50,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Show what a webhook was told last, what waits, and what was given up."""
    from harvester.cli import catalogues, compose
    from harvester.cli.words import say

    with catalogues.webhook_store(compose.configuration(invocation)) as kept:
        known = _known(kept, webhook, lang)
        found = kept.deliveries(known.id, state or _STATES, limit)
    shown = [_delivery(one) for one in found]
    if json or form is Form.JSON:
        write_json({"webhook": known.id, "deliveries": shown})
        return ExitCode.OK
    for one in shown:
        words = say(f"webhook_{one['state'].replace('-', '_')}", lang)
        again = one["next_try_at"] or "-"
        said = one["said"] or "-"
        line = say(
            "webhook_delivery", lang, **{**one, "state": words, "said": said, "again": again}
        )
        console.out(console.printable(line))
    return ExitCode.OK


def retry(
    invocation: Invocation,
    *,
    webhook: IdArgument,
    after: Annotated[
        int | None,
        typer.Option(
            "--after", min=0, metavar="SEQ", help="Tell all changes after this one once more."
        ),
    ] = None,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Tell a webhook what was given up, and start it if it had ended.

    What is told once more has the same X-Harvester-Delivery as before.
    """
    from harvester.cli import catalogues, compose
    from harvester.cli.adapters import SystemClock
    from harvester.cli.words import say

    with catalogues.webhook_store(compose.configuration(invocation)) as kept:
        known = _known(kept, webhook, lang)
        if after is not None and known.topic is not Topic.SOFTWARE:
            raise UsageError(say("webhook_no_history", lang, id=known.id))
        waiting = kept.again(known.id, after, SystemClock().now())
    if json or form is Form.JSON:
        write_json({"webhook": known.id, "waiting": waiting, "after": after})
    else:
        console.out(say("webhook_again", lang, id=known.id, waiting=waiting))
    return ExitCode.OK


command(app, "list")(webhooks)
command(app, "deliveries")(deliveries)
command(app, "retry")(retry)


def _known(kept: "WebhookStore", webhook_id: str, lang: Language) -> "Webhook":
    from harvester.cli.words import say

    found = kept.webhook(webhook_id.lower())
    if found is None:
        raise UsageError(say("webhook_unknown", lang, id=webhook_id))
    return found


def _json(webhook: "Webhook", tally: "Mapping[DeliveryState, int]") -> dict[str, Any]:
    return {
        "id": webhook.id,
        "told_of": f"/{webhook.topic}" + (f"/{webhook.only}" if webhook.only else ""),
        "url": webhook.url,
        "signed": webhook.secret is not None,
        "ended": webhook.ended,
        "position": webhook.position,
        "waiting": tally.get(DeliveryState.WAITING, 0),
        "given_up": tally.get(DeliveryState.GIVEN_UP, 0),
        "missed": webhook.missed,
        "created_at": moment(webhook.created_at),
        "updated_at": moment(webhook.updated_at),
    }


def _delivery(one: "Delivery") -> dict[str, Any]:
    from harvester.feed.webhooks.message import event_of, identity

    return {
        "id": identity(one),
        "seq": one.seq,
        "event": event_of(one.change),
        "subject": one.subject,
        "state": one.state.value,
        "tries": one.tries,
        "said": one.said,
        "taken_at": moment(one.taken_at),
        "tried_at": moment(one.tried_at),
        "next_try_at": moment(one.next_try_at),
        "settled_at": moment(one.settled_at),
    }
