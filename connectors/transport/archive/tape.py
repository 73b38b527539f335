# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The files of an archive; ``docs/archive.md`` tells their shape to those who read them.

``archive.json`` says what was crawled and how, and is written anew at the end. ``crawl.jsonl`` has
a line for each exchange and for each time that the crawl read from the clock, in their order.
"""

import base64
import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from connectors.transport.archive.redaction import Redacted
from harvester.ports.archive import NoReply, Outcome, Reply
from harvester.ports.errors import ArchiveError

FORMAT = 1
"""Of the files; raised when older harvesters could not read them any more."""
HEAD = "archive.json"
LINES = "crawl.jsonl"
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What an archive is of."""

    harvester: str
    """The version that made it."""
    began_at: str
    seed: int
    changes: int
    """Number of the newest change in the catalogue when the crawl began."""
    arguments: tuple[str, ...]
    """Sources and addresses that were named."""
    options: Mapping[str, Any]
    """The options of the crawl that decide what is asked."""
    tokens: Mapping[str, int]
    """How many tokens each source had; nothing of what they were."""
    ended_at: str | None = None
    """None: the recording was broken off."""
    exchanges: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One try of one request, and what came of it."""

    number: int
    began_at: datetime
    ended_at: datetime
    outcome: Outcome


class Writer:
    """Writes an archive, from any thread.

    Raises:
        ArchiveError: the folder cannot be made or written, or is not empty.
    """

    def __init__(self, folder: Path, head: Head) -> None:
        self.folder = folder
        self._head = head
        self._lock = threading.Lock()
        self._number = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise ArchiveError(
                    f"--archive {folder}: there is something in this folder already; an archive is"
                    " of one crawl: name a folder that is empty or not there yet"
                )
            self._file: TextIO = (folder / LINES).open("x", encoding="utf-8", newline="\n")
            self._write_head(head)
        except OSError as error:
            raise ArchiveError(
                f"--archive {folder}: cannot be written ({error.strerror or error}); name a folder"
                " that this user may write"
            ) from error

    def exchange(
        self, call: Redacted, outcome: Outcome, began_at: datetime, ended_at: datetime
    ) -> None:
        """Write an exchange. Raises OSError where the disk will not take it."""
        with self._lock:
            self._number += 1
            self._line(
                {
                    "exchange": self._number,
                    "source": call.source,
                    "key": call.key,
                    "began_at": text_of(began_at),
                    "ended_at": text_of(ended_at),
                    "request": {
                        "method": call.method,
                        "url": call.url,
                        "authenticated": call.authenticated,
                        "headers": dict(call.headers),
                        **_body("body", call.body),
                    },
                    **_outcome_json(outcome),
                }
            )

    def moment(self, source: str, moment: datetime) -> None:
        """Write what the crawl of a source read from the clock. Raises OSError."""
        with self._lock:
            self._line({"moment": text_of(moment), "source": source})

    def close(self, ended_at: datetime | None) -> None:
        """End the archive; without a time, as broken off. Raises OSError."""
        with self._lock:
            self._file.close()
            if ended_at is not None:
                told = {**asdict(self._head), "ended_at": text_of(ended_at)}
                self._write_head(Head(**told | {"exchanges": self._number}))

    def _line(self, told: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()

    def _write_head(self, head: Head) -> None:
        told = json.dumps({"format": FORMAT, **asdict(head)}, ensure_ascii=False, indent=2) + "\n"
        new = self.folder / f".{HEAD}.new"
        new.write_text(told, encoding="utf-8")
        new.replace(self.folder / HEAD)


@dataclass(slots=True)
class Reader:
    """Reads an archive; holds where exchanges stand, not what they say."""

    folder: Path
    head: Head
    moments: dict[str, deque[datetime]] = field(default_factory=dict)
    """What the crawl of each source read from the clock, by its name."""
    places: dict[str, deque[int]] = field(default_factory=dict)
    """Where in the file the exchanges of each key begin, in order."""

    def next(self, key: str) -> Exchange | None:
        """Give the next exchange of a key; None if there is none left."""
        places = self.places.get(key)
        if not places:
            return None
        with (self.folder / LINES).open("rb") as file:
            file.seek(places.popleft())
            return _exchange(json.loads(file.readline()))

    def knows(self, key: str) -> bool:
        """Say whether there ever was an exchange of a key."""
        return key in self.places


def read(folder: Path) -> Reader:
    """Open an archive.

    Raises:
        ArchiveError: there is none, or not one that this harvester can read.
    """
    try:
        told = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        form = told.pop("format")
        if form != FORMAT:
            raise ArchiveError(
                f"--replay {folder}: the archive has format {form}, this harvester reads {FORMAT};"
                f" replay it with harvester {told.get('harvester')}"
            )
        head = Head(**told | {"arguments": tuple(told["arguments"])})
        reader = Reader(folder, head)
        _index(reader)
    except OSError as error:
        raise ArchiveError(
            f"--replay {folder}: there is no archive that can be read"
            f" ({error.filename}: {error.strerror}); name the folder that --archive made"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(
            f"--replay {folder}: the archive is damaged ({error}); replay another copy of it"
        ) from error
    return reader


def text_of(moment: datetime) -> str:
    """Write a time as archives have it, to the microsecond."""
    return moment.astimezone(UTC).strftime(_MOMENT)


def moment_of(text: str) -> datetime:
    """Read a time of an archive. Raises ValueError."""
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


def _index(reader: Reader) -> None:
    """Find the exchanges and the moments; a last line that was cut off is left out."""
    place = 0
    with (reader.folder / LINES).open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            told = json.loads(line)
            if "exchange" in told:
                reader.places.setdefault(told["key"], deque()).append(place)
            else:
                moments = reader.moments.setdefault(told["source"], deque())
                moments.append(moment_of(told["moment"]))
            place += len(line)


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, NoReply):
        return {"failure": {"kind": outcome.kind, "message": outcome.message}}
    return {
        "response": {
            "status": outcome.status,
            "reason": outcome.reason,
            "headers": [list(header) for header in outcome.headers],
            **_body("body", outcome.body),
        }
    }


def _exchange(told: Mapping[str, Any]) -> Exchange:
    outcome: Outcome
    if "failure" in told:
        outcome = NoReply(**told["failure"])
    else:
        answered = told["response"]
        outcome = Reply(
            status=answered["status"],
            reason=answered["reason"],
            headers=tuple((name, value) for name, value in answered["headers"]),
            body=_bytes(answered, "body"),
        )
    return Exchange(
        number=told["exchange"],
        began_at=moment_of(told["began_at"]),
        ended_at=moment_of(told["ended_at"]),
        outcome=outcome,
    )


def _body(name: str, content: bytes) -> dict[str, str]:
    """Write bytes as text where they are text, so that people can read them, else as base64."""
    if not content:
        return {}
    try:
        return {name: content.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(content).decode("ascii")}


def _bytes(told: Mapping[str, str], name: str) -> bytes:
    packed = told.get(f"{name}_base64")
    return base64.b64decode(packed) if packed is not None else told.get(name, "").encode()
