# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The options that every command has, before its name or after it."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from harvester.cli import console
from harvester.cli.exits import reader_gone


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How it is logged."""

    TEXT = "text"
    JSON = "json"


ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file.", show_default=False),
]
LogLevelOption = Annotated[
    LogLevel | None, typer.Option("--log-level", help="Least level that is logged to stderr.")
]
LogFormatOption = Annotated[LogFormat | None, typer.Option("--log-format", help="Form of the log.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Say only what went wrong.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What a command was called with, apart from its own arguments."""

    config: Path | None = None
    log_level: LogLevel | None = None
    log_format: LogFormat | None = None
    quiet: bool = False

    def also(self, after: "Invocation") -> "Invocation":
        """Add what stood after the command; it wins."""
        return replace(
            self,
            config=after.config or self.config,
            log_level=after.log_level or self.log_level,
            log_format=after.log_format or self.log_format,
            quiet=after.quiet or self.quiet,
        )

    def prepare(self) -> None:
        """Set up messages and logs."""
        console.configure(quiet=self.quiet, debug=self.log_level is LogLevel.DEBUG)
        if self.log_level is not None or self.log_format is not None:
            from harvester.cli import logs

            logs.configure(self.log_level or LogLevel.INFO, self.log_format or LogFormat.TEXT)


_OPTIONS: dict[str, tuple[object, object]] = {
    "config": (ConfigOption, None),
    "log_level": (LogLevelOption, None),
    "log_format": (LogFormatOption, None),
    "quiet": (QuietOption, False),
}


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Register a function as a command with the common options.

    The function takes an :class:`Invocation` as its first argument and gives the exit code; Typer
    sees the common options in its place.
    """

    def register(function: Callable[..., int]) -> Callable[..., int]:
        signature = inspect.signature(function, eval_str=True)
        own = list(signature.parameters.values())[1:]

        @functools.wraps(function)
        def called(ctx: typer.Context, **values: Any) -> int:
            after = Invocation(**{key: values.pop(key) for key in _OPTIONS})
            before = ctx.find_root().obj
            invocation = before.also(after) if isinstance(before, Invocation) else after
            invocation.prepare()
            try:
                return function(invocation, **values)
            except BrokenPipeError:  # Typer would take it for a failure
                return reader_gone()

        context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        common = [
            inspect.Parameter(
                key, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
            )
            for key, (annotation, default) in _OPTIONS.items()
        ]
        parameters = [context, *(p.replace(kind=p.KEYWORD_ONLY) for p in own), *common]
        called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        called.__annotations__ = {p.name: p.annotation for p in parameters}
        app.command(name)(called)
        return function

    return register
