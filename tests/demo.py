# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``make demo``: crawls the stand-in forges through the real connectors, and shows what came of it.

Offline: an OpenCoDE and a GitHub on loopback, with some sixty made-up projects.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.forges.github.forge import GitHubForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample import ORGANISATIONS, github, github_world, opencode, opencode_world
from tests.forges.world import insider
from tests.staging import COMMAND, Stage, github_source, gitlab_source

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".demo"
TOKEN = "demo-token"


def main() -> int:
    """Show the main job from end to end."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    gitlab = GitLabForge(opencode_world(), public_url=opencode.URL)
    hub = GitHubForge(github_world(), public_url=github.URL)
    hub.tokens[TOKEN] = insider()
    with gitlab, hub:
        stage = Stage(
            FOLDER,
            [
                gitlab_source(gitlab),
                github_source(hub, owners=sorted(ORGANISATIONS), token_env="GITHUB_TOKEN"),
            ],
            environment={"GITHUB_TOKEN": TOKEN},
        )
        _say(f"Two forges play {opencode.URL} ({gitlab.url}) and {github.URL} ({hub.url}).")
        _show(stage, "The first crawl reads everything", "crawl")
        _show(stage, "What became of it", "status")
        _say(_not_listed(stage))
        url = _invalid(stage)
        _show(stage, "What a publisher sees", "status", url, "--lang", "de")
        _show(stage, "The same crawl again: nothing new, next to nothing asked", "crawl")
    _say(
        f"The catalogue lies at {FOLDER / 'harvester.db'}. Look around, for example:\n"
        f"  .venv/bin/harvester --config {_short(stage.configuration)} export jsonl\n"
        f"  .venv/bin/harvester --config {_short(stage.configuration)} status {url}\n"
        "  .venv/bin/harvester check publiccode.yml"
    )
    return 0


def _not_listed(stage: Stage) -> str:
    """Say of every file that front-ends do not list why that is, with its errors."""
    lines = ["── Files that are not listed, and why (harvester status --files tells of all)"]
    entries = {entry["id"]: entry for entry in stage.entries()}
    for file in stage.json("status", "--files")["files"]:
        if file["outcome"] == "listed":
            continue
        lines.append(f"{file['repository']}: {file['outcome']}, {file['reason']}")
        if file["outcome"] == "other-place":
            lines.append(f"    its url is {file['declared_url']}")
            continue
        lines += [
            f"    {file['path']}:{finding['line']}: {finding['message']}"
            for finding in entries[file["software"]]["findings"]
            if finding["severity"] == "error"
        ]
    return "\n".join(lines)


def _invalid(stage: Stage) -> str:
    """Find an entry that front-ends do not list."""
    return next(
        str(entry["url"])
        for entry in stage.entries()
        if entry["state"] == "invalid" and entry["name"] and entry["repository"]
    )


def _show(stage: Stage, title: str, *arguments: str) -> None:
    print(f"\n── {title}\n$ harvester {' '.join(arguments)}", flush=True)  # noqa: T201 - its job
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=stage.folder, env=stage.surroundings(), check=False
    )
    if done.returncode != 0:
        sys.exit(done.returncode)


def _say(text: str) -> None:
    print(f"\n{text}", flush=True)  # noqa: T201 - its job


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
