# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the core asks of every connector."""

from collections.abc import Iterator

import pytest

from connectors.gitlab import GitLabConnector
from tests.connectors.conformance import OWNER, USER, Candidate, Conformance
from tests.forges.gitlab import GitLabForge
from tests.forges.world import World, insider

URL = "https://gitlab.example.org"


class TestConformance(Conformance):
    @pytest.fixture
    def world(self) -> World:
        made = World()
        made.group(OWNER, "Stadt")
        made.user(USER, "Mona")
        return made

    @pytest.fixture
    def candidate(self, world: World) -> Iterator[Candidate]:
        with GitLabForge(world, public_url=URL) as forge:
            forge.tokens["good"] = insider()
            yield Candidate(
                forge=forge,
                make=GitLabConnector,
                access={
                    "api_url": f"{forge.url}/api/v4",
                    "graphql_url": f"{forge.url}/api/graphql",
                },
                url=URL,
                token="good",
                page=100,
            )
