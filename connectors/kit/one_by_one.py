# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Asks for one thing after the other, where a forge has no way to ask for many at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from connectors.kit.shapes import MISSHAPEN, misshapen
from harvester.model import Sighting, Unknown
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    UnexpectedAnswerError,
)

T = TypeVar("T")

_FAILED_IN_A_ROW = 3
"""So many that fail in a row are not bad repositories: it is the forge, or the way to it."""


class OneByOne:
    """Reads repositories one after the other; what is wrong with one is not the others' loss.

    Args:
        source: the configured name, for messages.
        one: reads one sighting; its errors are those of the chain, or of a misshapen answer.

    Attributes:
        exhausted: set when the forge wants no more requests; then a listing has no purpose
            either, because nothing of what it brings could be read.
    """

    def __init__(self, source: str, one: Callable[[Sighting], Awaitable[Sighting]]) -> None:
        self._source = source
        self._one = one
        self.exhausted: BudgetExhaustedError | None = None

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Read sightings, in their order.

        When the budget ends half way, what was not read comes as ``Unknown`` and with an empty
        revision, so that the next crawl asks again.

        Raises:
            BudgetExhaustedError: nothing at all could be read.
            ServerError: the forge failed on several repositories in a row.
        """
        read: list[Sighting] = []
        failed = 0
        for sighting in wanted:
            reason = str(self.exhausted)
            if self.exhausted is None:
                try:
                    read.append(await self._one(sighting))
                    failed = 0
                    continue
                except BudgetExhaustedError as error:
                    self.exhausted, reason = error, str(error)
                except ServerError as error:
                    failed, reason = failed + 1, str(error)
                    if failed == _FAILED_IN_A_ROW:
                        raise
                except (ForbiddenError, NotFoundError, UnexpectedAnswerError) as error:
                    reason = str(error)
                except MISSHAPEN as error:
                    subject = sighting.repository.web_url
                    reason = str(misshapen(self._source, subject, error))
            if self.exhausted is not None and not read:
                raise self.exhausted
            read.append(_unknown(sighting, reason))
        return read


async def each(
    source: str,
    keys: Sequence[str],
    ask: Callable[[str], Awaitable[T]],
    *,
    raises: Callable[[SourceError], bool] = lambda _: False,
) -> dict[str, T | Unknown]:
    """Ask about one after the other; what fails is ``Unknown``, and so is all after a few.

    Args:
        source: the configured name, for messages.
        keys: ids or paths.
        ask: asks about one; raises as the reader of :class:`OneByOne` does.
        raises: which errors end it instead.
    """
    answers: dict[str, T | Unknown] = {}
    failed, reason = 0, ""
    for key in keys:
        if failed == _FAILED_IN_A_ROW:
            answers[key] = Unknown(reason=reason)
            continue
        try:
            answers[key] = await ask(key)
            failed = 0
        except SourceError as error:
            if raises(error):
                raise
            failed, reason = failed + 1, str(error)
            answers[key] = Unknown(reason=reason)
        except MISSHAPEN as error:
            answers[key] = Unknown(reason=str(misshapen(source, key, error)))
    return answers


def _unknown(sighting: Sighting, reason: str) -> Sighting:
    repository = replace(sighting.repository, revision="")
    return Sighting(repository=repository, files=Unknown(reason=reason))
