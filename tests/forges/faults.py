# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a stand-in forge does wrong when it is told to: at a certain request, or a few times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it reached a stand-in."""

    number: int
    """1 for the first request that this stand-in ever got."""
    kind: str
    """``graphql``, ``rest``, ``raw`` or ``web``."""
    method: str
    host: str
    """The Host header: name and port that the client meant."""
    path: str
    """Percent-decoded."""
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    token: str | None
    """What the client showed as its credential, in whatever header or parameter."""


Predicate = Callable[[Request], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer with this instead of the truth."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Cut:
    """Announce the whole answer, send its first bytes, close the connection."""

    after: int = 20
    then: Callable[[], object] | None = None
    """Done when the first bytes are on their way, before the connection is closed."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without a word."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing until the client gives up or the stand-in is stopped."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Answer truthfully, but later; in real seconds, so keep it to some milliseconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """Do something to the world just before a request is answered, truthfully."""

    action: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Change:
    """Answer with the truth, but changed on its way."""

    edit: Callable[[Answer], Answer]


@dataclass(frozen=True, slots=True)
class Raw:
    """Send these bytes, whatever HTTP says about them, and close the connection."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Vanish:
    """Close the connection and listen no more: whoever comes next is refused."""


Fault = Answer | Cut | Drop | Hang | Delay | Call | Change | Raw | Vanish

SIGN_IN = b"""<!DOCTYPE html>
<html lang="en"><head><title>Sign in</title></head>
<body><form action="/users/sign_in" method="post"><input name="user"></form></body></html>
"""
"""What a forge shows to a browser that may not see a page, often with status 200."""


def html(status: int = 200, body: bytes = SIGN_IN) -> Answer:
    """Answer with a web page where an API's answer was expected."""
    return Answer(status=status, headers={"content-type": "text/html; charset=utf-8"}, body=body)


@dataclass(slots=True)
class _Planned:
    fault: Fault
    when: Predicate
    skip: int
    times: int


class Faults:
    """The faults that are planned, in the order in which they were planned."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def plan(
        self,
        fault: Fault,
        *,
        when: Predicate = lambda _: True,
        skip: int = 0,
        times: int = 1,
    ) -> None:
        """Plan a fault for requests that ``when`` accepts: after ``skip`` of them, ``times``."""
        self._planned.append(_Planned(fault, when, skip, times))

    def on(self, number: int, fault: Fault) -> None:
        """Plan a fault for one request, counted from 1 over the stand-in's whole life."""
        self.plan(fault, when=lambda request: request.number == number)

    def clear(self) -> None:
        """Forget what is still planned."""
        self._planned.clear()

    def due(self, request: Request) -> list[Fault]:
        """Take the faults that this request meets."""
        met = []
        for planned in list(self._planned):
            if not planned.when(request):
                continue
            if planned.skip > 0:
                planned.skip -= 1
                continue
            planned.times -= 1
            if planned.times <= 0:
                self._planned.remove(planned)
            met.append(planned.fault)
        return met
