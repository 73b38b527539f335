# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who holds a source, and whether that process is still there."""

import os
import re
import socket
from datetime import datetime, timedelta
from pathlib import Path

STALE_AFTER = timedelta(minutes=15)
"""A lease without progress for so long may be taken over, whoever holds it."""

_HOLDER = re.compile(r"(?P<host>\S+) pid (?P<pid>[1-9][0-9]*) start (?P<start>[0-9]+|-)")


def holder() -> str:
    """Name this process: host, process id, and its start, because process ids are used again."""
    return f"{_host()} pid {os.getpid()} start {_start_of(os.getpid()) or '-'}"


def is_dead(name: str) -> bool:
    """Say whether a holder was a process of this host that is there no more.

    False for another host's process, and where it cannot be told.
    """
    parts = _HOLDER.fullmatch(name)
    if parts is None or parts["host"] != _host():
        return False
    pid = int(parts["pid"])
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass
    start = _start_of(pid)
    return start is not None and parts["start"] not in ("-", start)


def may_take(
    current: str | None, progress_at: datetime, now: datetime, silence: timedelta = STALE_AFTER
) -> bool:
    """Say whether a lease is free: given back, its holder dead, or silent for too long."""
    return current is None or now - progress_at >= silence or is_dead(current)


def readable(name: str) -> str:
    """Give a holder as a person would name it."""
    parts = _HOLDER.fullmatch(name)
    return name if parts is None else f"process {parts['pid']} on {parts['host']}"


def _host() -> str:
    return re.sub(r"\s", "_", socket.gethostname()) or "localhost"


def _start_of(pid: int) -> str | None:
    """Give a process's start in clock ticks since boot (proc(5), field 22); None if unknown.

    A zombie has ended, but its entry is still there: it counts as another process.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return "0" if fields[0] in ("Z", "X") else fields[19]
