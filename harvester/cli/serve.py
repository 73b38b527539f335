# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester serve``: the API alone."""

import asyncio
from dataclasses import replace

from harvester.cli.exits import ExitCode
from harvester.cli.invocation import Invocation, LogFormat, LogLevel


def serve(invocation: Invocation) -> int:
    """Answer front-ends over HTTP until SIGTERM.

    Crawls nothing; any number of these may run beside a daemon. One of them all delivers webhooks.
    """
    replace(
        invocation,
        log_level=invocation.log_level or (LogLevel.WARNING if invocation.quiet else LogLevel.INFO),
        log_format=invocation.log_format or LogFormat.TEXT,
    ).prepare()
    return asyncio.run(_serve(invocation))


async def _serve(invocation: Invocation) -> ExitCode:
    import structlog

    from harvester.cli import catalogues, compose
    from harvester.cli.adapters import SystemClock
    from harvester.cli.delivering import delivering
    from harvester.cli.signals import StopSignals
    from harvester.daemon.letterbox import Letterbox
    from harvester.daemon.views import front, served

    log: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.api")
    configuration = compose.configuration(invocation)
    api = configuration.settings.api
    with catalogues.front_end(configuration) as shown, StopSignals() as signals:
        desk = Letterbox(configuration, shown.wishes, SystemClock())
        site = front(shown.app, desk, unready=shown.trouble)
        async with (
            served(site, api.listen, table="api", trusted_proxies=api.trusted_proxies) as url,
            delivering(lambda: configuration),
        ):
            log.info("serving began", catalogue=shown.feed.name, listening=url)
            await signals.stop.wait()
    log.info("serving ended")
    return signals.code or ExitCode.OK
