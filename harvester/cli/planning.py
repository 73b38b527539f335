# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Makes plans of sources: what a crawl of each is to do."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

from harvester.cli import installed
from harvester.crawl import KeepPolicy, Publishers, SourcePlan
from harvester.crawl.blocks import Block, Blocks
from harvester.crawl.subject import FORGE
from harvester.model import Forge, Origin
from harvester.ports.crawls import SourceState
from harvester.ports.listing import Scope, ScopeKind
from harvester.schedule import usual_pause
from harvester.settings import MANUAL_SOURCE, Configuration, Source


def plan_of(
    configuration: Configuration, source: Source, publishers: Publishers | None = None
) -> SourcePlan:
    """Make a configured source ready to be crawled.

    Args:
        configuration: the settings.
        source: one of theirs, a forge.
        publishers: who stands behind addresses, where more is known than the settings say.

    Raises:
        SettingsError: a list of public bodies cannot be used.
        ConnectorError: its connector cannot be loaded.
    """
    return make_plan(
        configuration,
        name=source.name,
        kind=source.kind,
        url=source.url,
        scope=configuration.scope(source),
        source=source,
        publishers=publishers,
    )


def manual_plan(configuration: Configuration, *, kind: str, url: str, scope: Scope) -> SourcePlan:
    """Make a plan for addresses of a forge that no source is configured for.

    Raises:
        SettingsError: a list of public bodies cannot be used.
        ConnectorError: the connector of this kind cannot be loaded.
    """
    return make_plan(
        configuration,
        name=MANUAL_SOURCE,
        kind=kind,
        url=url,
        scope=scope,
        source=None,
    )


def make_plan(
    configuration: Configuration,
    *,
    name: str,
    kind: str,
    url: str,
    scope: Scope,
    source: Source | None,
    publishers: Publishers | None = None,
) -> SourcePlan:
    """Make a plan; include, exclude and the sweeps are those of ``source``, if there is one.

    Raises:
        SettingsError: a list of public bodies cannot be used.
        ConnectorError: its connector cannot be loaded.
    """
    connector = installed.connector_of(kind)
    own = source.directory if source else None
    include = source.include if source else ("*",)
    exclude = source.exclude if source else ()
    return SourcePlan(
        name=name,
        kind=kind,
        forge=Forge(
            url=url,
            kind=kind,
            origin=connector.origin,
            priority=own.priority
            if own is not None and connector.origin is not Origin.CRAWL
            else 0,
        ),
        scope=scope,
        include=include,
        exclude=exclude,
        opt_out_topics=configuration.settings.opt_out.topics,
        blocks=blocks_of(configuration),
        contacts=configuration.settings.privacy.contacts,
        profile=connector.profile,
        host_aliases=connector.host_aliases,
        # Every source knows the lists of all: an entry may hang together with repositories of
        # several sources, and if each named its publisher by a list of its own, they would rename
        # it by turns, a change each time.
        publishers=publishers or configuration.directory,
        keep=keep_of(configuration),
        sweep_every=source.sweep_every if source else timedelta(days=7),
        revisit_every=usual_pause(source.schedule) if source else None,
        fingerprint=fingerprint(kind, url, scope, include, exclude),
    )


def retired_plan(configuration: Configuration, state: SourceState) -> SourcePlan:
    """Make the plan of a source that is no longer configured: it wants nothing any more.

    Raises:
        SettingsError: a list of public bodies cannot be used.
    """
    return SourcePlan(
        name=state.name,
        kind=state.forge.kind,
        forge=state.forge,
        scope=Scope(ScopeKind.REPOSITORIES),
        blocks=blocks_of(configuration),
        publishers=configuration.directory,
        keep=replace(keep_of(configuration), max_vanish=1.0, gate=1.0),
        fingerprint="retired",
    )


def told_plan(configuration: Configuration) -> SourcePlan:
    """Make the plan by which it is taken what somebody tells; nobody crawls it.

    Raises:
        SettingsError: a list of public bodies cannot be used.
    """
    return SourcePlan(
        name=FORGE.kind,
        kind=FORGE.kind,
        forge=FORGE,
        scope=Scope(ScopeKind.REPOSITORIES),
        blocks=blocks_of(configuration),
        contacts=configuration.settings.privacy.contacts,
        publishers=configuration.directory,
        keep=keep_of(configuration),
        fingerprint="told",
    )


def keep_of(configuration: Configuration) -> KeepPolicy:
    """Give the ``[keep]`` table."""
    keep = configuration.settings.keep
    return KeepPolicy(
        gone_after=keep.gone_after,
        invalid_after=keep.invalid_after,
        max_vanish=keep.max_vanish,
        gate=keep.gate,
    )


def blocks_of(configuration: Configuration) -> Blocks:
    """Give the operator's block list."""
    return Blocks(tuple(Block(row.url, row.reason) for row in configuration.settings.blocks))


def fingerprint(
    kind: str, url: str, scope: Scope, include: tuple[str, ...], exclude: tuple[str, ...]
) -> str:
    """Digest what decides what a source lists; the order of paths and patterns does not."""
    decisive = [kind, url, scope.kind, sorted(scope.paths), sorted(include), sorted(exclude)]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:32]
