# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The feed over HTTP: the Software Catalog API, and what it lacks beside it."""

from harvester.feed.api.app import application
from harvester.feed.api.context import Context, Look, Options

__all__ = ["Context", "Look", "Options", "application"]
