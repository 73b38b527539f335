# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which links of a file are followed over the network, and what their answers mean. Pure.

What comes of it is never an error: whether a link answers today says nothing about the file. And a
server that does not want to be asked by a program has not said that there is nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urldefrag

from harvester.model import Finding
from harvester.publiccode.addresses import Address, AddressKind
from harvester.publiccode.codes import Code

_OK = range(200, 400)
_GONE = frozenset({404, 410})
_SHY = frozenset({401, 403, 405, 406, 407, 429, 451})
"""What servers say to programs that they do not know, whatever a browser would see."""


class Hindrance(StrEnum):
    """Why there was no answer over HTTP; each is a word of the catalogues."""

    NO_HOST = "no-host"
    NO_CONNECTION = "no-connection"
    NO_TIME = "no-time"
    NO_SENSE = "no-sense"
    """It breaks the rules of HTTP, or redirects without end."""
    NOT_PUBLIC = "not-public"
    """The guarded fetcher refused; from elsewhere the same name may lead to the same server."""
    SPARED = "spared"
    """Not asked: another address of the same server gave no answer, or 429, before."""


_NOT_ASKED = frozenset({Hindrance.NOT_PUBLIC, Hindrance.SPARED})

Answer = int | Hindrance
"""An HTTP status, or why there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """A link that did not let itself be checked."""

    address: Address
    reason: str
    """``HTTP 403``, or a word of the catalogues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksReport:
    """What following the links of one file told."""

    answered: int
    silent: Sequence[Finding]
    """Links that gave no good answer."""
    unchecked: Sequence[Unchecked]


def followed(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Choose the addresses to follow: all but videos, whose hosts answer alike whatever is asked.

    Two addresses that differ in the fragment alone are one page.
    """
    chosen: dict[str, Address] = {}
    for address in addresses:
        if ".videos" not in address.key:
            chosen.setdefault(page_of(address), address)
    return tuple(chosen.values())


def page_of(address: Address) -> str:
    """Give what is to be asked for: the address without its fragment."""
    return urldefrag(address.url).url


def judged(addresses: Iterable[Address], answers: Mapping[str, Answer]) -> LinksReport:
    """Say what the answers mean.

    Args:
        addresses: as :func:`followed` gave them.
        answers: one for each :func:`page_of` them.
    """
    answered = 0
    silent: list[Finding] = []
    unchecked: list[Unchecked] = []
    for address in addresses:
        answer = answers[page_of(address)]
        if answer in _SHY or answer in _NOT_ASKED:
            unchecked.append(Unchecked(address=address, reason=_reason(answer)))
        elif answer in _OK:
            answered += 1
        else:
            silent.append(_silent(address, answer))
    return LinksReport(answered=answered, silent=silent, unchecked=unchecked)


def _silent(address: Address, answer: Answer) -> Finding:
    missing = address.kind is AddressKind.FILE and answer in _GONE
    code = Code.FILE_MISSING if missing else Code.UNREACHABLE
    return Finding(
        code=code.code,
        severity=code.severity,
        key=address.key,
        line=address.line,
        column=address.column,
        arguments=(("value", address.url), ("reason", _reason(answer))),
    )


def _reason(answer: Answer) -> str:
    return answer.value if isinstance(answer, Hindrance) else f"HTTP {answer}"
