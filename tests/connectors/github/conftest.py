# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from collections.abc import Iterator

import pytest

from tests.connectors.github.support import GitHub, new_world, played


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def github() -> Iterator[GitHub]:
    world = new_world()
    api, raw = played(world)
    with api, raw:
        yield GitHub(world, api, raw)
