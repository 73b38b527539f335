# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The packet lines of git's smart HTTP protocol: what is sent, and what comes back. Pure.

https://git-scm.com/docs/gitprotocol-v2, …/gitprotocol-pack, …/gitprotocol-http
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

FLUSH = b"0000"
DELIMITER = b"0001"
_LENGTH = 4
_OID = 40
_HEADS = "refs/heads/"
_AGENT = "agent=harvester"


class ProtocolError(ValueError):
    """The other side does not speak the protocol, or refuses; the message says which."""


class Mark(Enum):
    """A line without content."""

    FLUSH = 0
    DELIMITER = 1
    END = 2


@dataclass(frozen=True, slots=True)
class Head:
    """Where a repository's default branch is."""

    oid: str
    branch: str | None
    """None where ``HEAD`` names a commit instead of a branch."""


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a server of the old protocol says at the start."""

    head: Head | None
    """None: the repository is empty."""
    capabilities: frozenset[str]

    @property
    def is_partial(self) -> bool:
        """Say whether single objects can be asked for."""
        wants = {"allow-any-sha1-in-want", "allow-reachable-sha1-in-want"}
        return "filter" in self.capabilities and bool(wants & self.capabilities)


# --- lines ----------------------------------------------------------------------------------


def line(text: str) -> bytes:
    """Write one line, with its length in front."""
    content = f"{text}\n".encode()
    return b"%04x" % (len(content) + _LENGTH) + content


def lines(body: bytes) -> Iterator[bytes | Mark]:
    """Read lines.

    Raises:
        ProtocolError: these are none, they are cut, or one says what went wrong.
    """
    at = 0
    while at < len(body):
        try:
            length = int(body[at : at + _LENGTH], 16)
        except ValueError:
            raise ProtocolError("the answer is not git's") from None
        if length < _LENGTH:
            if length > Mark.END.value:
                raise ProtocolError("the answer has a line of an impossible length")
            yield Mark(length)
            at += _LENGTH
            continue
        content = body[at + _LENGTH : at + length]
        if len(content) < length - _LENGTH:
            raise ProtocolError("the answer is cut off")
        if content.startswith(b"ERR "):
            raise ProtocolError(f"the server says: {content[4:].decode(errors='replace').strip()}")
        yield content
        at += length


# --- references -----------------------------------------------------------------------------


def ask_head() -> bytes:
    """Ask where ``HEAD`` is, in version 2."""
    asked = line("command=ls-refs") + line(_AGENT) + DELIMITER
    return asked + line("symrefs") + line("ref-prefix HEAD") + FLUSH


def read_head(body: bytes) -> Head | None:
    """Read the answer to :func:`ask_head`; None: the repository is empty.

    Raises:
        ProtocolError: this is no such answer.
    """
    told = list(lines(body))
    if not told or told[-1] is not Mark.FLUSH:
        raise ProtocolError("the answer does not end")
    for content in told:
        words = content.decode(errors="replace").split() if isinstance(content, bytes) else []
        if len(words) > 1 and words[1] == "HEAD":
            targets = [w.partition(":")[2] for w in words if w.startswith("symref-target:")]
            return Head(_oid(words[0]), _branch(targets))
    return None


def read_advertisement(body: bytes) -> Advertisement:
    """Read what a server of the old protocol says to ``info/refs``.

    Raises:
        ProtocolError: this is no such answer.
    """
    contents = [content for content in lines(body) if isinstance(content, bytes)]
    if not contents or not contents[0].startswith(b"# service=git-upload-pack"):
        raise ProtocolError("the answer is not of a git server (only its smart protocol is read)")
    if len(contents) == 1:
        return Advertisement(None, frozenset())
    first, _, told = contents[1].decode(errors="replace").partition("\0")
    capabilities = told.split()
    oid, _, name = first.strip().partition(" ")
    if name != "HEAD":
        return Advertisement(None, frozenset(capabilities))
    prefix = "symref=HEAD:"
    targets = [word.removeprefix(prefix) for word in capabilities if word.startswith(prefix)]
    return Advertisement(Head(_oid(oid), _branch(targets)), frozenset(capabilities))


def _branch(targets: Sequence[str]) -> str | None:
    return targets[0].removeprefix(_HEADS) if targets else None


def _oid(text: str) -> str:
    if len(text) != _OID or set(text) - set("0123456789abcdef"):
        raise ProtocolError(f"{text[:80]!r} is no object of a repository with SHA-1 names")
    return text


# --- objects --------------------------------------------------------------------------------


def ask_objects(oid: str, *, depth: bool, only: str | None, version: int) -> bytes:
    """Ask for one object and what it needs.

    Args:
        oid: of a commit, or of a blob.
        depth: of a commit: without those before it.
        only: a filter, as ``tree:1``.
        version: of the protocol, 0 or 2.
    """
    asked = [f"want {oid}"]
    if version == 0:
        extra = " filter" if only else ""
        asked = [f"want {oid} side-band-64k no-progress ofs-delta shallow{extra} {_AGENT}"]
    if depth:
        asked.append("deepen 1")
    if only:
        asked.append(f"filter {only}")
    wanted = b"".join(map(line, asked))
    if version == 0:
        return wanted + FLUSH + line("done")
    options = b"".join(map(line, ("no-progress", "ofs-delta")))
    command = line("command=fetch") + line(_AGENT) + DELIMITER
    return command + options + wanted + line("done") + FLUSH


def read_pack(body: bytes) -> bytes:
    """Put together the pack that an answer carries, in either version.

    Raises:
        ProtocolError: there is none, or the server says what went wrong.
    """
    pack = bytearray()
    for content in lines(body):
        if isinstance(content, Mark) or not content:
            continue
        band, part = content[0], content[1:]
        if band == 1:
            pack += part
        elif band == 3:  # noqa: PLR2004 - the band of errors
            raise ProtocolError(f"the server says: {part.decode(errors='replace').strip()}")
    if not pack.startswith(b"PACK"):
        raise ProtocolError("the server sent no objects")
    return bytes(pack)
