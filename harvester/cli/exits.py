# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The exit codes, and the one place where errors become a message and a code."""

import os
import signal
import sys
import traceback
from enum import IntEnum
from types import FrameType

import typer
from typer.exceptions import Abort, TyperException

from harvester import __version__
from harvester.cli import console
from harvester.ports.errors import (
    CatalogueError,
    HarvesterError,
    LeaseLostError,
    SourceBusyError,
    SourceError,
    UnreachableError,
)


class ExitCode(IntEnum):
    """What scripts go by."""

    OK = 0
    FAILED = 1
    """``check``: a file is invalid; ``crawl``: a source failed, was busy or stayed incomplete."""
    USAGE = 2
    """Wrong use or configuration, unknown source."""
    UNUSABLE = 3
    """The database cannot be used, or no source got any HTTP answer."""
    DEFECT = 70
    """A defect of harvester."""
    INTERRUPTED = 130
    TERMINATED = 143
    BROKEN_PIPE = 141
    """Whoever read the output went away, as ``head`` does."""


class UsageError(HarvesterError):
    """Arguments that do not fit together, or name what is not there."""


class TerminatedError(BaseException):
    """SIGTERM; like KeyboardInterrupt, no ordinary error."""


def run(app: typer.Typer) -> int:
    """Run the application on ``sys.argv``; every error ends here."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return _run(app)
    except KeyboardInterrupt:
        console.error("stopped")
        return ExitCode.INTERRUPTED
    except TerminatedError:
        console.error("stopped")
        return ExitCode.TERMINATED
    except BrokenPipeError:
        return reader_gone()
    except Exception as error:  # noqa: BLE001 - the last resort: told as a defect
        return defect(error)


def code_of(error: HarvesterError) -> ExitCode:
    """Give the exit code that an error ends a command with."""
    if isinstance(error, CatalogueError | UnreachableError):
        return ExitCode.UNUSABLE
    if isinstance(error, SourceError | SourceBusyError | LeaseLostError):
        return ExitCode.FAILED
    return ExitCode.USAGE


def reader_gone() -> ExitCode:
    """End quietly when whoever read stdout went away."""
    # What is still buffered cannot be written either; Python would complain at its exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.BROKEN_PIPE


def defect(error: Exception) -> ExitCode:
    """Say in one line that harvester itself is wrong, and how to report it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    console.error(
        f"a defect of harvester {__version__}: {type(error).__name__} in {place.name} "
        f"({place.filename}:{place.lineno}); please report it, with this line and the "
        "command, to whoever maintains this installation (--log-level debug shows more)"
    )
    if console.debugging():
        console.error("".join(traceback.format_exception(error)).rstrip())
    return ExitCode.DEFECT


def _run(app: typer.Typer) -> int:
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except HarvesterError as error:
        console.error(str(error))
        return code_of(error)
    except TyperException as error:
        console.error(f"{error.format_message()} (harvester --help shows the way)")
        return error.exit_code
    except Abort:
        raise KeyboardInterrupt from None
    return int(code or ExitCode.OK)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise TerminatedError
