# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Some sixty made-up projects of made-up public bodies, on an OpenCoDE and on GitHub.

They are what ``make demo`` crawls: good files, the mistakes that publishers make, forks, mirrors,
and what must not be seen. All names are invented; contacts are functional mailboxes at example.org.
"""

from tests.forges.sample.github import ORGANISATIONS, github_world
from tests.forges.sample.opencode import opencode_world

__all__ = ["ORGANISATIONS", "github_world", "opencode_world"]
