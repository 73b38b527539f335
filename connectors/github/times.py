# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitHub's times: RFC 3339, in UTC, in whole seconds."""

from datetime import UTC, datetime


def moment(text: object) -> datetime | None:
    """Read a time; None where there is none, or none that can be read."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
