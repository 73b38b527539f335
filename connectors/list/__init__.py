# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Publisher lists: files and pages that name accounts of public bodies on forges."""

from connectors.list.directory import ListDirectory

__all__ = ["ListDirectory"]
