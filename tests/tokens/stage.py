# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is asked of two forges about the tokens that they saw."""

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, select

from storage.tables import metadata
from tests.forges.github import GitHubForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.server import Forge
from tests.staging import Stage

HUB = ("ghp_revoked0001", "ghp_second0002", "ghp_third0003")
LAB = ("glpat-lab-only-0004",)
START = datetime(2026, 11, 1, 12, tzinfo=UTC)


def requests_with(forge: Forge, *tokens: str) -> int:
    """Count the requests that show one of the tokens anywhere: headers, address, body."""
    shown = [
        f"{exchange.request.headers} {exchange.request.path}?{exchange.request.query} "
        f"{exchange.request.body!r}"
        for exchange in forge.log
    ]
    return sum(any(token in text for token in tokens) for text in shown)


@dataclass
class Two:
    """The forges, and the stage that reaches both."""

    github: GitHubForge
    gitlab: GitLabForge
    stage: Stage
    said: list[str] = field(default_factory=list)
    """All that any command wrote."""

    def run(
        self, *arguments: str, later: timedelta = timedelta(0)
    ) -> subprocess.CompletedProcess[str]:
        """Run a command at a time that stands still, telling all that it can."""
        time = (START + later).isoformat()
        clock = [sys.executable, "-m", "tests.kill.driver", time, "none", "0", "counts.json"]
        done = self.stage.run(
            *arguments, "--log-level", "debug", "--log-format", "json", command=clock
        )
        self.said += [done.stdout, done.stderr]
        return done

    def rows(self) -> str:
        """Give all that the database holds, as text."""
        url = self.stage.database_url or ""
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            held: list[Any] = [
                tuple(row)
                for table in metadata.sorted_tables
                for row in connection.execute(select(table))
            ]
        engine.dispose()
        return repr(held)
