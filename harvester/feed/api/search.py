# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Searching ``/v1/software``: what a request asks for, and how it is answered.

What is found depends on more than the entries (on sources, on activity, on the time), and so the
ETag is of the moment and of what was found.
"""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from starlette.responses import Response

from harvester.feed.api.conditional import answered_by_finds
from harvester.feed.api.context import Context
from harvester.feed.api.entries import AT_ONCE, shaped
from harvester.feed.api.paging import AFTER, BEFORE, PageQuery, headers_of, link, written
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import wrong
from harvester.feed.api.shapes import Form
from harvester.ports.feed import SoftwareQuestion
from harvester.ports.projection import Facet
from harvester.ports.search import Filters, Found, Question, Relation, Sort
from harvester.search.asking import ask, order_of
from harvester.search.cursor import BadCursorError, decode, encode

_RELATED = 100
"""Entries of each kind of relation."""
_LONGEST_TEXT = 1000
"""Characters of a question."""
_SAYS = {
    Facet.CATEGORY: "Category of the standard",
    Facet.DEVELOPMENT_STATUS: "concept, development, beta, stable, obsolete",
    Facet.SOFTWARE_TYPE: "standalone/web, library, …",
    Facet.LICENSE: "SPDX id of a licence that it is under",
    Facet.PLATFORM: "web, linux, …; in small letters",
    Facet.LANGUAGE: "Language of its user interface",
    Facet.PUBLISHER: "Name of the public body",
    Facet.LEVEL: "Level of government of the public body",
    Facet.COUNTRY: "Two letters: country that it is meant for",
    Facet.SCOPE: "Scope of the standard that it is meant for",
    Facet.MAINTENANCE: "internal, contract, community, none",
    Facet.FORGE: "Address of the forge that its repository lies on",
    Facet.SOURCE: "Name of a source that has it",
    Facet.ARCHIVED: "true or false: whether its repository is archived",
    Facet.FORK_KIND: "Kind of fork; none",
    Facet.ACTIVITY: "archived, active, slow, stale, unknown",
    Facet.LAST_ACTIVITY: "30d, 90d, 365d, older, unknown",
    Facet.USED_BY: "Who uses it",
    Facet.OZG: "Id of a service of the Onlinezugangsgesetz",
    Facet.LEIKA: "Id of a service of the Leistungskatalog",
    Facet.VALIDITY: "Verdict on its newest file: valid, invalid, absent, unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search, apart from what every list of software can be asked for."""

    text: str
    sort: Sort | None
    facets: frozenset[Facet]
    values: Mapping[Facet, frozenset[str]]
    active_since: Time | None


class _Chosen:
    """Reads the filters: for each facet a parameter of its name, which may be repeated."""

    __signature__ = inspect.Signature(
        [
            inspect.Parameter(
                facet.value,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[
                    list[str] | None, Query(description=f"{says}; repeated: any of them")
                ],
            )
            for facet, says in _SAYS.items()
        ]
    )

    async def __call__(self, **values: list[str] | None) -> Mapping[Facet, frozenset[str]]:
        """Give the values that are asked for."""
        return {Facet(name): frozenset(its) for name, its in values.items() if its}


async def _search(
    chosen: Annotated[Mapping[Facet, frozenset[str]], Depends(_Chosen())],
    q: Annotated[
        str | None,
        Query(max_length=_LONGEST_TEXT, description="Words that must all be found; see docs"),
    ] = None,
    sort: Annotated[
        Sort | None, Query(description="By default relevance with q, else name")
    ] = None,
    facets: Annotated[
        str | None,
        Query(description="Facets whose values are counted: names with commas between, or all"),
    ] = None,
    active_since: Annotated[
        Time | None, Query(description="Only what was active at or after this")
    ] = None,
) -> Search | None:
    """Turn query parameters into a search; None where there is none of them."""
    if not chosen and all(it is None for it in (q, sort, facets, active_since)):
        return None
    return Search(
        text=q or "",
        sort=sort,
        facets=_facets(facets or ""),
        values=chosen,
        active_since=active_since,
    )


Searching = Annotated[Search | None, Depends(_search)]


def _facets(text: str) -> frozenset[Facet]:
    names = {name.strip() for name in text.split(",")} - {""}
    if names == {"all"}:
        return frozenset(Facet)
    unknown = names - set(Facet)
    if unknown:
        raise wrong(
            "facets", "oneof", min(unknown), f"facets are all, or of {', '.join(sorted(Facet))}"
        )
    return frozenset(Facet(name) for name in names)


def searched(
    request: Request,
    context: Context,
    search: Search,
    *,
    listed: SoftwareQuestion,
    page: PageQuery,
    form: Form,
) -> Response:
    """Answer a search.

    Raises:
        Refusal: it is asked for what a search cannot do.
    """
    if page.before is not None:
        raise wrong(BEFORE, "excluded", page.before, "a search goes forward only")
    for name, value in (
        ("url", listed.url_key),
        ("from", listed.created_from),
        ("to", listed.created_to),
    ):
        if value is not None:
            raise wrong(name, "excluded", str(value), f"{name} cannot be combined with a search")
    question = Question(
        text=search.text,
        filters=Filters(
            values=search.values,
            states=listed.states,
            updated_since=listed.updated_from,
            active_since=search.active_since,
        ),
        sort=search.sort,
        limit=page.length(context),
        facets=search.facets,
        documents=False,
    )
    sort = order_of(question)
    mark = context.feed.mark()
    found = ask(context.feed, _from(question, sort, page.after), context.now())
    follows = None if found.next is None else link(request, AFTER, encode(sort, found.next))
    links = {"prev": None, "next": follows}
    ids = [it.id for it in found.entries]
    more = {"links": links} | _more(found, search)

    def made_page(headers: dict[str, str]) -> bytes | Iterator[bytes]:
        headers.update(headers_of(request, links, found.total))
        pieces = written(shaped(context, ids, form, listed.states), more)
        return b"".join(pieces) if question.limit <= AT_ONCE else pieces

    said = (ids, found.total, more)
    return answered_by_finds(request, context, mark, said, made_page)


def _from(question: Question, sort: Sort, after: str | None) -> Question:
    if not after:
        return question
    try:
        position = decode(sort, after)
    except BadCursorError as error:
        raise wrong(AFTER, "cursor", after, str(error)) from None
    return replace(question, after=position)


def _more(found: Found, search: Search) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if search.facets:
        told["facets"] = {
            facet.value: [{"value": it.value, "count": it.entries} for it in counts]
            for facet, counts in found.counts.items()
        }
    if found.corrected:
        told["corrected"] = {word: list(others) for word, others in found.corrected.items()}
    return told


def related_to(context: Context, software_id: str, form: Form) -> dict[str, Any]:
    """Give the entries that are related to one, by kind."""
    found = context.feed.related(software_id, _RELATED)
    named = {
        kind: "samePublisher" if kind is Relation.SAME_PUBLISHER else kind.value
        for kind in Relation
    }
    return {
        name: list(shaped(context, [it.id for it in found[kind]], form))
        for kind, name in named.items()
    }
