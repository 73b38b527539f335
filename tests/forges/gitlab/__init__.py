# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A GitLab to be wrong against."""

from tests.forges.gitlab.forge import GitLabForge

__all__ = ["GitLabForge"]
