# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A GitHub good enough to be wrong against: GraphQL, REST, Apps and the host of raw files."""

from tests.forges.github.forge import GitHubForge
from tests.forges.github.raw import RawForge

__all__ = ["GitHubForge", "RawForge"]
