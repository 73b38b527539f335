# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What lists said when they were last read well, and what runs on the hosts that they name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from harvester.leads import Lead, LeadKind, LeadReason, Leads, LeftOut
from harvester.model import Level, Publisher
from harvester.ports.directory import HostAnswer, KeptLeads
from storage.engine import Store
from storage.tables import host, lead_list


class StoredLeads:
    """Fulfils :class:`harvester.ports.directory.LeadStore`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def kept(self) -> Mapping[str, KeptLeads]:
        """Give what every list said, by source."""
        with self._store.reading() as connection:
            rows = connection.execute(select(lead_list).order_by(lead_list.c.source)).all()
        return {
            row.source: KeptLeads(
                source=row.source,
                read_at=row.read_at,
                leads=Leads(
                    leads=tuple(_lead(fields) for fields in row.leads),
                    left_out=tuple(
                        LeftOut(subject=subject, reason=LeadReason(reason))
                        for subject, reason in row.left_out
                    ),
                    doubles=row.doubles,
                ),
                leaving=tuple(
                    (_lead(fields), datetime.fromisoformat(since)) for since, *fields in row.leaving
                ),
                sources=tuple(row.sources),
            )
            for row in rows
        }

    def keep(self, kept: KeptLeads) -> None:
        """Replace what a list said."""
        row = {
            "source": kept.source,
            "read_at": kept.read_at,
            "leads": [_fields(lead) for lead in kept.leads.leads],
            "left_out": [[one.subject, one.reason.value] for one in kept.leads.left_out],
            "leaving": [[since.isoformat(), *_fields(lead)] for lead, since in kept.leaving],
            "doubles": kept.leads.doubles,
            "sources": list(kept.sources),
        }
        with self._store.writing() as connection:
            self._store.dialect.insert(connection, lead_list, [row], replace=True)

    def hosts(self) -> Mapping[str, HostAnswer]:
        """Give what is known of hosts, by address."""
        with self._store.reading() as connection:
            rows = connection.execute(select(host)).all()
        return {
            row.url: HostAnswer(
                url=row.url, kind=row.kind, reason=row.reason, asked_at=row.asked_at
            )
            for row in rows
        }

    def answer(self, answer: HostAnswer) -> None:
        """Replace what is known of a host."""
        row = {
            "url": answer.url,
            "kind": answer.kind,
            "reason": answer.reason,
            "asked_at": answer.asked_at,
        }
        with self._store.writing() as connection:
            self._store.dialect.insert(connection, host, [row], replace=True)


def _fields(lead: Lead) -> Sequence[str | None]:
    """Give a lead as a short list; there may be a hundred thousand of them."""
    body = lead.publisher
    return [
        lead.url,
        lead.kind.value,
        lead.forge_kind,
        *((body.name, body.uri, body.level.value) if body is not None else ()),
    ]


def _lead(fields: Sequence[Any]) -> Lead:
    url, kind, forge_kind, *body = fields
    publisher = Publisher(name=body[0], uri=body[1], level=Level(body[2])) if body else None
    return Lead(url=url, kind=LeadKind(kind), publisher=publisher, forge_kind=forge_kind)
