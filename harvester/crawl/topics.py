# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Opt-outs by a topic on forges where a topic is no activity, so that no new listing shows it.

An incremental crawl therefore asks who has such a topic, and compares that with who is known to:
nothing more is asked while both are the same.
"""

import logging
from collections.abc import Sequence

from harvester.crawl.reasons import StateReason
from harvester.crawl.task import SourcePlan
from harvester.model import repository_id
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import Connector, FindsTopics
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnexpectedAnswerError,
)
from harvester.ports.rows import RepositoryRow
from harvester.worker import Worker

logger = logging.getLogger(__name__)

_NO_ANSWER = (ForbiddenError, NotFoundError, ServerError, UnexpectedAnswerError)


async def changed(
    plan: SourcePlan, connector: Connector, catalogue: Catalogue, worker: Worker
) -> Sequence[RepositoryRow]:
    """Give the source's repositories that got or lost a topic that opts out since they were read.

    A forge that does not say so keeps nobody from its next sweep: that is told in the log.

    Raises:
        SourceError: it is about the way to the forge, or who asks.
    """
    if not plan.opt_out_topics or not isinstance(connector, FindsTopics):
        return ()
    try:
        found = await connector.with_topics(plan.opt_out_topics)
    except _NO_ANSWER as error:
        logger.warning(
            "source %s: who opts out by a topic is not known before the next sweep: %s",
            plan.name,
            error,
        )
        return ()
    if found is None:
        return ()
    tagged = {repository_id(plan.forge.url, forge_id) for forge_id in found.forge_ids}
    rows = await worker(catalogue.opted_out, plan.name, tagged)
    moved = [
        row for row in rows if (row.id in tagged) != (StateReason.OPT_OUT_TOPIC in row.opt_outs)
    ]
    if found.whole:
        return moved
    logger.warning(
        "source %s: more than the %d repositories that the forge told of have a topic that opts"
        " out; of the others it is not known before the next sweep",
        plan.name,
        len(tagged),
    )
    return [row for row in moved if row.id in tagged]
