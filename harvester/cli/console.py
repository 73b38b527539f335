# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where words go: messages to stderr, results to stdout. ``--quiet`` keeps what is no trouble."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

Sink = Callable[[str, str], None]
"""Takes a message in place of stderr: its level (``info``, ``warning``, ``error``) and its text."""


@dataclass(slots=True)
class _Manner:
    quiet: bool = False
    debug: bool = False
    sink: Sink | None = None


_manner = _Manner()


def configure(*, quiet: bool, debug: bool) -> None:
    """Set how much is said, once, before a command runs."""
    _manner.quiet, _manner.debug = quiet, debug


def divert(sink: Sink) -> None:
    """Hand messages to a log: who runs for years writes one kind of line."""
    _manner.sink = sink


def debugging() -> bool:
    """Say whether ``--log-level debug`` was given."""
    return _manner.debug


def is_quiet() -> bool:
    """Say whether ``--quiet`` was given."""
    return _manner.quiet


def say(text: str) -> None:
    """Tell something that is good to know."""
    if _manner.sink is not None:
        _manner.sink("info", text)
    elif not _manner.quiet:
        _write(text)


def warn(text: str) -> None:
    """Tell something that should be looked at."""
    if _manner.sink is not None:
        _manner.sink("warning", text)
    else:
        _write(f"harvester: warning: {text}")


def error(text: str) -> None:
    """Tell what ended a command."""
    for line in text.splitlines():
        _write(f"harvester: {line}")


def out(text: str) -> None:
    """Write a line of a result."""
    sys.stdout.write(text + "\n")


def _write(line: str) -> None:
    sys.stderr.write(printable(line) + "\n")
    sys.stderr.flush()


def printable(text: str) -> str:
    """Take out control characters: names on forges must not steer somebody's terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)
