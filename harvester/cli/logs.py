# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Logs to stderr: one line an event, a run id on each, and never a secret."""

import logging
import re
import secrets
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from harvester.cli.invocation import LogFormat, LogLevel

HIDDEN = "***"
_AUTHORITY = re.compile(r"(?<=://)[^/\s@]+@")
_CREDENTIAL = re.compile(
    r"\b(?:gh[pousr]_\w{8,}|github_pat_\w{8,}|glpat-[\w.-]{8,}"
    r"|harvester_[0-9a-f]{12}_[\w-]{8,}"
    r"|(?i:bearer|token|basic) [\w.+/=-]{8,})"
)
_TALKATIVE = ("httpx", "httpcore", "apscheduler", "uvicorn")
"""Libraries that name the address of each request, which may carry what is secret, or each of their
own steps."""
_secrets: set[str] = set()


def hide(secret: str | None) -> None:
    """Keep a secret out of every line that is logged from now on."""
    if secret:
        _secrets.add(secret)


def redacted(text: str) -> str:
    """Take known secrets, users in addresses, and what looks like a token out of a text."""
    for secret in _secrets:
        text = text.replace(secret, HIDDEN)
    return _CREDENTIAL.sub(HIDDEN, _AUTHORITY.sub(f"{HIDDEN}@", text))


def configure(level: LogLevel, form: LogFormat) -> None:
    """Send the logs of harvester and of its libraries to stderr."""
    run = secrets.token_hex(4)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _with_run(run),
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _with_run(run: str) -> structlog.typing.Processor:
    def add(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {"run": run, **event}

    return add


def _redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redacted(value)
        elif not isinstance(value, int | float | None) and not key.startswith("_"):
            event[key] = redacted(str(value))
    return event
