# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What GitLab's GraphQL answers say: where the projects lie in them, and what of each. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.gitlab import facts
from connectors.gitlab.places import Place
from connectors.transport import Answer
from harvester.model import Files, JsonObject, Sighting, Unknown
from harvester.ports.errors import NotFoundError, SourceError, UnexpectedAnswerError
from harvester.ports.listing import Failure


class NoSuchPlaceError(NotFoundError):
    """There is no such group or user, or not for everybody."""


class UnreadablePlaceError(UnexpectedAnswerError):
    """GitLab answers, but will not list this group or user."""


class LostPlaceError(SourceError):
    """GitLab does not understand the cursor of an earlier page any more; begin the place anew."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A project that the token sees, or whose code it sees, but not everybody."""

    forge_id: str | None = None
    """None where not even that was told."""


Told = Sighting | Hidden | Failure
"""What an answer says about one project."""


def connection_of(
    answer: Answer, above: tuple[str, ...], place: Place, after: str | None
) -> JsonObject:
    """Go down to the projects of an answer."""
    holder: Any = answer.data
    for index, name in enumerate(above):
        holder = holder.get(name)
        if holder is None and not answer.errors_at(*above[: index + 1]):
            raise NoSuchPlaceError(
                f"there is no {place.kind.value} {place.path!r} that everybody may see; was it"
                " renamed? Check the spelling in the configuration"
            )
    connection = (holder or {}).get("projects")
    if isinstance(connection, dict):
        return connection
    said = "; ".join(error.message for error in answer.errors) or "no list of projects"
    if after is not None and "cursor" in said.lower():
        raise LostPlaceError(said)
    raise UnreadablePlaceError(f"GitLab would not list {place.path or 'projects'}: {said}")


def page_info(connection: JsonObject) -> JsonObject:
    """Give what is said about the pages that follow.

    Raises:
        UnreadablePlaceError: nothing is.
    """
    info = connection.get("pageInfo")
    if isinstance(info, dict) and {"hasNextPage", "endCursor"} <= info.keys():
        return info
    raise UnreadablePlaceError("GitLab does not say whether more projects follow; is it ill?")


def ids_of(told: Iterable[Told], wanted: Callable[[Files], bool]) -> list[str]:
    """Give the ids of projects with such files."""
    seen = (one for one in told if isinstance(one, Sighting))
    return [one.repository.forge_id for one in seen if wanted(one.files)]


def with_wish(one: Told, found: Mapping[str, Sighting | Hidden | Unknown]) -> Told:
    """Add whether a project has the file by which it opts out, where that was told."""
    if not isinstance(one, Sighting):
        return one
    answer = found.get(one.repository.forge_id)
    return replace(one, ignore_file=answer.ignore_file) if isinstance(answer, Sighting) else one


def ids_of_hidden(told: Iterable[Told]) -> tuple[str, ...]:
    """Give the ids, as far as they were told, of projects that are not for everybody."""
    hidden = (one.forge_id for one in told if isinstance(one, Hidden))
    return tuple(forge_id for forge_id in hidden if forge_id is not None)


def is_hidden(node: JsonObject, errors: Sequence[str]) -> bool:
    """Say whether an anonymous visitor cannot see a project, or not its code.

    GitLab shows a ``repository`` of null, without an error, where the code is for members only.
    """
    if node["visibility"] != facts.PUBLIC:
        return True
    return node.get("repository") is None and not errors


def is_quiet(group: Any, since: datetime) -> bool:
    """Say whether the newest project of a group, sorted by activity, is older than that."""
    nodes = ((group or {}).get("projects") or {}).get("nodes")
    if nodes is None or None in nodes:
        return False
    times = [facts.moment(node.get("lastActivityAt")) for node in nodes]
    return all(time is not None and time < since for time in times)


def all_older(told: Iterable[Told], since: datetime) -> bool:
    """Say whether nothing on a page has been active since then."""
    times = [one.repository.activity.pushed_at for one in told if isinstance(one, Sighting)]
    return bool(times) and all(time is not None and time < since for time in times)
