# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From the arguments of ``crawl`` to what is crawled: sources, or addresses on their forges."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from harvester.cli import installed, planning
from harvester.cli.exits import UsageError
from harvester.crawl import SourcePlan
from harvester.crawl.expansion import origin_name
from harvester.crawl.scope import covers
from harvester.nearest import did_you_mean
from harvester.ports.connector import ConnectorType, ForgeAccess
from harvester.ports.listing import Scope, ScopeKind
from harvester.settings import Configuration, Source
from harvester.urls import BadUrlError, canonical_url, is_below, repository_url, with_host


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One source to be crawled."""

    source: Source | None
    """None: an address of a forge that no source is configured for."""
    url: str
    """Of the forge."""
    addresses: tuple[str, ...] | None
    """Paths below the forge, where not the whole source is meant."""
    parts: tuple[str, ...] | None = None
    """Names of the sources that a list is expanded to, where not all of them are meant."""


def targets(configuration: Configuration, arguments: Sequence[str]) -> list[Target]:
    """Say what is meant by source names and addresses; by none, all sources.

    Raises:
        UnknownSourceError: there is no such source.
        UsageError: an address cannot be crawled.
    """
    names = [argument for argument in arguments if "://" not in argument]
    found: dict[tuple[str, str], Target] = {}
    if names or not arguments:
        for source in configuration.sources([origin_name(name) for name in names]):
            found[source.name, source.url] = Target(
                source=source, url=source.url, addresses=None, parts=_parts(source, names)
            )
    for argument in arguments:
        if "://" in argument:
            _add(found, configuration, argument)
    return list(found.values())


def _parts(source: Source, names: Sequence[str]) -> tuple[str, ...] | None:
    """Give the parts of a list that were named; None if it was named itself, or nothing was.

    Raises:
        UsageError: a forge has no parts.
    """
    parts = tuple(
        dict.fromkeys(
            name for name in names if name != source.name and origin_name(name) == source.name
        )
    )
    if parts and source.directory is None:
        raise UsageError(f"{parts[0]}: {source.name} is no list; name the source itself")
    return parts if parts and source.name not in names else None


def _add(found: dict[tuple[str, str], Target], configuration: Configuration, argument: str) -> None:
    try:
        address = canonical_url(argument)
        at_host = urlsplit(address).path == ""
        address = address if at_host else repository_url(argument)
    except BadUrlError as error:
        raise UsageError(str(error)) from None
    address = with_host(address, _host_aliases(configuration))
    source = source_of(configuration, address)
    if source is not None and source.url == address:
        found[source.name, source.url] = Target(source=source, url=source.url, addresses=None)
        return
    if at_host:
        raise UsageError(
            f"{address} is a whole forge; configure it as a [[sources]] table, or give the address "
            "of a group, an owner or a repository"
        )
    forge = source.url if source else f"{urlsplit(address).scheme}://{urlsplit(address).netloc}"
    key = (source.name if source else "", forge)
    path = address[len(forge) :].strip("/")
    before = found.get(key)
    if before is not None and before.addresses is None:
        return  # the whole source is crawled anyway
    known = before.addresses or () if before else ()
    if path not in known:
        known += (path,)
    found[key] = Target(source=source, url=forge, addresses=known)


def _host_aliases(configuration: Configuration) -> dict[str, str]:
    """Give the old names of the hosts of configured sources."""
    kinds = {source.kind for source in configuration.settings.sources}
    known = installed.connector_types(kinds).values()
    return {old: new for connector in known for old, new in connector.host_aliases.items()}


def source_of(configuration: Configuration, address: str) -> Source | None:
    """Give the configured source whose forge an address lies on, best the one that covers it."""
    on_forge = [
        s
        for s in configuration.settings.sources
        if s.directory is None and is_below(address, s.url)
    ]
    longest = max((len(source.url) for source in on_forge), default=0)
    candidates = [source for source in on_forge if len(source.url) == longest]
    for source in candidates if len(candidates) > 1 else ():
        if covers(planning.plan_of(configuration, source), address[longest:].strip("/")):
            return source
    return candidates[0] if candidates else None


def chosen_kind(kind: str | None) -> str | None:
    """Check the kind that was named for addresses of unknown forges.

    Raises:
        UsageError: there is no connector for it.
    """
    known = installed.connector_kinds()
    if kind is not None and kind not in known:
        raise UsageError(f'--kind: no connector for "{kind}"; {did_you_mean(kind, known)}')
    return kind


async def recognise(access: ForgeAccess) -> str:
    """Find out, with one anonymous request per kind, of which kind a forge is.

    Raises:
        UsageError: no connector knows it.
        SourceError: it does not answer.
    """
    for kind, connector in most_special_first():
        if await connector.recognise(access):
            return kind
    raise UsageError(
        f"{access.url}: it is not clear what kind of forge this is; name it with --kind, one of "
        f"{', '.join(sorted(installed.connector_types()))}"
    )


def most_special_first() -> list[tuple[str, ConnectorType]]:
    """Give the connectors by kind, a forge with rules of its own before the software it runs."""
    known = installed.connector_types().items()
    return sorted(known, key=lambda item: (item[1].profile == "standard", item[0]))


def manual(configuration: Configuration, kind: str, target: Target) -> SourcePlan:
    """Make the plan of a target that no source is configured for."""
    return planning.manual_plan(
        configuration,
        kind=kind,
        url=target.url,
        scope=Scope(ScopeKind.ADDRESSES, target.addresses or ()),
    )
