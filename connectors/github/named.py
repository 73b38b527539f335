# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads repositories by name, a hundred a query, whatever they are called now."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from connectors.github.addresses import Addresses
from connectors.github.aliases import numbered, repeated
from connectors.github.cursor import Position, key
from connectors.github.nodes import NotPublic, failure, misshapen_failure, sighting_of
from connectors.kit.shapes import MISSHAPEN
from connectors.transport import GraphQL, ItemUnreadableError
from harvester.model import Sighting
from harvester.ports.listing import Failure, FailureCode, Page


async def named_pages(
    graphql: GraphQL,
    where: Addresses,
    repositories: Sequence[str],
    position: Position,
    *,
    owners_left: int,
    source: str,
) -> AsyncIterator[Page]:
    """List repositories by name.

    Args:
        graphql: the endpoint.
        where: the forge's addresses.
        repositories: ``owner/name``, in the order of their keys.
        position: where to go on; moved with each page.
        owners_left: how many owners the listing goes on with afterwards; without any, the last
            page has no cursor.
        source: the configured name, for messages.
    """
    wanted = position.after(repositories)
    while wanted:
        sightings: list[Sighting] = []
        failures: list[Failure] = []
        hidden: list[str] = []
        count = 1
        names = wanted
        try:
            answer = await graphql.page(
                lambda n: repeated(min(n, len(names)), "named.graphql", "seen.graphql"),  # noqa: B023 - called at once
                lambda n: numbered([variables_of(path) for path in names[:n]]),  # noqa: B023 - as above
                most=len(names),
            )
        except ItemUnreadableError as error:
            subject = f"{where.web}/{wanted[0]}"
            failures.append(
                Failure(subject=subject, code=FailureCode.UNREADABLE, message=str(error))
            )
        else:
            count = answer.size or 1
            for number, path in enumerate(wanted[:count]):
                alias = f"found_{number}"
                node, errors = answer.data.get(alias), answer.errors_at(alias)
                if node is None:
                    failures.append(failure(f"{where.web}/{path}", errors))
                    continue
                try:
                    made = sighting_of(node, [replace(e, path=e.path[1:]) for e in errors], where)
                except MISSHAPEN as error:
                    failures.append(misshapen_failure(source, f"{where.web}/{path}", error))
                    continue
                if isinstance(made, NotPublic):
                    hidden.append(made.forge_id)
                else:
                    sightings.append(made)
        position.named = key(wanted[count - 1])
        wanted = wanted[count:]
        yield Page(
            sightings=tuple(sightings),
            cursor=position.text() if wanted or owners_left else None,
            failures=tuple(failures),
            skipped=len(hidden),
            hidden=tuple(hidden),
            owners_left=owners_left or None,
        )


def variables_of(path: str) -> dict[str, str]:
    """Give the variables that name a repository."""
    owner, _, name = path.partition("/")
    return {"owner": owner, "name": name}
