# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl does before it asks anybody: the block list, as it is now, takes effect.

So it takes effect within one run, though a forge is down, though an incremental crawl does not see
what is blocked, and whichever source is crawled.
"""

import json
from datetime import datetime

from harvester.crawl.leaving import review_blocks
from harvester.crawl.task import SourcePlan
from harvester.model import State
from harvester.ports.catalogue import Catalogue
from harvester.ports.crawls import OpenCrawl
from harvester.ports.rows import Item, Keys, Writes


def review(
    catalogue: Catalogue, opened: OpenCrawl, plan: SourcePlan, now: datetime
) -> tuple[Item, ...]:
    """Block what the list names, and let in what it names no more; give what changed."""
    blocked = catalogue.entries(frozenset({State.BLOCKED}), activity=False)
    urls = {str(json.loads(entry.document)["url"]) for entry in blocked}
    if plan.blocks.rows:
        urls |= {url for url in catalogue.addresses() if plan.blocks.find((url,)) is not None}
    if not urls:
        return ()
    with catalogue.page(opened, now) as page:
        stored = page.load(Keys(repository_ids=frozenset(), urls=frozenset(urls)))
        writes = review_blocks(plan, stored, now)
        if writes != Writes():
            page.write(writes, now)
    return writes.items
