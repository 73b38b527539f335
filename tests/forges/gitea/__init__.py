# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A Gitea, or a Forgejo, to be wrong against."""

from tests.forges.gitea.forge import GiteaForge

__all__ = ["GiteaForge"]
