# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""compose.yaml says to harvester what harvester understands."""

from pathlib import Path

import pytest
import yaml

from harvester.packaged import config_folder
from harvester.settings import load
from harvester.settings.model import environment_keys
from tests.settings.test_loading import PACKAGED

ROOT = Path(__file__).resolve().parents[2]


def test_the_database_is_reached_with_the_password_of_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    service = composed["services"]["harvester"]
    environment = dict(service["environment"])
    own = {name: value for name, value in environment.items() if name.startswith("HARVESTER_")}
    assert own.keys() <= environment_keys().keys()
    (secret,) = service["secrets"]
    assert own["HARVESTER_DATABASE_PASSWORD_FILE"] == f"/run/secrets/{secret}"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert composed["secrets"][secret]["file"].removeprefix("./") in ignored

    password = tmp_path / secret
    password.write_text("not/so:plain\n", encoding="utf-8")
    monkeypatch.setenv("HARVESTER_DATABASE_URL", own["HARVESTER_DATABASE_URL"])
    monkeypatch.setenv("HARVESTER_DATABASE_PASSWORD_FILE", str(password))
    set_here = {"HARVESTER_DATABASE_URL": "", "HARVESTER_DATABASE_PASSWORD_FILE": ""}
    url = load(None, set_here, PACKAGED).database_url()
    assert url == "postgresql://harvester:not%2Fso%3Aplain@database/harvester"


def test_tokens_have_the_names_of_the_packaged_settings() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    named = load(config_folder() / "harvester.toml", {}, PACKAGED).settings.sources
    tokens = {source.token_env for source in named}
    assert tokens <= composed["services"]["harvester"]["environment"].keys()
