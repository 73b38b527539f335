# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the core asks of every connector."""

from collections.abc import Iterator

import pytest

from connectors.github import GitHubConnector
from tests.connectors.conformance import Candidate, Conformance
from tests.connectors.github.support import TOKEN, played
from tests.forges.world import World


class TestConformance(Conformance):
    @pytest.fixture
    def candidate(self, world: World) -> Iterator[Candidate]:
        api, raw = played(world)
        with api, raw:
            yield Candidate(
                forge=api,
                make=GitHubConnector,
                access={"api_url": api.url, "raw_url": raw.url},
                url="https://github.com",
                token=TOKEN,
                needs_token=True,
                instance=False,
                page=100,
            )
