# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester approve``: lets losses through that the gate held."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.options import Form, FormOption, JsonOption, Language, LanguageOption
from harvester.cli.output import moment, write_json

if TYPE_CHECKING:
    from harvester.crawl.approve import Approved


def approve(
    invocation: Invocation,
    *,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A configured source.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be lost.")
    ] = False,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Let the losses of a source through that wait.

    Exactly those, and at once. What a later crawl would lose is judged anew.
    """
    from harvester.cli import catalogues, compose, planning, words
    from harvester.cli.adapters import SystemClock
    from harvester.crawl.approve import Approved, approve

    configuration = compose.configuration(invocation)
    (configured,) = configuration.sources([source])
    with catalogues.existing_catalogue(configuration) as catalogue:
        waits = catalogue.waits(source)
        if not waits:
            raise UsageError(words.say("nothing_waits", lang, source=source))
        if dry_run:
            losses: Sequence[Approved] = [
                Approved(wait=wait, entry=entry, lost=True) for wait, entry in waits
            ]
        else:
            losses = approve(
                catalogue,
                planning.plan_of(configuration, configured),
                holder=catalogues.holder(),
                now=SystemClock().now(),
            )
    if json or form is Form.JSON:
        write_json(
            {
                "source": source,
                "dry_run": dry_run,
                "losses": [
                    {
                        "id": loss.entry.id,
                        "url": loss.entry.url,
                        "name": loss.entry.name,
                        "reason": loss.wait.reason,
                        "since": moment(loss.wait.since),
                        "lost": loss.lost,
                    }
                    for loss in losses
                ],
            }
        )
    else:
        _show(source, losses, lang, dry_run=dry_run)
    return ExitCode.OK


def _show(source: str, losses: "Sequence[Approved]", language: Language, *, dry_run: bool) -> None:
    from harvester.cli import words

    number = sum(loss.lost for loss in losses)
    key = "would_lose" if dry_run else "let_through"
    console.out(words.say(key, language, source=source, number=number, waited=len(losses)))
    for loss in losses:
        said = words.say(
            "loss" if loss.lost else "still_there",
            language,
            name=loss.entry.name or "-",
            url=loss.entry.url,
            reason=words.word(words.STATES, loss.wait.reason, language),
        )
        console.out(console.printable(said))
