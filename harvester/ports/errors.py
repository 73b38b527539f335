# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What can go wrong at the edges. Each message names the thing, the place and the remedy."""

from datetime import datetime


class HarvesterError(Exception):
    """An error that a person can do something about."""


# --- forges ---------------------------------------------------------------------------------


class SourceError(HarvesterError):
    """A source could not be read; what was committed stays, and the next run goes on from there."""


class UnreachableError(SourceError):
    """No HTTP answer at all: name not resolved, connection refused, TLS failed, timed out."""


class UnauthorisedError(SourceError):
    """The forge refused the token (401), or demands one.

    Attributes:
        told_at: what the forge's clock said then, where it said.
    """

    def __init__(self, message: str, told_at: datetime | None = None) -> None:
        super().__init__(message)
        self.told_at = told_at


class ForbiddenError(SourceError):
    """The forge understood and refused (403, 451), and not because of a limit."""


class NotFoundError(SourceError):
    """The forge answered that there is no such thing (404)."""


class ServerError(SourceError):
    """The forge is there, but failed (5xx) after all retries."""


class UnexpectedAnswerError(SourceError):
    """The forge answered with something else than was asked for: HTML for JSON, a cut body."""


class TooLargeError(UnexpectedAnswerError):
    """An answer was larger than harvester reads."""


class NotRecordedError(SourceError):
    """A replay was asked for something that its archive has no answer to."""


class ArchiveError(HarvesterError):
    """An archive cannot be made or replayed as it was asked for."""


class RefusedAddressError(SourceError):
    """An address that came from harvested data is not fetched: private network or other scheme."""


class ConnectorError(SourceError):
    """The connector of a source is installed, but cannot be loaded."""


class BudgetExhaustedError(SourceError):
    """The wait that the forge demands is longer than ``max_wait``; it is not slept.

    Attributes:
        not_before: no request with this token to this origin before then.
    """

    def __init__(self, message: str, not_before: datetime) -> None:
        super().__init__(message)
        self.not_before = not_before


# --- the catalogue --------------------------------------------------------------------------


class CatalogueError(HarvesterError):
    """The database cannot be used: locked, full, gone, of another version."""


class SchemaBehindError(CatalogueError):
    """The database is older than the code; ``harvester database upgrade`` mends it."""


class SchemaAheadError(CatalogueError):
    """The database was written by a newer harvester."""


class RefusedRowError(HarvesterError):
    """The database would not take one of the rows; the others can be stored without it."""


class SourceBusyError(HarvesterError):
    """Another process is crawling this source."""


class LeaseLostError(HarvesterError):
    """Another process took this source over; nothing of this transaction was committed."""
