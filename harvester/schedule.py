# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When a source is due next: arithmetic on times that the caller gives. Pure.

APScheduler's triggers do the arithmetic. Two habits of cron that they do not share are translated:
weekdays count from Sunday (0 and 7), and when the day of the month *and* the day of the week are
restricted, either is enough (crontab(5)). Cron goes by the clock on the wall of its time zone: of
a time that the change to summer time leaps over, the run comes an hour later by that clock; a time
that autumn has twice is two runs, and the second finds little to do.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ASTRAY = timedelta(days=1)
"""A last crawl that lies so far ahead is no step of a clock that is being set, but a wrong date."""
_SOME_TIME = datetime(2024, 1, 1, tzinfo=UTC)
_RUNS = 30
"""Runs of a cron that tell how it goes."""
_WEEKDAY_PART = re.compile(r"(?:(\*)|([a-z]{3}|\d)(?:-([a-z]{3}|\d))?)(?:/(\d+))?")


class CronError(ValueError):
    """A cron expression that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a source is to be crawled: by ``every``, else by ``cron``, else by hand only."""

    every: timedelta | None = None
    """How long after its last crawl it is due again."""
    cron: str | None = None
    """Five fields of a crontab."""
    zone: str = "UTC"
    """The IANA time zone that ``cron`` is written in."""
    jitter: timedelta = timedelta(0)
    """By how much at most a run is put off, so that not all of the world asks on the hour."""


def cron_trigger(expression: str, zone: str = "UTC") -> BaseTrigger:
    """Read five fields of a crontab: ``17 */6 * * *``.

    Raises:
        CronError: it has not five fields, one of them is no cron field, or it never comes.
    """
    trigger = _trigger_of(expression, ZoneInfo(zone))
    if trigger.get_next_fire_time(None, _SOME_TIME) is None:
        raise CronError(f"{expression!r} never comes")
    return trigger


def _trigger_of(expression: str, zone: ZoneInfo) -> BaseTrigger:
    values = expression.split()
    if len(values) != len(_FIELDS):
        raise CronError(
            f"{expression!r} has {len(values)} fields; write five: minute, hour, day of month, "
            'month, day of week, such as "17 */6 * * *"'
        )
    fields = dict(zip(_FIELDS, values, strict=True))
    fields["day_of_week"] = _named_weekdays(fields["day_of_week"])
    if fields["day"].startswith("*") or values[4].startswith("*"):
        return _trigger(expression, fields, zone)
    return OrTrigger(
        [
            _trigger(expression, fields | {"day_of_week": "*"}, zone),
            _trigger(expression, fields | {"day": "*"}, zone),
        ]
    )


def next_due(
    schedule: Schedule, name: str, last: datetime | None, now: datetime
) -> datetime | None:
    """Say when a source is due by its schedule.

    Args:
        schedule: of the source.
        name: of the source; the share of the jitter that it gets is made of it and of the time,
            so that whoever asks is told the same.
        last: when it was last crawled, or since when it has been waited for; None if it never was.
        now: the time.

    Returns:
        A time that may lie in the past: then it is overdue. Now, for a source that never ran and
        goes by ``every``, and for one whose ``last`` a clock wrote that ran ahead of this one by
        more than a day. None, if it has no schedule.

    Raises:
        CronError: the expression cannot be read.
    """
    ran_ahead = last is not None and last - now > _ASTRAY
    if schedule.every is not None:
        due = now if last is None or ran_ahead else last + schedule.every
    elif schedule.cron is not None:
        after = last if last is not None and not ran_ahead else now
        # The second itself has passed: a source crawled on the minute is due on the next one.
        trigger = cron_trigger(schedule.cron, schedule.zone)
        found = trigger.get_next_fire_time(None, after + timedelta(microseconds=1))
        if found is None:
            return None
        due = now if ran_ahead else found.astimezone(UTC)
    else:
        return None
    return due if last is None or ran_ahead else due + _share(schedule.jitter, name, due)


def usual_pause(schedule: Schedule) -> timedelta | None:
    """Say how long it usually is from one run to the next; of a cron the shortest such pause.

    None, if it has no schedule.

    Raises:
        CronError: the expression cannot be read.
    """
    if schedule.every is not None or schedule.cron is None:
        return schedule.every
    trigger = cron_trigger(schedule.cron, schedule.zone)
    times: list[datetime] = []
    for _ in range(_RUNS):
        previous = times[-1] if times else None
        start = previous + timedelta(microseconds=1) if previous else _SOME_TIME
        found = trigger.get_next_fire_time(previous, start)
        if found is None:
            break
        times.append(found)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    return min((pause for pause in pauses if pause), default=None)


def _share(jitter: timedelta, name: str, due: datetime) -> timedelta:
    """Give a part of the jitter in whole seconds, the same whenever it is asked for."""
    digest = hashlib.sha256(f"{name} {due.isoformat()}".encode()).digest()
    return timedelta(seconds=int(jitter.total_seconds() * int.from_bytes(digest[:4]) / 2**32))


def _trigger(expression: str, fields: dict[str, str], zone: ZoneInfo) -> CronTrigger:
    try:
        return CronTrigger(**fields, timezone=zone)
    except ValueError as error:
        raise CronError(f"{expression!r} is no cron expression: {error}") from None


def _named_weekdays(field: str) -> str:
    """Write a field of cron weekdays as names, since APScheduler's numbers begin at Monday."""
    if field == "*":
        return field
    days: set[int] = set()
    for part in field.lower().split(","):
        found = _WEEKDAY_PART.fullmatch(part)
        if found is None:
            raise CronError(
                f"{part!r} is no day of the week; write 0 to 7 (0 and 7 are Sunday) or sun to sat"
            )
        star, first, last, step = found.groups()
        start = 0 if star else _weekday(first)
        end = 6 if star or (step and not last) else _weekday(last) if last else start
        if last and end < start:
            end += 7
        days.update(day % 7 for day in range(start, end + 1, _step(step)))
    return ",".join(_WEEKDAYS[day] for day in sorted(days))


def _weekday(text: str) -> int:
    if text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    if text.isdigit() and int(text) <= 7:  # noqa: PLR2004 - 7 is Sunday too
        return int(text)
    raise CronError(
        f"{text!r} is no day of the week; write 0 to 7 (0 and 7 are Sunday) or sun to sat"
    )


def _step(text: str | None) -> int:
    step = 1 if text is None else int(text)
    if step == 0:
        raise CronError("a step of 0 never comes; write 1 or more behind the /")
    return step
