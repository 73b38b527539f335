# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What people and bots write over the API: fulfils :mod:`harvester.ports.written`."""

from storage.written.desk import SqlDesk

__all__ = ["SqlDesk"]
