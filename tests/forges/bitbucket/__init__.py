# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A Bitbucket Cloud to be wrong against."""

from tests.forges.bitbucket.forge import BitbucketForge, uuid_of

__all__ = ["BitbucketForge", "uuid_of"]
