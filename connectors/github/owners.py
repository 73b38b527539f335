# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lists the repositories of owners over GraphQL.

A sweep asks how many repositories each owner has, fifty owners a query, and then fills each page
with stretches of as many owners as fit. Otherwise fifty owners a query are asked when something
last happened, and only those are listed where it was lately, newest first.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.github.addresses import Addresses
from connectors.github.aliases import document, numbered, repeated
from connectors.github.cursor import Order, Stream, key
from connectors.github.nodes import NotPublic, failure, misshapen_failure, sighting_of
from connectors.github.streams import Agenda, Slot, pack
from connectors.github.times import moment
from connectors.kit.shapes import MISSHAPEN
from connectors.transport import Answer, Document, GraphQL, ItemUnreadableError
from connectors.transport.answers import is_about_the_way
from connectors.transport.graphql import GraphQLError
from harvester.model import JsonObject, Sighting
from harvester.ports.errors import SourceError
from harvester.ports.listing import Failure, FailureCode, Page

_ORDERS: Mapping[Order, Mapping[str, str]] = {
    Order.CREATED: {"field": "CREATED_AT", "direction": "ASC"},
    Order.PUSHED: {"field": "PUSHED_AT", "direction": "DESC"},
    Order.UPDATED: {"field": "UPDATED_AT", "direction": "DESC"},
}
_TIMES = {Order.PUSHED: "pushedAt", Order.UPDATED: "updatedAt"}


@dataclass(slots=True)
class _Draft:
    """A page that is being made."""

    sightings: dict[str, Sighting] = field(default_factory=dict)
    owners_read: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


class OwnerListing:
    """The listing of many owners.

    Args:
        graphql: the endpoint.
        where: the forge's addresses.
        agenda: what is to be read.
        visited: keys of the owners that were read to their end before; another one is read in
            whole, whatever the listing asks for.
        source: the configured name, for messages.
    """

    def __init__(
        self,
        graphql: GraphQL,
        where: Addresses,
        agenda: Agenda,
        *,
        visited: frozenset[str],
        source: str,
    ) -> None:
        self._source = source
        self._graphql = graphql
        self._where = where
        self._agenda = agenda
        self._visited = visited

    async def pages(self) -> AsyncIterator[Page]:
        """List page by page; the last one has no cursor."""
        agenda = self._agenda
        while True:
            draft = _Draft()
            while agenda.hungry(self._graphql.page_size(_listed(1))):
                await self._ask_about_owners(draft)
            if agenda.streams:
                await self._read(draft)
            yield Page(
                sightings=tuple(draft.sightings.values()),
                cursor=None if agenda.is_over() else agenda.position.text(),
                owners_read=tuple(draft.owners_read),
                failures=tuple(draft.failures),
                skipped=len(draft.hidden),
                hidden=tuple(draft.hidden),
                total=agenda.total,
                owners_left=agenda.owners_left,
            )
            if agenda.is_over():
                return

    # --- how many, and what is new ----------------------------------------------------------

    async def _ask_about_owners(self, draft: _Draft) -> None:
        owners = self._agenda.unasked()
        name = "news.graphql" if self._agenda.position.since else "totals.graphql"
        try:
            answer = await self._graphql.page(
                lambda n: repeated(n, name),
                lambda n: numbered([{"login": login} for login in owners[:n]]),
                most=len(owners),
            )
        except ItemUnreadableError as error:
            self._agenda.asked(1)
            self._give_up(owners[0], (), draft, reason=str(error))
            return
        count = answer.size or len(owners)
        self._agenda.asked(count)
        for number, login in enumerate(owners[:count]):
            alias = f"owner_{number}"
            owner = answer.data.get(alias)
            if owner is None:
                self._give_up(login, answer.errors_at(alias), draft)
            elif self._agenda.position.since:
                self._plan_news(login, owner, draft)
            else:
                self._plan_sweep(login, owner["repositories"]["totalCount"], draft)

    def _plan_sweep(self, login: str, total: int, draft: _Draft) -> None:
        if total:
            self._agenda.sweep(login, total)
        else:
            self._agenda.closed(login)
            draft.owners_read.append(login)

    def _plan_news(self, login: str, owner: JsonObject, draft: _Draft) -> None:
        since, total = self._agenda.position.since, owner["pushed"]["totalCount"]
        if key(login) not in self._visited:
            self._plan_sweep(login, total, draft)
            return
        moved = []
        for order, newest in ((Order.PUSHED, owner["pushed"]), (Order.UPDATED, owner["updated"])):
            times = [moment(node[_TIMES[order]]) for node in newest["nodes"] or () if node]
            if any(since is not None and at is not None and at >= since for at in times):
                moved.append(order)
        if moved:
            self._agenda.follow(login, moved)
        else:
            self._agenda.closed(login)
            draft.owners_read.append(login)

    # --- the repositories -------------------------------------------------------------------

    async def _read(self, draft: _Draft) -> None:
        streams = list(self._agenda.streams)
        try:
            answer = await self._graphql.page(
                lambda n: _listed(len(pack(streams, n))),
                lambda n: numbered([_variables(slot) for slot in pack(streams, n)]),
            )
        except ItemUnreadableError as error:
            await self._pass_over(streams[0], draft, error)
            return
        for number, slot in enumerate(pack(streams, answer.size or 1)):
            if self._agenda.is_open(slot.stream):  # else its owner was given up a moment ago
                self._take(answer, f"owner_{number}", slot, draft)

    def _take(self, answer: Answer, alias: str, slot: Slot, draft: _Draft) -> None:
        login = slot.stream.login
        owner = answer.data.get(alias)
        listed = owner.get("repositories") if owner is not None else None
        if listed is None:
            self._give_up(login, answer.errors_at(alias), draft)
            return
        seen: list[JsonObject] = []
        for index, node in enumerate(listed["nodes"] or ()):
            errors = answer.errors_at(alias, "repositories", "nodes", index)
            if node is None:
                draft.failures.append(failure(f"{self._where.web}/{login}", errors))
                continue
            seen.append(node)
            try:
                self._keep(node, [_below(error, 4) for error in errors], draft)
            except MISSHAPEN as error:
                subject = f"{self._where.web}/{login}"
                draft.failures.append(misshapen_failure(self._source, subject, error))
        info = listed["pageInfo"]
        if not info["hasNextPage"] or self._old(slot.stream, seen):
            self._end(slot.stream, draft)
        else:
            self._go_on(slot, info["endCursor"], draft)

    def _keep(self, node: JsonObject, errors: list[GraphQLError], draft: _Draft) -> None:
        made = sighting_of(node, errors, self._where)
        if isinstance(made, NotPublic):
            draft.hidden.append(made.forge_id)
        else:
            draft.sightings[made.repository.forge_id] = made

    def _old(self, stream: Stream, seen: Sequence[JsonObject]) -> bool:
        """Say whether what follows is older than the listing looks back."""
        since, field_name = self._agenda.position.since, _TIMES.get(stream.order)
        if field_name is None or since is None or not seen:
            return False
        last = moment(seen[-1].get(field_name))
        return last is None or last < since

    def _go_on(self, slot: Slot, after: str | None, draft: _Draft) -> None:
        """Go on behind a stretch; not where that would be its beginning, again and again."""
        if after is None or after == slot.stream.after:
            reason = "GitHub says that more follow, but not where; the next crawl asks again"
            self._give_up(slot.stream.login, (), draft, reason=reason)
        else:
            self._agenda.went_on(slot, after)

    def _end(self, stream: Stream, draft: _Draft) -> None:
        if self._agenda.ended(stream):
            draft.owners_read.append(stream.login)

    async def _pass_over(self, stream: Stream, draft: _Draft, error: SourceError) -> None:
        """Find out which repository cannot be read, and go on behind it."""
        variables = {
            "login": stream.login, "after": stream.after, "order": _ORDERS[stream.order]
        }  # fmt: skip
        try:
            answer = await self._graphql.execute(document("passed.graphql"), variables)
        except SourceError as worse:
            if is_about_the_way(worse):
                raise
            self._give_up(stream.login, (), draft, reason=str(worse))
            return
        listed = (answer.data.get("owner") or {}).get("repositories")
        if listed is None:
            self._give_up(stream.login, answer.errors_at("owner"), draft)
            return
        for node in listed["nodes"] or ():
            if node is not None:
                draft.failures.append(
                    Failure(
                        subject=node["url"],
                        code=FailureCode.UNREADABLE,
                        message=f"{node['url']} was passed over: {error}",
                        forge_id=str(node["databaseId"]),
                    )
                )
        info = listed["pageInfo"]
        if info["hasNextPage"]:
            self._go_on(Slot(stream, 1), info["endCursor"], draft)
        else:
            self._end(stream, draft)

    def _give_up(
        self,
        login: str,
        errors: Sequence[GraphQLError],
        draft: _Draft,
        *,
        reason: str | None = None,
    ) -> None:
        """Note that an owner cannot be read; it is not asked for again in this crawl."""
        subject = f"{self._where.web}/{login}"
        if reason is not None:
            made = Failure(subject=subject, code=FailureCode.UNREADABLE, message=reason)
        elif errors and not all(error.type == "NOT_FOUND" for error in errors):
            made = failure(subject, errors)
        else:
            made = unknown_owner(subject)
        self._agenda.closed(login)
        draft.failures.append(made)


def unknown_owner(subject: str) -> Failure:
    """Say that there is nobody of that name."""
    return Failure(
        subject=subject,
        code=FailureCode.NOT_FOUND,
        message=(
            f"nobody is called {subject}: the account was renamed or deleted, or the name has a"
            " typing error; correct it in the source's owners or in the list of publishers"
        ),
    )


def _listed(times: int) -> Document:
    return repeated(times, "listed.graphql", "seen.graphql")


def _variables(slot: Slot) -> dict[str, Any]:
    stream = slot.stream
    return {
        "login": stream.login,
        "first": slot.first,
        "after": stream.after,
        "order": _ORDERS[stream.order],
    }


def _below(error: GraphQLError, depth: int) -> GraphQLError:
    """Give an error with its path as seen from a node so deep in the answer."""
    return replace(error, path=error.path[depth:])
