# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester database purge``: lawful deletion, for good."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.options import Form, FormOption, JsonOption, Language, LanguageOption
from harvester.cli.output import write_json

if TYPE_CHECKING:
    from harvester.ports.catalogue import Catalogue
    from harvester.settings import Configuration
    from storage.purge import Purged

CONTACTS = "contacts"


def purge(
    invocation: Invocation,
    *,
    what: Annotated[
        str,
        typer.Argument(
            metavar="contacts|URL|ID",
            help="The contacts of all publiccode files; or an entry or a repository, by its "
            "address or id.",
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be deleted.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete it; there is no way back.")] = False,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
) -> int:
    """Delete personal data, or all that is known of one software, for good.

    Only what the settings keep from coming back: contacts where [privacy] switches them off,
    entries and repositories that are on the block list.
    """
    from harvester.cli import catalogues, compose
    from harvester.cli.words import say

    if not (yes or dry_run):
        raise UsageError(say("purge_yes", lang))
    configuration = compose.configuration(invocation)
    with catalogues.existing_catalogue(configuration) as catalogue:
        elsewhere: list[str] = []
        if what == CONTACTS:
            purged = _contacts(configuration, catalogue, lang, dry_run=dry_run)
        else:
            meant = _meant(configuration, catalogue, what, lang)
            elsewhere = meant.elsewhere
            purged = _whole(catalogue, meant, dry_run=dry_run)
    if json or form is Form.JSON:
        write_json({"purged": what, "dry_run": dry_run, **asdict(purged), "elsewhere": elsewhere})
        return ExitCode.OK
    key = "purge_contacts" if what == CONTACTS else "purge_whole"
    said = say(f"would_{key}" if dry_run else key, lang, what=what, **asdict(purged))
    console.out(console.printable(said))
    for url in elsewhere:
        console.out(console.printable(say("purge_elsewhere", lang, url=url)))
    if not dry_run:
        console.say(say("purge_copies", lang))
    return ExitCode.OK


def _contacts(
    configuration: "Configuration", catalogue: "Catalogue", lang: Language, *, dry_run: bool
) -> "Purged":
    from harvester.cli import catalogues
    from harvester.cli.adapters import SystemClock
    from harvester.cli.words import say
    from harvester.publiccode import contacts
    from storage import purge as purging

    if configuration.settings.privacy.contacts:
        raise UsageError(say("purge_contacts_on", lang))
    rewriting = purging.Rewriting(
        record=contacts.record_text_without_contacts,
        finding=contacts.without_quotes,
        document=contacts.document_without_contacts,
    )
    store = catalogues.store_of(catalogue)
    return purging.contacts(store, rewriting, SystemClock().now(), dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """What an address or id stands for."""

    software_ids: frozenset[str]
    repository_ids: frozenset[str]
    urls: frozenset[str]
    """Every address of those."""
    elsewhere: list[str]
    """Repositories that are not meant, and have a file that describes the same."""


def _meant(
    configuration: "Configuration", catalogue: "Catalogue", what: str, lang: Language
) -> _Meant:
    """Find what is to be deleted.

    Raises:
        UsageError: nobody knows it, or a crawl would bring it back.
    """
    import json

    from harvester.cli import planning
    from harvester.cli.words import say
    from harvester.crawl.places import is_told
    from harvester.urls import BadUrlError, canonical_url, url_key

    entry = catalogue.entry(what)
    try:
        url = canonical_url(what) if entry is None else str(json.loads(entry.document)["url"])
    except BadUrlError:
        raise UsageError(say("purge_unknown", lang, what=what)) from None
    around, key = catalogue.around(url), url_key(url)
    former = {row.repository_id for row in around.aliases if url_key(row.url) == key}
    repositories = {
        row.id: row
        for row in around.repositories.values()
        if row.id in former or url_key(row.facts.web_url) == key
    }
    software = {
        row.id: row
        for row in around.software.values()
        if url_key(row.url) == key or row.repository_id in repositories
    }
    for file in around.files:
        host = around.repositories[file.repository_id]
        if is_told(host) and file.software_id in software:
            repositories[host.id] = host  # what was told of it is nowhere else
    if not software and not repositories:
        raise UsageError(say("purge_unknown", lang, what=what))
    todays = {row.facts.web_url for row in repositories.values() if not is_told(row)}
    todays |= {row.url for row in software.values()}
    blocks = planning.blocks_of(configuration)
    for one in sorted(todays):
        if blocks.find((one,)) is None:
            raise UsageError(say("purge_unblocked", lang, what=what, url=one))
    places = {
        row.repository_id
        for row in around.files
        if row.software_id in software and row.repository_id not in repositories
    }
    return _Meant(
        software_ids=frozenset(software),
        repository_ids=frozenset(repositories),
        urls=frozenset(
            todays | {row.url for row in around.aliases if row.repository_id in repositories}
        ),
        elsewhere=sorted(around.repositories[key].facts.web_url for key in places),
    )


def _whole(catalogue: "Catalogue", meant: _Meant, *, dry_run: bool) -> "Purged":
    from harvester.cli import catalogues
    from harvester.cli.adapters import SystemClock
    from storage import purge as purging
    from storage.rows import lookup_key

    return purging.whole(
        catalogues.store_of(catalogue),
        meant.software_ids,
        meant.repository_ids,
        {lookup_key(url) for url in meant.urls},
        SystemClock().now(),
        dry_run=dry_run,
    )
