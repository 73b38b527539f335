# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Results to stdout, or to a file that is whole or not there."""

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harvester.cli.exits import UsageError


def write_json(value: object) -> None:
    """Write a result as one readable JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_parts(parts: Iterable[str], output: Path | None) -> None:
    """Write a result, to stdout or in one step to a file.

    Raises:
        UsageError: the file cannot be written; nothing is left of it.
    """
    if output is None or str(output) == "-":
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        sys.stdout.writelines(parts)
        return
    try:
        _write_whole(parts, output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from None


def _write_whole(parts: Iterable[str], output: Path) -> None:
    """Write beside the target and rename: a reader sees the old file or the new one, whole."""
    mode = output.stat().st_mode & 0o777 if output.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(output)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def moment(value: datetime | None) -> str | None:
    """Write a time for machines: RFC 3339 in UTC, whole seconds."""
    if value is None:
        return None
    return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def count(amount: int, one: str, many: str) -> str:
    """Write a number with its noun: ``1 request``, ``2 requests``."""
    return f"{amount} {one if amount == 1 else many}"


def span(value: timedelta) -> str:
    """Write how long something is, in one unit that tells enough: ``3 h``."""
    seconds = int(abs(value.total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def size(amount: int) -> str:
    """Write an amount of bytes for people."""
    value = float(amount)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:  # noqa: PLR2004 - the units' step
            return f"{amount} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"
