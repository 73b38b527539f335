# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a list is expanded to, as far as that is known without asking anybody."""

from collections.abc import Mapping

from harvester.cli import catalogues, compose, expanded, installed
from harvester.cli.adapters import SystemClock
from harvester.cli.hosts import verdict_of
from harvester.crawl import foresee
from harvester.crawl.expansion import Expansion, Verdict, by_forge, expand, still_meant
from harvester.leads import LeadReason
from harvester.ports.catalogue import Catalogue
from harvester.ports.directory import HostAnswer, KeptLeads
from harvester.ports.listing import Estimate, Size
from harvester.settings import Configuration, Source
from harvester.urls import url_key


def part_names(configuration: Configuration, kept: Mapping[str, KeptLeads]) -> list[str]:
    """Name the sources that the configured lists were expanded to when they were read last."""
    return [
        name
        for source in configuration.settings.sources
        if source.directory is not None and source.name in kept
        for name in kept[source.name].sources
    ]


def remembered(
    configuration: Configuration, source: Source, kept: KeptLeads, hosts: Mapping[str, HostAnswer]
) -> Expansion:
    """Expand what a list said when it was last read well; hosts nobody asked yet stay out."""
    known = expanded.known_forges(configuration)
    task = expanded.survey_task(configuration, source, known)
    leads = still_meant(kept)
    groups = by_forge(leads.leads, known, task.aliases)
    configured = {url_key(forge.url): forge.kind for forge in known}
    now = SystemClock().now()
    unknown = Verdict(kind=None, reason=LeadReason.NOT_ASKED_YET)
    return expand(
        source=source.name,
        leads=leads,
        groups=groups,
        verdicts={url: verdict_of(url, configured, hosts, now) or unknown for url in groups},
        known=known,
        carrier=task.forge if task.own_entries else None,
    )


def foreseen(
    configuration: Configuration, source: Source, catalogue: Catalogue
) -> list[tuple[str, Estimate, Size]]:
    """Predict what a list and its parts will cost, each with its name and its size.

    Raises:
        ConnectorError: a package that reads one of them is broken.
    """
    store = catalogues.lead_store(catalogue)
    kept = store.kept().get(source.name)
    access = expanded.directory_access(source, compose.access_of(configuration, source))
    directory = installed.directory_of(source.kind)(access)
    named = len(kept.leads.leads) if kept is not None else 0
    itself = directory.estimate(named)
    size = Size(repositories=0, files=0, owners=0, first=kept is None)
    plans = [(source.name, itself, size)]
    now = SystemClock().now()
    if kept is None:
        return plans
    for derived in remembered(configuration, source, kept, store.hosts()).derived:
        reach = expanded.derived_access(configuration, derived)
        connector = installed.connector_of(derived.kind)(reach)
        plan = expanded.derived_plan(configuration, source, derived, configuration.directory)
        size = foresee(catalogue, plan, full=False, now=now, connector=connector)
        plans.append((derived.name, connector.estimate(derived.scope, size), size))
    return plans
