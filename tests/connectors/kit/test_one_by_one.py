# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One after the other: what fails is isolated, what ends all ends all, nothing is lost."""

from datetime import UTC, datetime

import pytest

from connectors.kit import OneByOne, each
from harvester.model import Sighting, Unknown
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnauthorisedError,
)
from tests.crawl.build import sighting

pytestmark = pytest.mark.anyio

THREE = [sighting(number) for number in (1, 2, 3)]
EXHAUSTED = BudgetExhaustedError("no more", datetime(2030, 1, 1, tzinfo=UTC))


def reader(**errors: Exception) -> OneByOne:
    """Make one that fails on some numbers."""

    async def read(one: Sighting) -> Sighting:
        error = errors.get(f"on_{one.repository.forge_id}")
        if error is not None:
            raise error
        return one

    return OneByOne("here", read)


def doubts(read: object) -> list[bool]:
    assert isinstance(read, list)
    return [isinstance(one.files, Unknown) and one.repository.revision == "" for one in read]


@pytest.mark.parametrize(
    "error", [NotFoundError("x"), ForbiddenError("x"), ServerError("x"), KeyError("id")]
)
async def test_what_fails_alone(error: Exception) -> None:
    assert doubts(await reader(on_2=error).read(THREE)) == [False, True, False]


async def test_a_forge_that_fails_on_all() -> None:
    broken = ServerError("broken")
    with pytest.raises(ServerError):
        await reader(on_1=broken, on_2=broken, on_3=broken).read(THREE)


async def test_what_concerns_all_ends_all() -> None:
    with pytest.raises(UnauthorisedError):
        await reader(on_2=UnauthorisedError("x")).read(THREE)


async def test_a_budget_that_ends() -> None:
    ends = reader(on_2=EXHAUSTED)
    assert doubts(await ends.read(THREE)) == [False, True, True]
    assert ends.exhausted is EXHAUSTED
    with pytest.raises(BudgetExhaustedError):
        await ends.read(THREE)
    with pytest.raises(BudgetExhaustedError):
        await reader(on_1=EXHAUSTED).read(THREE)


async def test_each_key_has_an_answer() -> None:
    asked = []

    async def ask(key: str) -> str:
        asked.append(key)
        match key:
            case "odd":
                raise KeyError("id")
            case "good":
                return "yes"
        raise ServerError("down")

    answers = await each("here", ["good", "odd", "a", "b", "c", "d", "e"], ask)
    assert answers["good"] == "yes"
    assert answers["odd"] == Unknown(
        reason="source here: the forge describes odd in an unknown way (KeyError: 'id');"
        " the next crawl tries again"
    )
    assert {key: answers[key] for key in "abcde"} == dict.fromkeys("abcde", Unknown(reason="down"))
    assert asked == ["good", "odd", "a", "b", "c"]
