# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads one repository by its address, through the connector of its forge."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from harvester.cli import compose, installed, targets
from harvester.cli.exits import UsageError
from harvester.cli.invocation import Invocation
from harvester.model import Sighting
from harvester.ports.connector import Connector
from harvester.ports.errors import NotFoundError, UnexpectedAnswerError
from harvester.ports.listing import Failure, FailureCode, Listing, Scope, ScopeKind
from harvester.urls import BadUrlError, path_of, repository_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A repository and what its forge's connector says of such repositories."""

    sighting: Sighting
    profile: str
    host_aliases: Mapping[str, str]


async def see(invocation: Invocation, address: str, kind: str | None = None) -> Seen:
    """Read a public repository with its publiccode files and details.

    Anonymously, as harvester reads whatever forge it is not configured for; with the settings that
    ``--config`` names, as the source that they have for this forge.

    Args:
        invocation: the common options.
        address: of the repository, or of a page below it.
        kind: of its forge, where no source is configured for it; None: it is found out.

    Raises:
        UsageError: this is no repository's address, or nobody knows what kind of forge it is on.
        SourceError: it is not there, or its forge cannot be read.
    """
    try:
        url = repository_url(address)
    except BadUrlError as error:
        raise UsageError(str(error)) from None
    kind = targets.chosen_kind(kind)
    configuration = compose.configuration(invocation) if invocation.config else None
    source = targets.source_of(configuration, url) if configuration else None
    if configuration is not None and source is not None:
        access, kind = compose.access_of(configuration, source), source.kind
        path = url[len(source.url) :].strip("/")
    else:
        parts = urlsplit(url)
        access = compose.anonymous_access(configuration, f"{parts.scheme}://{parts.netloc}")
        kind, path = kind or await targets.recognise(access), path_of(url)
    connector_type = installed.connector_of(kind)
    async with connector_type(access) as connector:
        sighting = await _sighting(connector, path, url)
    return Seen(
        sighting=sighting,
        profile=connector_type.profile,
        host_aliases=connector_type.host_aliases,
    )


async def _sighting(connector: Connector, path: str, url: str) -> Sighting:
    scope = Scope(ScopeKind.REPOSITORIES, (path,))
    failures: list[Failure] = []
    async for page in connector.pages(Listing(scope=scope, contents=True)):
        failures += page.failures
        if page.sightings:
            (sighting,) = await connector.read(page.sightings[:1])
            return sighting
    for failure in failures:
        if failure.code is not FailureCode.NOT_FOUND:
            raise UnexpectedAnswerError(f"{url}: {failure.message}")
    raise NotFoundError(
        f"{url}: there is no such repository that everybody can see; give the address of one "
        "repository, as its page in the browser has it"
    )
