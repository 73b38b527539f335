# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""By which ways a publisher says that a repository is not to be listed. Pure.

Three ways, because not everybody may use each: a topic (in the forge's settings), a key in the
publiccode file, a file beside it. One is enough. What a read does not tell, stands.
"""

from harvester.crawl.reasons import StateReason
from harvester.crawl.task import SourcePlan
from harvester.crawl.visit import Visit
from harvester.model import JsonObject
from harvester.ports.rows import RepositoryRow

KEY = "x-publiccode-ignore"
"""With the value ``true`` in a publiccode file."""


def opt_outs(plan: SourcePlan, visit: Visit, before: RepositoryRow | None) -> tuple[str, ...]:
    """Give the ways by which a repository is opted out now, as reasons of the entry's state."""
    known = before.opt_outs if before is not None else ()
    by_way = {
        StateReason.OPT_OUT_TOPIC: _by_topic(plan, visit, known),
        StateReason.OPT_OUT_KEY: _by_key(visit, known),
        StateReason.OPT_OUT_FILE: _by_file(visit, known),
    }
    return tuple(way.value for way, opted_out in by_way.items() if opted_out)


def _by_topic(plan: SourcePlan, visit: Visit, known: tuple[str, ...]) -> bool:
    details = visit.sighting.repository.details
    if details is None:
        return StateReason.OPT_OUT_TOPIC in known
    wished = {topic.casefold() for topic in plan.opt_out_topics}
    return any(topic.casefold() in wished for topic in details.topics)


def _by_key(visit: Visit, known: tuple[str, ...]) -> bool:
    if visit.reading is None:
        return StateReason.OPT_OUT_KEY in known
    return says_ignore(visit.reading.record)


def _by_file(visit: Visit, known: tuple[str, ...]) -> bool:
    told = visit.sighting.ignore_file
    return StateReason.OPT_OUT_FILE in known if told is None else told


def says_ignore(record: JsonObject | None) -> bool:
    """Say whether a publiccode file asks not to be listed, valid or not."""
    return (record or {}).get(KEY) is True
