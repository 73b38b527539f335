# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What settings must agree on among themselves. Pure; each rule yields problems."""

from collections.abc import Collection, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from harvester.settings.errors import Problem
from harvester.settings.model import Settings, Source
from harvester.settings.values import is_file

MANUAL_SOURCE = "manual"
"""The source under which addresses are kept that no configured source has."""
_SCOPES = ("scope", "owners", "repositories", "publishers")
_TOKENS = ("token_env", "token_file", "token_envs", "token_files")


def problems(settings: Settings, directories: Collection[str] = ()) -> Iterator[Problem]:
    """Yield everything that does not fit together.

    Args:
        settings: typed already.
        directories: kinds of sources that say themselves what is harvested.
    """
    first: dict[str, int] = {}
    for index, source in enumerate(settings.sources):
        if source.name in first:
            yield Problem(
                ("sources", index, "name"),
                f"sources[{first[source.name]}] has this name already; give each source its own",
            )
        first.setdefault(source.name, index)
        yield from _source_problems(index, source, names_leads=source.kind in directories)
    if settings.database_password_env and settings.database_password_file:
        yield Problem(("database_password_file",), "take this or database_password_env, not both")
    if settings.notify.secret_env and settings.notify.secret_file:
        yield Problem(("notify", "secret_file"), "take this or secret_env, not both")


def _source_problems(index: int, source: Source, *, names_leads: bool) -> Iterator[Problem]:
    at = ("sources", index)
    if source.name == MANUAL_SOURCE:
        yield Problem(
            (*at, "name"), f'"{MANUAL_SOURCE}" is kept for addresses given to crawl; take another'
        )
    if names_leads:
        yield from _list_problems(index, source)
    else:
        yield from _scope_problems(index, source)
    if source.every is not None and source.cron is not None:
        yield Problem((*at, "cron"), "a source goes by every or by cron; remove one of them")
    if source.token_env is not None and source.token_file is not None:
        yield Problem(
            (*at, "token_file"),
            "take this or token_env, not both; more tokens stand in token_envs and token_files",
        )
    if source.webhook_secret_env is not None and source.webhook_secret_file is not None:
        yield Problem((*at, "webhook_secret_file"), "take this or webhook_secret_env, not both")
    has_token = any(getattr(source, key) is not None for key in _TOKENS)
    if source.token_required and not has_token:
        yield Problem(
            (*at, "token_required"), "needs token_env or token_file that says where the token is"
        )
    if has_token:
        for key in _token_addresses(source):
            if not _keeps_secrets(getattr(source, key)):
                yield Problem(
                    (*at, key),
                    "a token over plain http is refused, since anyone on the way can read it; "
                    "write https:// or remove the token",
                )


def _scope_problems(index: int, source: Source) -> Iterator[Problem]:
    if is_file(source.url):
        yield Problem(
            ("sources", index, "url"), "a forge has a web address; only a list can be a file"
        )
    given = [key for key in _SCOPES if getattr(source, key) is not None]
    if given == ["scope", "publishers"]:
        return  # the list gives names and levels only
    if not given:
        yield Problem(
            ("sources", index),
            'says nothing of what to harvest; add one of scope = "instance", owners, '
            "repositories, publishers",
        )
    for key in given[1:]:
        yield Problem(
            ("sources", index, key), f"stands beside {given[0]}; a source has exactly one scope"
        )


def _list_problems(index: int, source: Source) -> Iterator[Problem]:
    for key in _SCOPES:
        if getattr(source, key) is not None:
            yield Problem(
                ("sources", index, key),
                f"a source of kind {source.kind} says itself what is harvested; remove it, or "
                "choose with include and exclude",
            )


def _token_addresses(source: Source) -> list[str]:
    """Name the keys of the addresses that a token would be sent to."""
    given = [key for key in ("api_url", "graphql_url") if getattr(source, key) is not None]
    return given if len(given) == 2 else [*given, "url"]  # noqa: PLR2004 - else url derives one


def _keeps_secrets(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
