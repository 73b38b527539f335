# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Archived crawls are fixtures: what was found then is found again, with no forge at hand.

Where a connector has come to ask for something else, ``python -m tests.replays.record`` makes them
anew.
"""

import json
from pathlib import Path

from tests.replays.record import FOLDER
from tests.staging import Stage


def test_a_forge_that_fails_now_and_then(tmp_path: Path) -> None:
    archive = FOLDER / "shaky_forge"
    stage = Stage(tmp_path, [])
    stage.configuration.write_text((archive / "harvester.toml").read_text())
    done = stage.run("crawl", "--replay", str(archive), "--json")
    (source,) = json.loads(done.stdout)["sources"]
    assert source["complete"], f"{source['error']}; python -m tests.replays.record makes it anew"
    assert source["retries"] == 2
    assert source["items"]["added"] == 3
    assert {entry["name"] for entry in stage.entries()} == {"fahrplan", "friedhof"}
    began = json.loads((archive / "archive.json").read_text())["began_at"]
    assert {entry["first_seen_at"][:10] for entry in stage.entries()} == {began[:10]}
