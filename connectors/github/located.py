# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Finds which repository a name leads to, a hundred a query, also one that it had before."""

from collections.abc import Iterable, Sequence

from connectors.github.aliases import numbered, repeated
from connectors.github.named import variables_of
from connectors.github.nodes import failure, is_public
from connectors.transport import GraphQL, ItemUnreadableError
from connectors.transport.graphql import GraphQLError
from harvester.model import JsonObject, Unknown
from harvester.ports.errors import SourceError
from harvester.ports.listing import FailureCode, Resolution

_SEGMENTS = 2


async def located(graphql: GraphQL, paths: Sequence[str]) -> dict[str, Resolution]:
    """Say which repositories have, or had, these paths; what cannot be told is ``Unknown``.

    Args:
        graphql: the endpoint.
        paths: as :meth:`~harvester.ports.connector.Connector.resolve` is given them. What is not
            ``owner/name`` is no repository on a GitHub.
    """
    answers: dict[str, Resolution] = {path: None for path in paths if not is_name(path)}
    wanted = [path for path in paths if path not in answers]
    try:
        while wanted:
            names = wanted
            try:
                answer = await graphql.page(
                    lambda n: repeated(min(n, len(names)), "located.graphql"),  # noqa: B023 - called at once
                    lambda n: numbered([variables_of(path) for path in names[:n]]),  # noqa: B023 - as above
                    most=len(names),
                )
            except ItemUnreadableError as error:
                answers[wanted[0]] = Unknown(reason=str(error))
                wanted = wanted[1:]
                continue
            count = answer.size or 1
            for number, path in enumerate(wanted[:count]):
                alias = f"found_{number}"
                answers[path] = _answer(path, answer.data.get(alias), answer.errors_at(alias))
            wanted = wanted[count:]
    except SourceError as error:
        answers |= {path: Unknown(reason=str(error)) for path in wanted}
    return answers


def is_name(path: str) -> bool:
    """Say whether a path could name a repository on a GitHub."""
    return len(path.split("/")) == _SEGMENTS


def _answer(path: str, node: JsonObject | None, errors: Iterable[GraphQLError]) -> Resolution:
    if node is not None:
        return str(node["databaseId"]) if is_public(node) else None
    lost = failure(path, errors)
    return None if lost.code is FailureCode.NOT_FOUND else Unknown(reason=lost.message)
