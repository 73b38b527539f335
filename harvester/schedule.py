# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When a source is due next: arithmetic on times that the caller gives. Pure.

APScheduler's triggers do the arithmetic. Two habits of cron that they do not share are translated:
weekdays count from Sunday (0 and 7), and when the day of the month *and* the day of the week are
restricted, either is enough (crontab(5)).
"""

import re
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SOME_TIME = datetime(2024, 1, 1, tzinfo=UTC)
_WEEKDAY_PART = re.compile(r"(?:(\*)|([a-z]{3}|\d)(?:-([a-z]{3}|\d))?)(?:/(\d+))?")


class CronError(ValueError):
    """A cron expression that cannot be read."""


def cron_trigger(expression: str) -> BaseTrigger:
    """Read five fields of a crontab, times in UTC: ``17 */6 * * *``.

    Raises:
        CronError: it has not five fields, one of them is no cron field, or it never comes.
    """
    trigger = _trigger_of(expression)
    if trigger.get_next_fire_time(None, _SOME_TIME) is None:
        raise CronError(f"{expression!r} never comes")
    return trigger


def _trigger_of(expression: str) -> BaseTrigger:
    values = expression.split()
    if len(values) != len(_FIELDS):
        raise CronError(
            f"{expression!r} has {len(values)} fields; write five: minute, hour, day of month, "
            'month, day of week, such as "17 */6 * * *"'
        )
    fields = dict(zip(_FIELDS, values, strict=True))
    fields["day_of_week"] = _named_weekdays(fields["day_of_week"])
    if fields["day"].startswith("*") or values[4].startswith("*"):
        return _trigger(expression, fields)
    return OrTrigger(
        [
            _trigger(expression, fields | {"day_of_week": "*"}),
            _trigger(expression, fields | {"day": "*"}),
        ]
    )


def next_due(
    last: datetime | None, now: datetime, *, every: timedelta | None, cron: str | None
) -> datetime | None:
    """Say when a source is due.

    Args:
        last: when it was last begun; None if it never was.
        now: the time.
        every: how long after its last beginning it is due again.
        cron: when it is due, where ``every`` is None.

    Returns:
        A time that may lie in the past: then it is overdue. Now, for a source that never ran and
        goes by ``every``. None, if it has no schedule.

    Raises:
        CronError: the expression cannot be read.
    """
    if every is not None:
        return now if last is None else last + every
    if cron is None:
        return None
    after = now if last is None else last
    # The second itself has passed: a source begun on the minute is due on the next one.
    due = cron_trigger(cron).get_next_fire_time(None, after + timedelta(microseconds=1))
    return None if due is None else due.astimezone(UTC)


def _trigger(expression: str, fields: dict[str, str]) -> CronTrigger:
    try:
        return CronTrigger(**fields, timezone=UTC)
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
