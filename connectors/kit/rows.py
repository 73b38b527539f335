# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From the rows of a forge's answer to a slice: one that is broken is no loss of the others."""

from collections.abc import Awaitable, Callable, Iterable

from connectors.kit.shapes import MISSHAPEN, misshapen
from connectors.kit.walk import Listed, Slice
from harvester.model import JsonObject, Sighting
from harvester.ports.errors import UnexpectedAnswerError
from harvester.ports.listing import Failure, FailureCode


async def slice_of(
    forge: Listed,
    rows: Iterable[JsonObject],
    sighting: Callable[[JsonObject], Awaitable[Sighting | None]],
    *,
    id_key: str,
) -> Slice:
    """Read rows.

    Args:
        forge: for messages.
        rows: each with the path under ``full_name``, as far as it can be relied on.
        sighting: reads one; None: it is not public.
        id_key: where the forge's own id stands.
    """
    sightings, failures, hidden, skipped = [], [], [], 0
    for row in rows:
        try:
            seen = await sighting(row)
        except MISSHAPEN as error:
            number = row.get(id_key)
            message = str(misshapen(forge.source, f"repository {number}", error))
            failures.append(
                Failure(
                    subject=f"{forge.url}/{row.get('full_name') or ''}",
                    code=FailureCode.UNREADABLE,
                    message=message,
                    forge_id=None if number is None else str(number).strip("{}"),
                )
            )
            continue
        if seen is None:
            skipped += 1
            hidden += [str(row[id_key]).strip("{}")] if row.get(id_key) is not None else []
        else:
            sightings.append(seen)
    return Slice(
        sightings=tuple(sightings),
        failures=tuple(failures),
        skipped=skipped,
        hidden=tuple(hidden),
    )


def only(cut: Slice) -> Sighting | None:
    """Give the sighting of one row; None: it is not public.

    Raises:
        UnexpectedAnswerError: it could not be read.
    """
    if cut.failures:
        raise UnexpectedAnswerError(cut.failures[0].message)
    return cut.sightings[0] if cut.sightings else None
