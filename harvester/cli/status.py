# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester status``: the catalogue at a glance, one address, or every file ever seen."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.options import Form, FormOption, JsonOption, Language, LanguageOption
from harvester.cli.output import moment, write_json

if TYPE_CHECKING:
    from harvester.ports.catalogue import Catalogue
    from harvester.ports.rows import FileRow, RepositoryRow
    from harvester.settings import Configuration


def status(
    invocation: Invocation,
    *,
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL", help="Address of a repository or software.", show_default=False
        ),
    ] = None,
    files: Annotated[
        bool, typer.Option("--files", help="The outcome of every file ever seen.")
    ] = False,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Say what the catalogue knows.

    At a glance, or of one address, in plain words why it is missing.
    """
    from harvester.cli import catalogues, compose

    if url is not None and files:
        raise UsageError("status: --files is about the whole catalogue; leave the URL out")
    configuration = compose.configuration(invocation)
    as_json = json or form is Form.JSON
    with catalogues.existing_catalogue(configuration) as catalogue:
        if files:
            _files(catalogue, lang, as_json=as_json)
        elif url is None:
            _glance(catalogue, as_json=as_json)
        else:
            _one(configuration, catalogue, url, lang, as_json=as_json)
    return ExitCode.OK


def _glance(catalogue: "Catalogue", *, as_json: bool) -> None:
    from harvester.model import Outcome, State

    totals, states = catalogue.totals(), catalogue.sources()
    entries = {state.value: totals.get(state, 0) for state in State}
    sources = []
    for name, state in sorted(states.items()):
        outcomes = catalogue.outcomes(name)
        sources.append(
            {
                "name": name,
                "repositories": state.repositories,
                "listed": state.listed,
                "waiting": state.waiting,
                "files": {one.value.replace("-", "_"): outcomes.get(one, 0) for one in Outcome},
                "last_success_at": moment(state.last_success_at),
                "last_status": state.last_status,
                "last_error": state.last_error,
            }
        )
    if as_json:
        write_json({"catalogue": catalogue.name, "entries": entries, "sources": sources})
        return
    console.out(f"Catalogue: {catalogue.name}")
    console.out("Entries: " + ", ".join(f"{n} {state}" for state, n in entries.items()))
    for source in sources:
        console.out(
            f"{source['name']}: {source['repositories']} repositories, {source['listed']} listed; "
            f"last success {source['last_success_at'] or 'never'}"
        )
        if source["waiting"]:
            console.out(
                f"  waiting: {source['waiting']} losses, for harvester approve {source['name']}"
            )
        if source["last_error"]:
            console.out(console.printable(f"  last error: {source['last_error']}"))


def _files(catalogue: "Catalogue", language: Language, *, as_json: bool) -> None:
    from harvester.cli import words
    from harvester.model import Outcome

    rows = [_file_json(file, repository) for file, repository in catalogue.files()]
    counts: dict[str, int] = {
        one.value.replace("-", "_"): sum(row["outcome"] == one.value for row in rows)
        for one in Outcome
    }
    if as_json:
        write_json(
            {
                "catalogue": catalogue.name,
                "files": rows,
                "summary": {"files": len(rows)} | counts,
            }
        )
        return
    for row in rows:
        outcome = words.word(words.OUTCOMES, row["outcome"], language)
        reason = words.word(words.FILES, row["reason"], language)
        console.out(console.printable(f"{row['repository']} {row['path']}: {outcome}: {reason}"))
    sums = ", ".join(
        f"{counts[one.value.replace('-', '_')]} {words.word(words.OUTCOMES, one, language)}"
        for one in Outcome
    )
    console.out(words.say("files", language, number=len(rows), sums=sums))


def _file_json(file: "FileRow", repository: "RepositoryRow") -> dict[str, Any]:
    severities = [finding.severity.value for finding in file.findings]
    return {
        "repository": repository.facts.web_url,
        "path": file.path,
        "blob_id": file.blob_id,
        "outcome": file.outcome.value,
        "reason": file.reason,
        "file_state": file.state.value,
        "software": file.software_id,
        "declared_url": file.declared_url,
        "version": file.version,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "notices": severities.count("notice"),
        "first_seen_at": moment(file.first_seen_at),
        "changed_at": moment(file.changed_at),
    }


def _one(
    configuration: "Configuration",
    catalogue: "Catalogue",
    url: str,
    language: Language,
    *,
    as_json: bool,
) -> None:
    from harvester.cli.address import Address
    from harvester.urls import BadUrlError, repository_url

    try:
        canonical = repository_url(url)
    except BadUrlError as error:
        raise UsageError(str(error)) from None
    address = Address(configuration, catalogue, canonical)
    if as_json:
        write_json(address.as_json())
    else:
        for line in address.sentences(language):
            console.out(console.printable(line))
