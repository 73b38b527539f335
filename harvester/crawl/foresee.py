# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which kind of crawl comes next, and of what size it is expected to be."""

from dataclasses import replace
from datetime import datetime, timedelta

from harvester.crawl.enrich import EVERY, MOST
from harvester.crawl.revisit import asks_for_each, remembered
from harvester.crawl.task import SourcePlan
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import Connector
from harvester.ports.crawls import Movement, SourceState
from harvester.ports.listing import Size

OVERLAP = timedelta(hours=2)
"""How far an incremental crawl looks back behind the start of the last good one: GitLab writes a
project's last activity at most once an hour, and sometimes loses one."""


def sweeps(plan: SourcePlan, state: SourceState | None, *, full: bool, now: datetime) -> bool:
    """Say whether the whole listing is to be read, not only what moved.

    Args:
        plan: of the source.
        state: what the catalogue remembers of it.
        full: somebody asks for it.
        now: the time.
    """
    if full or state is None or state.last_sweep_at is None:
        return True
    if state.swept != plan.fingerprint:
        return True  # what is new in the scope need not have moved lately
    if state.covered_since is None or state.covered_since > now:
        return True  # a clock that ran ahead cannot tell what moved since
    return now - state.last_sweep_at >= plan.sweep_every


def foresee(
    catalogue: Catalogue,
    plan: SourcePlan,
    *,
    full: bool,
    now: datetime,
    connector: Connector | None = None,
) -> Size:
    """Give the size that the next crawl of a source is expected to have.

    As much is expected to have moved since the last crawl as did in a span of the same length
    before it: nobody knows better without asking the forge.

    Args:
        catalogue: is asked.
        plan: of the source.
        full: somebody asks for a sweep.
        now: the time.
        connector: of the source; says whether some of its repositories are left at rest.
    """
    state = catalogue.sources().get(plan.name)
    if sweeps(plan, state, full=full, now=now) or state is None or state.covered_since is None:
        size = catalogue.size(plan.name)
        due = () if size.first else catalogue.vitality_due(plan.name, now - EVERY, MOST)
        return replace(size, vitality_due=len(due))
    covered = state.covered_since
    before = covered - (now - covered)
    moved = Movement(listed_since=before - OVERLAP, changed_since=before)
    size = replace(catalogue.size(plan.name, moved), topics=len(plan.opt_out_topics))
    if plan.revisit_every is None or connector is None or not asks_for_each(connector, plan.scope):
        return size
    revisits = remembered(catalogue, plan.name, plan.revisit_every)
    return replace(size, resting=len(revisits.resting(plan.forge.url, plan.scope.paths, now)))
