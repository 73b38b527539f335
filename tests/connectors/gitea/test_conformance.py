# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the core asks of every connector."""

from collections.abc import Iterator

import pytest

from connectors.gitea import GiteaConnector
from tests.connectors.conformance import Candidate, Conformance
from tests.forges.gitea import GiteaForge
from tests.forges.world import World, insider

URL = "https://codeberg.org"


class TestConformance(Conformance):
    @pytest.fixture
    def candidate(self, world: World) -> Iterator[Candidate]:
        with GiteaForge(world, public_url=URL) as forge:
            forge.tokens["good"] = insider()
            yield Candidate(
                forge=forge,
                make=GiteaConnector,
                access={"api_url": f"{forge.url}/api/v1"},
                url=URL,
                token="good",
                is_listing=lambda request: request.path.endswith("/search"),
            )
