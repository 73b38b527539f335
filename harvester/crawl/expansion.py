# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From leads to sources: by host, each with the connector of what runs there. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from harvester.leads import Lead, LeadKind, LeadReason, Leads, LeftOut
from harvester.model import Forge, Publisher
from harvester.ports.directory import KeptLeads
from harvester.ports.listing import Scope, ScopeKind
from harvester.urls import host_of, is_below, path_of, url_key, with_host

MARK = "@"
"""Stands between the name of a list and a host in the name of a derived source; no configured
source can have it in its name."""
FEW = 5
"""So many addresses may always leave a list at once, unless they are all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownForge:
    """A forge that a source is configured for."""

    source: str
    url: str
    kind: str
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What runs on a host: the connector's kind, or why nothing is crawled there."""

    kind: str | None
    reason: LeadReason | None = None
    shared: bool = False
    """Everybody may have an account there, so that the whole of it is nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A source made of the leads of one host."""

    name: str
    url: str
    kind: str
    scope: Scope
    lender: str | None
    """The configured source of the same forge, which lends its addresses and its token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What becomes of all leads of a list."""

    derived: tuple[Derived, ...]
    left_out: tuple[LeftOut, ...]
    covered: Mapping[str, int] = field(default_factory=dict)
    """Leads that a configured source reads anyway, counted by source."""
    named: int = 0
    """Leads in all, without what was no lead from the start."""

    @property
    def reasons(self) -> Mapping[str, int]:
        """Count what is left out by reason."""
        return dict(sorted(Counter(str(one.reason) for one in self.left_out).items()))


def derived_name(source: str, forge_url: str) -> str:
    """Name the source that crawls the leads of one forge."""
    return f"{source}{MARK}{url_key(forge_url)}"


def origin_name(name: str) -> str:
    """Give the configured source that a derived one comes from; itself for any other."""
    return name.partition(MARK)[0]


def by_forge(
    leads: Iterable[Lead], known: Sequence[KnownForge], aliases: Mapping[str, str]
) -> Mapping[str, tuple[Lead, ...]]:
    """Group leads by the address of their forge.

    That is the configured one that they lie on, else their host; https if any lead says so.

    Args:
        leads: of a list.
        known: forges that sources are configured for.
        aliases: old host names of forges, each with the one that replaced it.
    """
    bases = sorted({forge.url for forge in known}, key=lambda url: (-len(url), url))
    hosts: dict[str, list[str]] = defaultdict(list)
    for base in bases:
        hosts[host_of(base)].append(base)
    groups: dict[str, list[Lead]] = defaultdict(list)
    address: dict[str, str] = {}
    for lead in leads:
        url = with_host(lead.url, dict(aliases))
        host = host_of(url)
        above = (base for base in hosts.get(host, ()) if is_below(url, base))
        forge = next(above, f"{url.partition('://')[0]}://{host}")
        key = url_key(forge)
        if key not in address or address[key].startswith("http://"):
            address[key] = forge
        groups[key].append(lead if url == lead.url else _at(lead, url))
    return {address[key]: tuple(groups[key]) for key in sorted(groups)}


def _at(lead: Lead, url: str) -> Lead:
    return Lead(url=url, kind=lead.kind, publisher=lead.publisher, forge_kind=lead.forge_kind)


def expand(
    *,
    source: str,
    leads: Leads,
    groups: Mapping[str, tuple[Lead, ...]],
    verdicts: Mapping[str, Verdict],
    known: Sequence[KnownForge],
    carrier: Forge | None = None,
) -> Expansion:
    """Make the sources of a list.

    Args:
        source: the list's name.
        leads: all that it says.
        groups: by forge (:func:`by_forge`).
        verdicts: what runs on each of the forges.
        known: forges that sources are configured for; what they read is not read twice.
        carrier: a catalogue that carries publiccode of its own. Where no
            connector reads a repository, its entry speaks; its "owners" are the hosts.
    """
    derived: list[Derived] = []
    carried: set[str] = set()
    left_out = list(leads.left_out)
    covered: Counter[str] = Counter()
    for url, group in groups.items():
        verdict = verdicts[url]
        here = [forge for forge in known if url_key(forge.url) == url_key(url)]
        readers = [_Reach(forge) for forge in here]
        wanted: list[Lead] = []
        for lead in group:
            path = path_below(lead.url, url)
            reader = next((one.source for one in readers if one.covers(path)), None)
            if reader is not None:
                covered[reader] += 1
            elif verdict.kind is None and _is_carried(lead, verdict, carrier):
                carried.add(host_of(url))
            elif verdict.kind is None:
                reason = verdict.reason or LeadReason.UNSUPPORTED_HOST
                left_out.append(LeftOut(subject=lead.url, reason=reason))
            elif verdict.shared and not path:
                left_out.append(LeftOut(subject=lead.url, reason=LeadReason.WHOLE_FORGE))
            else:
                wanted.append(lead)
        if verdict.kind is not None and wanted:
            derived.append(
                Derived(
                    name=derived_name(source, url),
                    url=url,
                    kind=verdict.kind,
                    scope=_scope(wanted, url),
                    lender=here[0].source if here else None,
                )
            )
    if carrier is not None and carried:
        derived.append(
            Derived(
                name=derived_name(source, carrier.url),
                url=carrier.url,
                kind=carrier.kind,
                scope=Scope(ScopeKind.OWNERS, tuple(sorted(carried))),
                lender=source,
            )
        )
    return Expansion(
        derived=tuple(derived),
        left_out=tuple(sorted(left_out, key=lambda one: (one.reason, one.subject))),
        covered=dict(sorted(covered.items())),
        named=len(leads.leads),
    )


def _is_carried(lead: Lead, verdict: Verdict, carrier: Forge | None) -> bool:
    """Say whether a catalogue's own entry speaks for a lead: no connector knows what runs there.

    A host that only did not answer is no such host.
    """
    unknown_to_us = verdict.reason in (None, LeadReason.UNSUPPORTED_HOST)
    return carrier is not None and unknown_to_us and lead.kind is LeadKind.REPOSITORY


def path_below(url: str, forge_url: str) -> str:
    """Give the path of a lead below its forge; whatever the scheme and the case of the host."""
    return path_of(url)[len(path_of(forge_url)) :].strip("/")


def lost_too_much(before: Leads, now: Leads, max_shrink: float) -> str | None:
    """Say why what a list says now is not believed: most of what it said is missing.

    Args:
        before: what it said when it was last read well.
        now: what it says.
        max_shrink: share of its leads that may leave at once.

    Returns:
        A sentence, or None where it is believed.
    """
    had = {url_key(lead.url) for lead in before.leads}
    lost = len(had - {url_key(lead.url) for lead in now.leads})
    if max_shrink >= 1 or not had:
        return None
    everything = not now.leads
    if not everything and lost <= max(FEW, int(max_shrink * len(had))):
        return None
    what = "none of its" if everything else f"{lost} of its {len(had)}"
    verb = f"{len(had)} addresses is left" if everything else "addresses are missing at once"
    return (
        f"{what} {verb}, more than an ordinary change; what it said before stands. If that is"
        " right, set max_shrink = 1 for one crawl"
    )


def leaving(
    before: KeptLeads | None, now: Leads, at: datetime, grace: timedelta
) -> tuple[tuple[Lead, datetime], ...]:
    """Give the leads that a list named and names no more, as long as their grace lasts.

    Args:
        before: what it said when it was last read well.
        now: what it says.
        at: the time.
        grace: how long after it was missed first a lead is still crawled.
    """
    if before is None:
        return ()
    named = {url_key(lead.url) for lead in now.leads}
    since = [*before.leaving, *((lead, at) for lead in before.leads.leads)]
    return tuple(
        (lead, missed)
        for lead, missed in since
        if url_key(lead.url) not in named and at - missed < grace
    )


def still_meant(kept: KeptLeads) -> Leads:
    """Give the leads of a list with those that are about to leave it."""
    return replace(
        kept.leads,
        leads=tuple(
            sorted(
                (*kept.leads.leads, *(lead for lead, _ in kept.leaving)),
                key=lambda lead: url_key(lead.url),
            )
        ),
    )


class LeadPublishers:
    """Says whose an address is, as lists name it: the lead at it or nearest above it decides."""

    def __init__(self, leads: Iterable[Lead]) -> None:
        self._by_key: dict[str, Publisher] = {}
        for lead in leads:
            if lead.publisher is not None:
                self._by_key.setdefault(url_key(lead.url), lead.publisher)

    def of(self, url: str) -> Publisher | None:
        """Give the publisher of a canonical address."""
        key = url_key(url)
        while key:
            if found := self._by_key.get(key):
                return found
            key = key.rpartition("/")[0]
        return None


def _scope(leads: Sequence[Lead], url: str) -> Scope:
    paths = tuple(sorted({path_below(lead.url, url) for lead in leads}))
    if "" in paths:
        return Scope(ScopeKind.INSTANCE)
    kinds = {lead.kind for lead in leads}
    if kinds == {LeadKind.REPOSITORY}:
        return Scope(ScopeKind.REPOSITORIES, paths)
    if kinds == {LeadKind.OWNER}:
        return Scope(ScopeKind.OWNERS, paths)
    return Scope(ScopeKind.ADDRESSES, paths)


class _Reach:
    """What of a forge a configured source reads."""

    def __init__(self, forge: KnownForge) -> None:
        self.source = forge.source
        self._whole = forge.scope.kind is ScopeKind.INSTANCE
        self._exact = forge.scope.kind is ScopeKind.REPOSITORIES
        self._paths = {path.casefold().strip("/") for path in forge.scope.paths}

    def covers(self, path: str) -> bool:
        if self._whole:
            return True
        key = path.casefold()
        if self._exact:
            return key in self._paths
        while key:
            if key in self._paths:
                return True
            key = key.rpartition("/")[0]
        return False
