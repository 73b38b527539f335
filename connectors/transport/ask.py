# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a caller says about a request beside what goes over the wire."""

from dataclasses import dataclass
from enum import StrEnum

import httpx

_KEY = "harvester.ask"


class Kind(StrEnum):
    """Which counter of a crawl's summary a request belongs to."""

    GRAPHQL = "graphql"
    REST = "rest"
    RAW = "raw"


_LEDGERS = {Kind.GRAPHQL: "graphql", Kind.REST: "core", Kind.RAW: "raw"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How the chain is to treat one request."""

    kind: Kind = Kind.REST
    resource: str | None = None
    """The budget that it draws from, as the forge names it (``search``); None: the kind's own."""
    conditional: bool = False
    """Ask whether the answer of last time still holds (GET only)."""
    patient: bool = True
    """False: the caller has a better idea than sending the same again, so that 502, 504 and
    time-outs come back to it at once."""
    own_authorization: str | None = None
    """The request brings its own credentials (a GitHub App's JWT); this names the account they
    are of, for the ledger. They too go to the origins of the API addresses only."""

    @property
    def ledger(self) -> str:
        """The resource whose budget this request draws from."""
        return self.resource or _LEDGERS[self.kind]

    def extensions(self) -> dict[str, object]:
        """Give the request extensions that carry this."""
        return {_KEY: self}


def ask_of(request: httpx.Request) -> Ask:
    """Read what the caller said about a request."""
    ask = request.extensions.get(_KEY)
    return ask if isinstance(ask, Ask) else Ask()
