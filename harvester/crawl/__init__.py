# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The crawl: plan, run, decide, conclude; written against the ports."""

from harvester.crawl.foresee import foresee
from harvester.crawl.run import crawl
from harvester.crawl.task import (
    CrawlTask,
    KeepPolicy,
    LeadCounts,
    Listener,
    Publishers,
    SourcePlan,
    SourceSummary,
)

__all__ = [
    "CrawlTask",
    "KeepPolicy",
    "LeadCounts",
    "Listener",
    "Publishers",
    "SourcePlan",
    "SourceSummary",
    "crawl",
    "foresee",
]
