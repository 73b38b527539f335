# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.connectors.gitlab.support import Make, Visit
from tests.forges.gitlab import GitLabForge
from tests.forges.world import World, insider, outsider


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def world() -> World:
    made = World()
    made.group("bund", "Bund")
    made.group("bund/amt", "Amt für Beispiele")
    made.user("mona", "Team Mona")
    return made


@pytest.fixture
def make(world: World) -> Iterator[Make]:
    with ExitStack() as stack:

        def start(**options: Any) -> Visit:
            forge = stack.enter_context(GitLabForge(world, **options))
            forge.tokens["good"] = insider()
            forge.tokens["stranger"] = outsider()
            return Visit(forge=forge)

        yield start


@pytest.fixture
def visit(make: Make) -> Visit:
    return make()
