# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A stage: a configuration that reaches stand-in forges, and the command as a user runs it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.forges.gitea.forge import GiteaForge
from tests.forges.github.forge import GitHubForge
from tests.forges.github.raw import RawForge
from tests.forges.gitlab.forge import GitLabForge

COMMAND = [sys.executable, "-c", "import sys; from harvester.cli import main; sys.exit(main())"]


def gitlab_source(forge: GitLabForge, **settings: Any) -> dict[str, Any]:
    """Configure a source whose forge plays gitlab.opencode.de."""
    return {
        "name": "opencode",
        "kind": "opencode",
        "url": "https://gitlab.opencode.de",
        "api_url": f"{forge.url}/api/v4",
        "graphql_url": f"{forge.url}/api/graphql",
        "raw_url": forge.url,
        "scope": "instance",
        **settings,
    }


def github_source(
    forge: GitHubForge, raw: RawForge | None = None, **settings: Any
) -> dict[str, Any]:
    """Configure a source whose forge plays github.com."""
    return {
        "name": "github",
        "kind": "github",
        "url": "https://github.com",
        "api_url": forge.url,
        "graphql_url": f"{forge.url}/graphql",
        "raw_url": raw.url if raw else "http://127.0.0.1:9",
        **settings,
    }


def gitea_source(forge: GiteaForge, **settings: Any) -> dict[str, Any]:
    """Configure a source whose forge plays codeberg.org."""
    return {
        "name": "codeberg",
        "kind": "gitea",
        "url": "https://codeberg.org",
        "api_url": f"{forge.url}/api/v1",
        "scope": "instance",
        **settings,
    }


@dataclass
class Stage:
    """A folder with a configuration and, if it is SQLite, the catalogue."""

    folder: Path
    sources: list[dict[str, Any]]
    database_url: str | None = None
    """In the environment, because an address with a password does not stand in a file."""
    environment: dict[str, str] = field(default_factory=dict)
    daemon: dict[str, Any] = field(default_factory=dict)
    """The ``[daemon]`` table."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configure()

    def configure(self) -> None:
        """Write the settings, anew where they changed."""
        self.configuration.write_text(self._toml(), encoding="utf-8")

    @property
    def configuration(self) -> Path:
        return self.folder / "harvester.toml"

    def run(
        self, *arguments: str, command: list[str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [*(command or COMMAND), *arguments],
            cwd=self.folder,
            env=self.surroundings(),
            text=True,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str, command: list[str] | None = None) -> subprocess.Popen[str]:
        """Start the command and let it run."""
        return subprocess.Popen(
            [*(command or COMMAND), *arguments],
            cwd=self.folder,
            env=self.surroundings(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def good(self, *arguments: str) -> str:
        """Run the command, which must succeed, and give what it printed."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stderr}\n{done.stdout}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Run a command, which must succeed, and read its JSON."""
        return json.loads(self.good(*arguments, "--json"))

    def crawl(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Crawl, and give the summary of each source by name, whatever the exit code."""
        done = self.run("crawl", *arguments, "--json")
        assert done.returncode in (0, 1), f"{done.returncode}\n{done.stderr}"
        return {source["name"]: source for source in json.loads(done.stdout)["sources"]}

    def entries(self, *arguments: str) -> list[dict[str, Any]]:
        """Export entries of every state."""
        text = self.good("export", "jsonl", "--state", "all", *arguments)
        return [json.loads(line) for line in text.splitlines()]

    def surroundings(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HARVESTER_", "GITHUB_"))}
        root = str(Path(__file__).resolve().parents[1])
        named = {"HARVESTER_DATABASE_URL": self.database_url} if self.database_url else {}
        return {**kept, "PYTHONPATH": root, "NO_PROXY": "127.0.0.1", **named, **self.environment}

    def _toml(self) -> str:
        lines = ['database_url = "sqlite:///harvester.db"', "[http]"]
        lines.append('contact = "https://example.org/harvester"')
        lines.append("[daemon]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in self.daemon.items()]
        for source in self.sources:
            lines.append("[[sources]]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in source.items()]
        return "\n".join(lines) + "\n"
