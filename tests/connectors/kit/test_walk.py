# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whose failure it is: one owner's, or the forge's."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from connectors.kit import Slice, walk
from harvester.ports.errors import ForbiddenError, ServerError, SourceError, UnexpectedAnswerError
from harvester.ports.listing import FailureCode, Listing, Page, Scope, ScopeKind

pytestmark = pytest.mark.anyio


@dataclass
class Ill:
    """A forge that fails over some owners."""

    fails: Mapping[str, SourceError] = field(default_factory=dict)
    url: str = "https://forge.example"
    source: str = "here"

    async def slices(
        self, owner: str | None, after: str | None, since: datetime | None
    ) -> AsyncIterator[Slice]:
        yield await self.named(owner or "")

    async def named(self, path: str) -> Slice:
        if path in self.fails:
            raise self.fails[path]
        return Slice()


async def listed(forge: Ill, paths: Sequence[str], kind: ScopeKind) -> list[Page]:
    return [page async for page in walk(forge, Listing(scope=Scope(kind, tuple(paths))))]


@pytest.mark.parametrize("error", [ServerError("ill"), UnexpectedAnswerError("odd")])
@pytest.mark.parametrize("kind", [ScopeKind.OWNERS, ScopeKind.REPOSITORIES])
async def test_one_that_fails_is_no_loss_of_the_others(kind: ScopeKind, error: SourceError) -> None:
    paths = ["a", "b", "c"] if kind is ScopeKind.OWNERS else ["x/a", "x/b", "x/c"]
    pages = await listed(Ill({paths[1]: error}), paths, kind)
    [failure] = [failure for page in pages for failure in page.failures]
    assert failure.subject == f"https://forge.example/{paths[1]}"
    assert (failure.code, failure.message) == (FailureCode.UNREADABLE, str(error))


@pytest.mark.parametrize("kind", [ScopeKind.OWNERS, ScopeKind.REPOSITORIES])
async def test_three_in_a_row_are_the_forge_s_failure(kind: ScopeKind) -> None:
    paths = [f"x/{n}" if kind is ScopeKind.REPOSITORIES else f"x{n}" for n in range(6)]
    ill = dict.fromkeys(paths[:2] + paths[3:5], ServerError("ill"))
    pages = await listed(Ill(ill), paths, kind)
    assert sum(len(page.failures) for page in pages) == 4
    ill[paths[2]] = ServerError("ill")
    with pytest.raises(ServerError):
        await listed(Ill(ill), paths, kind)


async def test_refusals_do_not_add_up() -> None:
    paths = [f"x{n}" for n in range(5)]
    pages = await listed(Ill(dict.fromkeys(paths, ForbiddenError("no"))), paths, ScopeKind.OWNERS)
    assert sum(len(page.failures) for page in pages) == 5
