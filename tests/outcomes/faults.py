# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The faults: a row of ``docs/outcomes.md`` each, and what it says is concluded."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tests.forges.faults import (
    Answer,
    Cut,
    Drop,
    Fault,
    Hang,
    Raw,
    Vanish,
    html,
)
from tests.outcomes.places import ForgeUnderTest, Phase, Place, Strike

MAX_BODY = 400_000
"""Bytes that the crawls of the matrix read at most of one answer."""
_JSON = {"content-type": "application/json"}
SIGN_IN_PATH = "/users/sign_in"
_TO_SIGN_IN = Answer(status=302, headers={"location": SIGN_IN_PATH})


@dataclass(frozen=True, slots=True)
class Nameless:
    """Nobody resolves the name of the forge: no request reaches it."""


class Concludes(StrEnum):
    """What becomes of a crawl that met a fault."""

    OVERCOME = "overcome"
    """Nothing is lost: the crawl is complete."""
    ENDS = "run ends"
    """What was committed stays; the next run goes on there."""
    ITEM = "item"
    """Some items are errored, the crawl goes on, but is not complete."""
    UNKNOWN = "unknown"
    """A look-up that says nothing: the repository stays, the listing was complete all the same."""
    BELIEVED = "believed"
    """Nothing that is known speaks against it: the crawl is complete, the next sweep knows more."""
    DOUBTED = "not believed"
    """The listing is not complete, nothing is concluded from it; the next run lists again."""
    NONE = "-"
    """There is no such fault here."""


But = dict[tuple[str, Place, Phase], Concludes]

Make = Callable[[type[ForgeUnderTest], Strike], Fault | Nameless | None]
"""Makes a fault for a forge and a place of it; None: there is no such fault there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault."""

    name: str
    """As the table calls it."""
    fault: Make
    says: Mapping[Place, Concludes]
    but: "But" = field(default_factory=dict)
    """Where one forge differs, in some crawls."""
    beyond: Fault = html()  # noqa: RUF009 - immutable
    """What stands where a redirect leads to."""
    times: int = 1_000_000
    """How many requests in a row meet it."""
    timeout: float = 5.0
    """Seconds that a request may take."""
    again: bool = False
    """The request is tried again in the same run."""
    from_the_start: bool = False
    """Strikes the first request of a listing; else a later one."""

    def concludes(self, forge: str, strike: Strike) -> Concludes:
        """Say what is concluded when it strikes a forge there."""
        said = self.says[strike.place]
        return self.but.get((forge, strike.place, strike.phase), said)


def _says(
    listing: Concludes, owner: Concludes, text: Concludes, look_up: Concludes
) -> Mapping[Place, Concludes]:
    return {
        Place.LISTING: listing,
        Place.OWNER: owner,
        Place.TEXT: text,
        Place.LOOK_UP: look_up,
    }


OVERCOME, ENDS, ITEM, UNKNOWN, BELIEVED, DOUBTED, NONE = Concludes
ENDS_ALL = _says(ENDS, ENDS, ENDS, ENDS)
ONE_FAILS = _says(ENDS, ITEM, ITEM, UNKNOWN)
"""It is about what was asked for: others are read. Of a whole listing nothing is left to read."""


def _at(forge: str, place: Place, concludes: Concludes, *phases: Phase) -> But:
    return {(forge, place, phase): concludes for phase in phases or Phase}


_THREE = _at("Gitea", Place.TEXT, ENDS, Phase.FIRST)
"""Gitea's texts are asked for one by one; of a first crawl's more than three fail in a row."""
_TOGETHER = _at("GitHub", Place.TEXT, ENDS)
"""GitHub's texts are asked for together: what refuses that query refuses them all."""
_HALVED = _at("GitHub", Place.TEXT, ENDS, Phase.FIRST) | _at("GitHub", Place.LISTING, ITEM)
"""A query over GraphQL that is too much is asked in halves, down to one repository or owner. Three
in a row end the run."""


def always(fault: Fault) -> Make:
    """Plan the same fault whatever it strikes."""
    return lambda _forge, _strike: fault


def _status(status: int, **headers: str) -> Make:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = b'{"message": "%d by the matrix"}' % status
    return always(Answer(status=status, headers=_JSON | named, body=body))


def _packed(data: bytes, packing: str) -> Make:
    headers = _JSON | {"content-encoding": packing}
    return always(Answer(status=200, headers=headers, body=data))


def _short(announced: int) -> Raw:
    body = b'{"data": {"projects": {"nodes": []}}}'
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {announced}\r\n"
    return Raw(head.encode() + b"connection: close\r\n\r\n" + body)


ROWS = (
    Row(name="401", fault=_status(401), says=ENDS_ALL),
    Row(name="403, a refusal", fault=_status(403), says=ONE_FAILS, but=_TOGETHER),
    Row(
        name="403, a limit",
        fault=always(
            Answer(
                status=403,
                headers=_JSON | {"retry-after": "7200"},
                body=b'{"message": "You have exceeded a secondary rate limit."}',
            )
        ),
        says=ENDS_ALL,
    ),
    Row(
        name="404 of somebody else, with a page",
        fault=always(html(404, b"<html>Not Found</html>")),
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(
        name="redirect to a sign-in page",
        fault=always(_TO_SIGN_IN),
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(name="410", fault=_status(410), says=ONE_FAILS, but=_TOGETHER),
    Row(name="429, a long wait", fault=_status(429, retry_after="7200"), says=ENDS_ALL),
    Row(
        name="429, a short wait",
        fault=_status(429, retry_after="20"),
        says=_says(OVERCOME, OVERCOME, OVERCOME, OVERCOME),
        times=2,
        again=True,
    ),
    Row(name="451", fault=_status(451), says=ONE_FAILS, but=_TOGETHER),
    Row(
        name="500",
        fault=_status(500),
        says=ONE_FAILS,
        but=_THREE | _TOGETHER | _at("GitLab", Place.TEXT, ENDS, Phase.AGAIN),
        again=True,
    ),
    Row(
        name="502",
        fault=always(html(502, b"<html>Bad Gateway</html>")),
        says=ONE_FAILS,
        but=_THREE | _HALVED,
        again=True,
    ),
    Row(
        name="503",
        fault=_status(503),
        says=ONE_FAILS,
        but=_THREE | _TOGETHER | _at("GitLab", Place.TEXT, ENDS, Phase.AGAIN),
        again=True,
    ),
    Row(
        name="503, once",
        fault=_status(503),
        says=_says(OVERCOME, OVERCOME, OVERCOME, OVERCOME),
        times=1,
        again=True,
    ),
    Row(
        name="time-out",
        fault=always(Hang()),
        says=_says(ENDS, ENDS, ENDS, UNKNOWN),
        but=_HALVED
        | _at("GitHub", Place.TEXT, ITEM, Phase.AGAIN)
        | _at("GitLab", Place.TEXT, ITEM, Phase.AGAIN),
        again=True,
        timeout=0.2,
    ),
    Row(name="connection closed without a word", fault=always(Drop()), says=ENDS_ALL, again=True),
    Row(name="connection refused", fault=always(Vanish()), says=ENDS_ALL, again=True),
    Row(
        name="name not resolved",
        fault=lambda _, strike: Nameless() if strike.place is Place.LISTING else None,
        says=_says(ENDS, NONE, NONE, NONE),
        again=True,
        from_the_start=True,
    ),
    Row(name="body cut off", fault=always(Cut(after=3)), says=ONE_FAILS, but=_HALVED, again=True),
    Row(
        name="Content-Length too large",
        fault=always(_short(4000)),
        says=ONE_FAILS,
        but=_HALVED,
        again=True,
    ),
    Row(name="Content-Length too small", fault=always(_short(9)), says=ONE_FAILS, but=_TOGETHER),
    Row(name="HTML for JSON", fault=always(html()), says=ONE_FAILS, but=_TOGETHER),
    Row(
        name="invalid JSON",
        fault=always(Answer(status=200, headers=_JSON, body=b'{"data": {"projects": ')),
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(
        name="JSON of another shape",
        fault=always(Answer(status=200, headers=_JSON, body=b'"nothing"')),
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(
        name="JSON of another shape within",
        fault=lambda forge, strike: forge.misshapen(strike),
        says=_says(ITEM, ITEM, ITEM, UNKNOWN),
        but=_at("Gitea", Place.LISTING, ENDS, Phase.FIRST, Phase.AGAIN),
    ),
    Row(
        name="empty body",
        fault=always(Answer(status=200, headers=_JSON)),
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(
        name="empty list where there was one",
        fault=lambda forge, strike: forge.nothing_there(strike),
        says=_says(DOUBTED, BELIEVED, ITEM, UNKNOWN),
        but=_at("GitLab", Place.LISTING, BELIEVED, Phase.FIRST)
        | _at("GitHub", Place.LISTING, BELIEVED, Phase.FIRST, Phase.NEWS)
        | _at("Gitea", Place.LISTING, BELIEVED, Phase.FIRST),
        from_the_start=True,
    ),
    Row(
        name="GraphQL data in part",
        fault=lambda forge, strike: forge.partial(strike),
        says=_says(ITEM, ITEM, ITEM, NONE),
    ),
    Row(
        name="null for each, with errors",
        fault=lambda forge, strike: forge.nulls_with_errors(strike),
        says=_says(ITEM, ITEM, ITEM, UNKNOWN),
    ),
    Row(
        name="null for each, without a word",
        fault=lambda forge, strike: forge.nulls(strike),
        says=_says(ITEM, ITEM, ITEM, UNKNOWN),
        but=_at("Gitea", Place.LISTING, ENDS),
    ),
    Row(
        name="GraphQL errors with 200",
        fault=lambda forge, strike: forge.refusal_in_200(strike),
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(
        name="redirect loop",
        fault=always(_TO_SIGN_IN),
        beyond=_TO_SIGN_IN,
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(
        name="cursor that does not move",
        fault=lambda forge, strike: forge.stuck(strike),
        from_the_start=True,
        says=_says(ITEM, ITEM, NONE, NONE),
        but=_at("GitHub", Place.LISTING, OVERCOME, Phase.NEWS)
        | _at("Gitea", Place.LISTING, ENDS, Phase.FIRST, Phase.AGAIN)
        | _at("Gitea", Place.LISTING, OVERCOME, Phase.NEWS),
    ),
    Row(
        name="body over max_body",
        fault=always(Answer(status=200, headers=_JSON, body=b" " * (MAX_BODY + 1))),
        says=ONE_FAILS,
        but=_HALVED,
    ),
    Row(
        name="gzip bomb",
        fault=_packed(gzip.compress(b" " * (MAX_BODY * 10)), "gzip"),
        says=ONE_FAILS,
        but=_HALVED,
    ),
    Row(
        name="gzip that is none",
        fault=_packed(b"no gzip at all", "gzip"),
        says=ONE_FAILS,
        but=_TOGETHER,
    ),
    Row(
        name="unknown encoding", fault=_packed(b"\x1b\x03\x00", "br"), says=ONE_FAILS, but=_TOGETHER
    ),
    Row(
        name="bytes that are not the blob's",
        fault=lambda forge, strike: forge.other_bytes(strike),
        says=_says(NONE, NONE, ITEM, NONE),
    ),
)
