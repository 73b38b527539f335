# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The kinds of values that settings have, each with its check. Pure."""

import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WithJsonSchema

from harvester.rates import Rate
from harvester.schedule import CronError, cron_trigger
from harvester.urls import BadUrlError, canonical_url, repository_url

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6})([smhdw])")
_RATE = re.compile(r"([0-9]{1,9})/(.*)")
FILE = "file://"
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def parse_duration(value: Any) -> timedelta:
    """Read ``90s``, ``15m``, ``6h``, ``3d``, ``2w``.

    Raises:
        ValueError: it is none of these, or nothing at all long.
    """
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError(
            f"{value!r} is no duration; write a number and a unit, "
            'such as "90s", "15m", "6h", "3d" or "2w"'
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def parse_rate(value: Any) -> Rate | Literal["off"]:
    """Read ``600/1m``: so many in so long; or ``off``.

    Raises:
        ValueError: it is none of these.
    """
    if value == "off":
        return "off"
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError(
            f'{value!r} is no rate; write how many in how long, such as "600/1m", or "off"'
        )
    return Rate(requests=int(found[1]), period=parse_duration(found[2]))


def format_duration(value: timedelta) -> str:
    """Write a duration as :func:`parse_duration` reads it, in the largest unit that is exact."""
    seconds = int(value.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _cron(text: str) -> str:
    try:
        cron_trigger(text)
    except CronError as error:
        raise ValueError(str(error)) from None
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(
            f"{name!r} is no time zone; write one of the IANA names, such as Europe/Berlin or UTC"
        ) from None
    return name


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) < 1 << 16):
        raise ValueError(
            f"{text!r} is no address to listen at; write HOST:PORT, such as 127.0.0.1:9464"
        )
    return text


def _web_address(text: str) -> str:
    if "@" in urlsplit(text).netloc:
        raise ValueError("an address with a user or password in it is refused; use token_file")
    return canonical_url(text)


def _source_address(text: str) -> str:
    return text if is_file(text) else _web_address(text)


def is_file(address: str) -> bool:
    """Say whether a source's address is that of a file on this machine."""
    return address.startswith(FILE)


def _variable(name: str) -> str:
    # A token that somebody wrote here by mistake is refused, and must not be repeated.
    if not _VARIABLE.fullmatch(name):
        raise ValueError(
            "expects the name of an environment variable in capitals, such as "
            '"GITHUB_TOKEN"; never the secret itself'
        )
    return name


def _forge_path(path: str) -> str:
    stripped = path.strip("/ ")
    if not stripped or "://" in stripped:
        raise ValueError(
            f'{path!r} is no path on the forge; write it without the host, such as "group/subgroup"'
        )
    return stripped


def _glob(pattern: str) -> str:
    if not pattern or pattern.startswith("/") or "://" in pattern:
        raise ValueError(
            f'{pattern!r} is no pattern of repository paths; write "group/*" or "*/sandbox/*"'
        )
    return pattern


def _blocked(address: str) -> str:
    if not address.casefold().startswith(("https://", "http://")):
        raise ValueError(
            f"{address!r} is no address; write it with https://, whole or as a pattern such as "
            '"https://*.example.org/sandbox/*"'
        )
    if "*" in address:
        return address
    try:
        return repository_url(address)
    except BadUrlError:
        return canonical_url(address)


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("publishers are told the reason; write one")
    return text.strip()


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("write one line of text")
    return text.strip()


def _topic(topic: str) -> str:
    if not topic.strip():
        raise ValueError("an empty topic is none; write the word, or an empty list")
    return topic.strip()


_SCHEMES = ("http", "https")


def _origin(origin: str) -> str:
    parts = urlsplit(origin)
    is_origin = parts.scheme in _SCHEMES and parts.netloc and not parts.path and "@" not in origin
    if origin != "*" and not (is_origin and origin == f"{parts.scheme}://{parts.netloc}"):
        raise ValueError(
            f'{origin!r} is no origin of web pages; write "https://HOST", or "*" for all'
        )
    return origin


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError(
            f"{text!r} is no network; write addresses with a mask, such as "
            '"10.0.0.0/8" or "fd00::/8"'
        ) from None


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}[smhdw]$", "examples": ["3d", "6h"]}),
]
RateLimit = Annotated[
    Rate | Literal["off"],
    BeforeValidator(parse_rate),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(off|0*[1-9][0-9]{0,8}/[0-9]{1,6}[smhdw])$",
            "examples": ["600/1m", "off"],
        }
    ),
]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], Strict(False)]
"""Networks of addresses, as CIDR writes them."""
Share = Annotated[float, Field(ge=0, le=1)]
"""Of a whole: 0 is nothing, 1 is all."""
Cron = Annotated[str, AfterValidator(_cron)]
Zone = Annotated[str, AfterValidator(_zone)]
"""An IANA time zone."""
Listen = Annotated[str, AfterValidator(_listen)]
"""Host and port."""
WebAddress = Annotated[str, AfterValidator(_web_address)]
"""Canonical."""
SourceAddress = Annotated[str, AfterValidator(_source_address)]
"""Canonical, or the ``file://`` address of a file."""
Variable = Annotated[
    str,
    AfterValidator(_variable),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z_][A-Z0-9_]*$"}),
]
ForgePaths = Annotated[
    tuple[Annotated[str, AfterValidator(_forge_path)], ...], Strict(False), Field(min_length=1)
]
Globs = Annotated[tuple[Annotated[str, AfterValidator(_glob)], ...], Strict(False)]
BlockedAddress = Annotated[str, AfterValidator(_blocked)]
"""A canonical address, or a pattern of such."""
Reason = Annotated[str, AfterValidator(_reason)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], Strict(False)]
Line = Annotated[str, AfterValidator(_line)]
"""A text that is not empty, without line breaks and control characters."""
Topics = Annotated[tuple[Annotated[str, AfterValidator(_topic)], ...], Strict(False)]
