# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Takes statements of those who may write into the catalogue, each in a transaction of its own.

No crawl, no lease, no network: load, decide (:mod:`harvester.crawl.told`), write. The text is read
before the transaction begins, so that nobody waits for that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from harvester.crawl.reasons import StateReason
from harvester.crawl.subject import Subject, place_key, speakers, subject, subject_of
from harvester.crawl.task import SourcePlan
from harvester.crawl.told import Telling, Texts, retract
from harvester.ports.rows import Keys, SoftwareRow, Stored, Writes
from harvester.ports.telling import (
    Amend,
    ConflictError,
    Statement,
    Tellings,
    TellingTransaction,
    Told,
    UnknownSoftwareError,
)
from harvester.urls import url_key


@dataclass(frozen=True, slots=True)
class Scribe:
    """Fulfils :class:`harvester.ports.telling.Teller`; any number of threads may come.

    Args:
        tellings: opens transactions.
        plan: gives what decides beside what is told: lists of public bodies, blocks, privacy.
    """

    tellings: Tellings
    plan: Callable[[], SourcePlan]

    def post(self, said: Statement, now: datetime) -> Told:
        """Take what is told as of something new, which it need not be."""
        if said.url is None or said.text is None:
            raise ValueError("what is new is told with an address and a text")
        texts = Texts.of(self.plan())
        _refuse_blocked(texts.plan, (said.url, *said.aliases))
        texts.reading(said.text, said.url)
        keys = Keys(
            repository_ids=frozenset({place_key(said.url)}),
            urls=frozenset({said.url, *said.aliases}),
        )
        with self.tellings.telling(now) as page:
            stored = page.load(keys)
            about = subject(stored, said.url, said.aliases)
            if about.url != said.url:
                stored = page.load(_and(keys, about.url))
            return _write(
                page,
                Telling(
                    texts=texts,
                    said=said,
                    about=about,
                    stored=stored,
                    contents=page.contents,
                    now=now,
                ),
            )

    def patch(self, software_id: str, amend: Amend, now: datetime) -> Told:
        """Take what is told of an entry, which may get another id by it."""
        texts = Texts.of(self.plan())
        with self.tellings.telling(now) as page:
            entry = _entry(page, software_id)
            if entry.state_reason == StateReason.RETRACTED:
                raise _deleted(entry)
            said = replace(amend(entry), amends=True)
            if said == Statement(amends=True):
                return Told(id=entry.id, changed=False)
            places = {entry.url, said.url or entry.url}
            addresses = places | {*said.aliases}
            _refuse_blocked(texts.plan, sorted(addresses))
            keys = Keys(
                repository_ids=frozenset(map(place_key, places)),
                urls=frozenset(addresses),
                software_ids=frozenset({entry.id}),
            )
            stored = page.load(keys)
            about = subject_of(stored, entry, said)
            if url_key(about.url) != url_key(entry.url):
                _refuse_move(stored, entry, about)
            if not about.rows and place_key(about.url) in stored.repositories:
                raise _taken(about.url)  # it was told of there once, and is of elsewhere now
            return _write(
                page,
                Telling(
                    texts=texts,
                    said=said,
                    about=about,
                    stored=stored,
                    contents=page.contents,
                    now=now,
                ),
            )

    def delete(self, software_id: str, now: datetime) -> None:
        """Delete what was told of an entry; its tombstone stays."""
        plan = self.plan()
        with self.tellings.telling(now) as page:
            entry = _entry(page, software_id)
            keys = Keys(
                repository_ids=frozenset(),
                urls=frozenset({entry.url}),
                software_ids=frozenset({entry.id}),
            )
            stored = page.load(keys)
            others = speakers(stored, entry)
            if others:
                raise ConflictError(
                    f"{others[0].facts.web_url} tells of this software, and would again; hide it "
                    'with PATCH {"active": false}, or let its publisher opt out'
                )
            known = subject_of(stored, entry, Statement()).rows
            rows = [row for row in known if row.gone_reason is None]
            if not rows:
                raise _deleted(entry)
            page.write(retract(plan, rows, stored, now), now)


def _refuse_blocked(plan: SourcePlan, urls: Iterable[str]) -> None:
    block = plan.blocks.find(urls)
    if block is not None:
        raise ConflictError(
            f"whoever keeps this catalogue does not list {block.url}: {block.reason}; ask them"
        )


def _and(keys: Keys, url: str) -> Keys:
    return replace(
        keys,
        repository_ids=keys.repository_ids | {place_key(url)},
        urls=keys.urls | {url},
    )


def _entry(page: TellingTransaction, software_id: str) -> SoftwareRow:
    """Give the entry with an id, or which had it before."""
    found = page.load(
        Keys(repository_ids=frozenset(), urls=frozenset(), software_ids=frozenset({software_id}))
    ).software
    if not found:
        raise UnknownSoftwareError("there is no software with this id")
    return found.get(software_id) or next(iter(found.values()))


def _deleted(entry: SoftwareRow) -> UnknownSoftwareError:
    return UnknownSoftwareError(
        f"this software is gone already ({entry.state_reason}); POST it anew to have it back"
    )


def _refuse_move(stored: Stored, entry: SoftwareRow, about: Subject) -> None:
    """Let nobody move what a repository has, or to where something else was told."""
    if entry.repository_id is not None:
        raise ConflictError(
            f"the address of this software is that of its repository, {entry.url}; it follows when "
            "the repository moves"
        )
    own = {row.id for row in about.rows}
    there = subject(stored, about.url, ()).rows
    if any(row.id not in own and row.gone_reason is None for row in there):
        raise _taken(about.url)


def _taken(url: str) -> ConflictError:
    return ConflictError(
        f"other software was written with the address {url}; delete one of the two, or name the "
        "address of one among the aliases of the other"
    )


def _write(page: TellingTransaction, telling: Telling) -> Told:
    """Write what a statement changes, if anything."""
    writes, identity = telling.decide()
    if writes != Writes():
        page.write(writes, telling.now)
    return Told(id=identity, changed=writes != Writes())
