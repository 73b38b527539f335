# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A host that speaks nothing but git: ``git http-backend`` behind a server on loopback."""

from tests.forges.git.forge import GitForge

__all__ = ["GitForge"]
