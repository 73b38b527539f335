# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.connectors.gitea.support import URL, Make, Visit
from tests.forges.gitea import GiteaForge
from tests.forges.world import World, insider, outsider


@pytest.fixture
def world() -> World:
    made = World()
    made.organization("stadt", "Stadt Lindenfurt")
    made.user("mona", "Mona")
    return made


@pytest.fixture
def make(world: World) -> Iterator[Make]:
    with ExitStack() as stack:

        def start(**options: Any) -> Visit:
            forge = stack.enter_context(GiteaForge(world, public_url=URL, **options))
            forge.tokens["good"] = insider()
            forge.tokens["stranger"] = outsider()
            return Visit(forge=forge)

        yield start


@pytest.fixture
def visit(make: Make) -> Visit:
    return make()
