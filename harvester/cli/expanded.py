# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Puts together how lists, and the sources that they are expanded to, are reached and planned."""

from collections.abc import Mapping
from dataclasses import replace

from harvester.cli import compose, installed, planning
from harvester.cli.tapes import NoTape, Tape
from harvester.crawl import Publishers, SourcePlan
from harvester.crawl.expansion import Derived, KnownForge
from harvester.crawl.survey import SurveyTask
from harvester.model import Forge, Origin
from harvester.ports.connector import ForgeAccess, ToldWaiting
from harvester.ports.directory import DirectoryAccess, DirectoryOptions
from harvester.ports.http import Budgets, Validators
from harvester.publiccode import plain_yaml
from harvester.settings import Configuration, Source, is_file


def known_forges(configuration: Configuration) -> tuple[KnownForge, ...]:
    """Give the forges that sources are configured for, with what of them is read.

    Raises:
        SettingsError: a list of public bodies cannot be used.
    """
    return tuple(
        KnownForge(
            source=source.name, url=source.url, kind=source.kind, scope=configuration.scope(source)
        )
        for source in configuration.settings.sources
        if source.directory is None
    )


def host_aliases() -> Mapping[str, str]:
    """Give the old names of hosts that connectors know, each with the one that replaced it."""
    return {
        old: new
        for connector in installed.connector_types().values()
        for old, new in connector.host_aliases.items()
    }


def derived_plan(
    configuration: Configuration, parent: Source, derived: Derived, publishers: Publishers
) -> SourcePlan:
    """Make a source that a list was expanded to ready to be crawled.

    Its patterns, and how often it is swept, are the list's.

    Raises:
        ConnectorError: its connector cannot be loaded.
    """
    return planning.make_plan(
        configuration,
        name=derived.name,
        kind=derived.kind,
        url=derived.url,
        scope=derived.scope,
        source=parent,
        publishers=publishers,
    )


def directory_forge(source: Source) -> Forge:
    """Give a list, or another catalogue, as the catalogue knows it."""
    own = source.directory
    connector = installed.connector_types([source.kind]).get(source.kind)
    return Forge(
        url=source.url,
        kind=source.kind,
        origin=connector.origin if connector is not None else Origin.CRAWL,
        priority=own.priority if own is not None and connector is not None else 0,
    )


def derived_access(
    configuration: Configuration,
    derived: Derived,
    *,
    tape: Tape | None = None,
    budgets: Budgets | None = None,
    validators: Validators | None = None,
    waiting: ToldWaiting | None = None,
) -> ForgeAccess:
    """Resolve how a source is reached that a list was expanded to.

    A configured source of the same forge lends its addresses and its token; any other forge is an
    address from data: anonymous, and on the public Internet only.

    Raises:
        SettingsError: a secret cannot be had.
    """
    tape = tape or NoTape()
    if derived.lender is None:
        access = compose.anonymous_access(
            configuration,
            derived.url,
            clock=tape.chain_clock,
            budgets=budgets,
            validators=validators,
            waiting=waiting,
        )
        return tape.through(replace(access, source=derived.name, guarded=True))
    lender = configuration.sources([derived.lender])[0]
    access = compose.access_of(
        configuration,
        lender,
        clock=tape.chain_clock,
        budgets=budgets,
        validators=validators,
        waiting=waiting,
        tokens=tape.tokens(lender),
    )
    # A list as its own lender: it is asked where its operator wrote, not at the canonical form.
    api_url = access.api_url or lender.address
    return tape.through(replace(access, source=derived.name, api_url=api_url))


def directory_access(source: Source, forge: ForgeAccess) -> DirectoryAccess:
    """Say how a list is reached.

    Args:
        source: the list.
        forge: its access, as of any source.
    """
    return DirectoryAccess(
        address=source.api_url or source.address or source.url,
        is_file=is_file(source.url),
        forge=forge,
        read_yaml=plain_yaml,
    )


def survey_task(
    configuration: Configuration, source: Source, known: tuple[KnownForge, ...]
) -> SurveyTask:
    """Say how a list is to be read."""
    own = source.directory or DirectoryOptions()
    return SurveyTask(
        name=source.name,
        forge=directory_forge(source),
        max_shrink=own.max_shrink,
        grace=configuration.settings.keep.gone_after,
        known=known,
        aliases=host_aliases(),
        own_entries=own.carries_entries and bool(installed.connector_types([source.kind])),
    )
