# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What runs on the hosts that lists name: configured, well known, remembered, or asked once.

A host that stands in a list is asked anonymously and on the public Internet only, once for each
kind of forge, and what it is is remembered.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from harvester.cli import compose, installed
from harvester.cli.tapes import Tape
from harvester.cli.targets import most_special_first
from harvester.crawl.expansion import KnownForge, LeadPublishers, Verdict
from harvester.leads import Lead, LeadKind, LeadReason
from harvester.model import Origin, Publisher
from harvester.ports.directory import HostAnswer, KeptLeads, LeadStore
from harvester.ports.errors import RefusedAddressError, SourceError, UnreachableError
from harvester.ports.http import Clock
from harvester.settings import Configuration
from harvester.urls import host_of, url_key
from harvester.worker import Worker

SHARED: Mapping[str, str] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "gitea",
    "bitbucket.org": "bitbucket",
}
"""Well-known hosts where everybody may have an account, with the kind of each."""
MOST_ASKED = 50
"""Hosts that one run asks what they are."""
AT_ONCE = 4
"""Hosts that are asked at the same time, each by one request after another."""
PATIENCE = 10.0
"""Seconds; whoever has not said by then what it is will be asked another time."""
_ASK_AGAIN = {
    LeadReason.UNSUPPORTED_HOST: timedelta(days=30),
    LeadReason.PRIVATE_ADDRESS: timedelta(days=1),
    LeadReason.UNREACHABLE_HOST: timedelta(days=1),
}


def is_shared(url: str) -> bool:
    """Say whether everybody may have an account on a forge."""
    return host_of(url) in SHARED


class HostFinder:
    """Fulfils :class:`harvester.crawl.survey.Hosts`.

    Args:
        configuration: for the way that hosts are asked.
        known: forges that sources are configured for.
        store: what is remembered of hosts; used in the worker's thread only.
        worker: the thread for the database.
        tape: the ways to hosts.
        clock: where the time comes from.
    """

    def __init__(
        self,
        configuration: Configuration,
        known: Iterable[KnownForge],
        *,
        store: LeadStore,
        worker: Worker,
        tape: Tape,
        clock: Clock,
    ) -> None:
        self._configuration = configuration
        self._configured = {url_key(forge.url): forge.kind for forge in known}
        self._store = store
        self._worker = worker
        self._tape = tape
        self._clock = clock

    async def verdicts(self, groups: Mapping[str, Sequence[Lead]]) -> Mapping[str, Verdict]:
        """Say of every forge, given with its leads, what runs there."""
        now = self._clock.now()
        remembered = await self._worker(self._store.hosts)
        found: dict[str, Verdict] = {}
        unknown: list[str] = []
        for url in groups:
            verdict = verdict_of(url, self._configured, remembered, now)
            if verdict is None:
                unknown.append(url)
            else:
                found[url] = verdict
        # Those with more leads first: they are asked for even where not all can be.
        unknown.sort(key=lambda url: (-len(groups[url]), url))
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(url: str) -> None:
            async with gate:
                answer = await self._answer(url, _told(groups[url]))
            await self._worker(self._store.answer, answer)
            found[url] = _verdict(answer)

        async with asyncio.TaskGroup() as tasks:
            for url in unknown[:MOST_ASKED]:
                tasks.create_task(ask(url))
        for url in unknown[MOST_ASKED:]:
            found[url] = Verdict(kind=None, reason=LeadReason.NOT_ASKED_YET)
        return found

    async def _answer(self, url: str, told: str | None) -> HostAnswer:
        """Find out what runs on a host; a list that says it is believed, but not where it is."""
        kind, reason = None, LeadReason.UNSUPPORTED_HOST
        try:
            await self._tape.reach(url)
            kind = await self._asked(url) if told is None else _installed(told)
        except RefusedAddressError:
            reason = LeadReason.PRIVATE_ADDRESS
        except UnreachableError:
            reason = LeadReason.UNREACHABLE_HOST
        return HostAnswer(
            url=url,
            kind=kind,
            reason=None if kind is not None else reason,
            asked_at=self._clock.now(),
        )

    async def _asked(self, url: str) -> str | None:
        """Ask a host whether it is of any kind that is installed."""
        clock = self._tape.chain_clock
        access = compose.anonymous_access(self._configuration, url, clock=clock)
        http = replace(access.http, attempts=1, timeout=min(PATIENCE, access.http.timeout))
        access = self._tape.through(replace(access, guarded=True, http=http))
        for kind, connector in most_special_first():
            if connector.origin is not Origin.CRAWL:
                continue
            try:
                if await connector.recognise(access):
                    return kind
            except (RefusedAddressError, UnreachableError):
                raise  # there is no use in asking for the next kind
            except SourceError:
                continue
        return None


def verdict_of(
    url: str,
    configured: Mapping[str, str],
    remembered: Mapping[str, HostAnswer],
    now: datetime,
) -> Verdict | None:
    """Say what runs on a host without asking it; None where nobody knows, or not any more.

    Args:
        url: of the forge.
        configured: kinds of the configured forges, by address without scheme.
        remembered: what was found out before.
        now: the time.
    """
    shared = is_shared(url)
    if (kind := configured.get(url_key(url))) is not None:
        return Verdict(kind=kind, shared=shared)
    if shared:
        return Verdict(kind=_installed(SHARED[host_of(url)]), shared=True)
    answer = remembered.get(url)
    if answer is None:
        return None
    if answer.kind is not None:
        return _verdict(answer) if _installed(answer.kind) else None
    reason = LeadReason(answer.reason or LeadReason.UNSUPPORTED_HOST)
    fresh = now - answer.asked_at < _ASK_AGAIN.get(reason, timedelta(0))
    return Verdict(kind=None, reason=reason) if fresh else None


def _verdict(answer: HostAnswer) -> Verdict:
    reason = LeadReason(answer.reason) if answer.reason is not None else None
    return Verdict(kind=answer.kind, reason=reason)


def _installed(kind: str) -> str | None:
    return kind if kind in installed.connector_kinds() else None


def _told(leads: Sequence[Lead]) -> str | None:
    """Give what the leads of a host say runs there, if they say one thing."""
    said = {lead.forge_kind for lead in leads if lead.forge_kind is not None}
    return said.pop() if len(said) == 1 else None


class Bodies:
    """Whose an address is: as the configured lists of public bodies say, else as leads do.

    Shared by all crawls of a run, which learns what lists say while it goes on.
    """

    def __init__(self, configuration: Configuration, kept: Mapping[str, KeptLeads]) -> None:
        self._directory = configuration.directory
        self._lists = [source.name for source in configuration.settings.sources if source.directory]
        self._kept = dict(kept)
        self._learn()

    def of(self, url: str) -> Publisher | None:
        """Give the publisher of the repository or owner at a canonical address."""
        return self._directory.of(url) or self._leads.of(url)

    def learn(self, kept: Mapping[str, KeptLeads]) -> None:
        """Take over what lists say now."""
        self._kept = dict(kept)
        self._learn()

    def _learn(self) -> None:
        # Who names a whole forge that everybody shares would name everybody's repositories.
        self._leads = LeadPublishers(
            lead
            for name in self._lists
            if name in self._kept
            for lead in self._kept[name].leads.leads
            if lead.kind is not LeadKind.FORGE or not is_shared(lead.url)
        )
