# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""After a sweep: asks of listed entries, now and then, whether they are worked on.

Not after a source's first crawl, which is to show something soon. Nothing depends on it: it is
read after the crawl has ended, never fails it, and what it cannot get today it gets after the next
sweep.
"""

import asyncio
import logging
from datetime import timedelta

from harvester.crawl.ahead import StoppedError, unless_stopped
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import Connector, ReadsVitality
from harvester.ports.errors import SourceError
from harvester.ports.http import Clock
from harvester.worker import Worker

logger = logging.getLogger(__name__)

EVERY = timedelta(days=7)
"""A repository is asked about no more often."""
MOST = 1000
"""Repositories that one crawl asks about; the others come with the next sweeps."""
BATCH = 20
"""Repositories that are asked about and stored together."""


async def enrich(
    source: str,
    *,
    connector: Connector,
    catalogue: Catalogue,
    worker: Worker,
    clock: Clock,
    stop: asyncio.Event,
) -> None:
    """Read the vitality of a source's listed repositories where it is due."""
    if not isinstance(connector, ReadsVitality):
        return
    now = clock.now()
    due = await worker(catalogue.vitality_due, source, now - EVERY, MOST)
    for start in range(0, len(due), BATCH):
        batch = due[start : start + BATCH]
        ids = {row.facts.forge_id: row.id for row in batch}
        try:
            read = await unless_stopped(connector.vitality([row.facts for row in batch], now), stop)
        except StoppedError:
            return
        except SourceError as error:
            logger.warning("source %s: whether it is worked on is not known: %s", source, error)
            return
        kept = {ids[forge_id]: told for forge_id, told in read.items() if forge_id in ids}
        await worker(catalogue.keep_vitality, kept)
