# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from tests.connectors.transport.support import Surroundings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()
