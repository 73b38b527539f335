# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the core asks of every connector."""

from collections.abc import Iterator

import pytest

from connectors.bitbucket import BitbucketConnector
from tests.connectors.conformance import Candidate, Conformance
from tests.forges.bitbucket import BitbucketForge, uuid_of
from tests.forges.world import World, insider

URL = "https://bitbucket.org"


class TestConformance(Conformance):
    @pytest.fixture
    def candidate(self, world: World) -> Iterator[Candidate]:
        with BitbucketForge(world, public_url=URL) as forge:
            forge.tokens["good"] = insider()
            yield Candidate(
                forge=forge,
                make=BitbucketConnector,
                access={"api_url": f"{forge.url}/2.0"},
                url=URL,
                token="good",
                instance=False,
                page=100,
                id_of=lambda repository: uuid_of(repository.id).strip("{}"),
            )
