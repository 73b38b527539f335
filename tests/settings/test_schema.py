# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The JSON Schema of the settings. ``python -m tests.settings.test_schema`` writes it anew."""

import json
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harvester.cli.installed import CONNECTORS, DIRECTORIES
from harvester.packaged import config_folder
from harvester.settings.schema import settings_schema
from tests.settings.test_refusals import OPTIONS, SOURCE

ROOT = Path(__file__).resolve().parents[2]
FILE = config_folder() / "settings.schema.json"
SPDX = "SPDX-FileCopyrightText: 2026 The harvester authors; SPDX-License-Identifier: EUPL-1.2"


def text() -> str:
    """Give the schema of the connectors that come with harvester."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = [
        EntryPoint(kind, value, group).load()
        for group in (CONNECTORS, DIRECTORIES)
        for kind, value in project["entry-points"][group].items()
    ]
    options = {connector.kind: connector.Options for connector in own}
    return json.dumps({"$comment": SPDX, **settings_schema(options)}, indent=2) + "\n"


def errors(schema: dict[str, Any], toml: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema)
    return [error.message for error in validator.iter_errors(tomllib.loads(toml))]


def test_the_schema_in_the_repository_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "python -m tests.settings.test_schema"


def test_the_packaged_settings_fulfil_it() -> None:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    assert errors(schema, (config_folder() / "harvester.toml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "wrong",
    ["x = 1", "[http]\ntimeout = 'x'", "[keep]\ngate = 2", "[keep]\ngone_after = '3 days'"],
)
def test_it_refuses_what_harvester_refuses(wrong: str) -> None:
    assert errors(settings_schema(OPTIONS), wrong)


def test_it_knows_the_connectors_keys() -> None:
    schema = settings_schema(OPTIONS)
    properties = schema["$defs"]["Source"]["properties"]
    assert properties["kind"]["enum"] == ["github", "gitlab"]
    assert properties["app_id"]["description"] == "Only for kind github."
    assert "options" not in properties
    assert errors(schema, SOURCE + "app_id = 3") == []
    assert errors(schema, SOURCE + "app_idd = 3")


if __name__ == "__main__":
    Path(FILE).write_text(text(), encoding="utf-8")
