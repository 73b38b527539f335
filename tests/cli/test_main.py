# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harvester import __version__
from harvester.cli import export
from harvester.cli.exits import ExitCode, UsageError, code_of
from harvester.model import State
from harvester.ports import errors
from harvester.settings import SettingsError
from tests.cli.conftest import ROOT, SETTINGS, Shell

HEAVY = {
    "sqlalchemy",
    "fastapi",
    "httpx",
    "gitlab",
    "github",
    "pydantic",
    "alembic",
    "rich.markdown",
}
MOST_MODULES = 350
COUNT = """
import json, sys
sys.argv[0] = "harvester"
from harvester.cli import main
code = main()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def test_help_imports_little() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", COUNT, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(ran.stderr)
    assert code == 0
    assert not HEAVY & set(modules)
    assert len(modules) < MOST_MODULES
    assert "harvester.crawl" not in modules
    for name in ("crawl", "plan", "check", "sources", "status", "export", "database"):
        assert f"\n  {name} " in ran.stdout


def test_a_command_loads_the_kinds_of_its_sources_only(tmp_path: Path) -> None:
    settings = tmp_path / "harvester.toml"
    settings.write_text(
        '[[sources]]\nname = "here"\nkind = "gitea"\nurl = "https://here.example"\n'
        'scope = "instance"\n'
    )
    ran = subprocess.run(
        [sys.executable, "-c", COUNT, "sources", "--config", str(settings)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(ran.stderr.splitlines()[-1])
    assert code == 0, ran.stderr
    kinds = {name for name in modules if re.fullmatch(r"connectors\.[a-z]+\.connector", name)}
    assert kinds == {"connectors.gitea.connector"}
    assert not {"github", "gitlab", "mwparserfromhell", "dulwich"} & set(modules)


def test_version(shell: Shell) -> None:
    assert shell("--version").out == f"harvester {__version__}\n"


def test_wrong_use(shell: Shell) -> None:
    for arguments, said in (
        ((), "Missing command"),
        (("crawll",), "No such command 'crawll'. Did you mean 'crawl'?"),
        (("crawl", "--ful"), "No such option: --ful"),
        (("crawl", "--format", "xml"), "'xml'"),
        (("database",), "Missing command"),
        (("check",), "Missing argument"),
    ):
        ran = shell(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
        assert ran.err.startswith("harvester: ")


@pytest.mark.parametrize("before", [True, False])
def test_common_options_stand_before_or_after_the_command(shell: Shell, before: bool) -> None:
    shell.settings(SETTINGS.replace('"forge"', '"other"'), "other.toml")
    options = ["--config", "other.toml", "--quiet"]
    arguments = [*options, "plan", "--json"] if before else ["plan", "--json", *options]
    ran = shell(*arguments)
    assert ran.json["sources"][0]["name"] == "other"
    assert ran.err == ""


def test_common_options_of_a_command_in_a_group(shell: Shell) -> None:
    shell.settings('database_url = "sqlite:///other.db"', "other.toml")
    ran = shell("database", "current", "--json", "--config", "other.toml")
    assert ran.json["database"] == str(shell.folder / "other.db")
    ran = shell("--config", "other.toml", "database", "current", "--json")
    assert ran.json["database"] == str(shell.folder / "other.db")


def test_what_stands_after_the_command_wins(shell: Shell) -> None:
    shell.settings("", "empty.toml")
    assert shell("--config", "empty.toml", "plan", "--config", "harvester.toml").out != ""


def test_the_file_that_the_environment_names(shell: Shell) -> None:
    shell.settings("wrong = 1", "named.toml")
    shell.environ["HARVESTER_CONFIG"] = "named.toml"
    ran = shell("plan")
    assert ran.code == 2
    assert ran.err.startswith(f"harvester: {shell.folder}/named.toml:1: wrong: unknown key; ")


def test_the_packaged_settings_are_said(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "harvester.toml").unlink()
    packaged = shell.folder / "config"
    packaged.mkdir()
    shell.settings(SETTINGS, "config/harvester.toml")
    monkeypatch.setattr("harvester.settings.loading.config_folder", lambda: packaged)
    ran = shell("database", "current")
    assert f"no harvester.toml here: using the packaged settings, {packaged}/" in ran.err
    assert ran.out.startswith(f"{shell.folder}/harvester.db: no schema yet; ")


def test_every_reason_is_a_line(shell: Shell) -> None:
    shell.settings("wrong = 1\nalso = 2")
    lines = shell("plan").err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["harvester", "harvester"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("x"), 2),
        (UsageError("x"), 2),
        (errors.SchemaBehindError("x"), 3),
        (errors.SchemaAheadError("x"), 3),
        (errors.CatalogueError("x"), 3),
        (errors.UnreachableError("x"), 3),
        (errors.ServerError("x"), 1),
        (errors.SourceBusyError("x"), 1),
        (errors.LeaseLostError("x"), 1),
    ],
)
def test_codes_of_errors(error: errors.HarvesterError, code: int) -> None:
    assert code_of(error) == code


def test_codes_are_promises() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "UNUSABLE": 3,
        "DEFECT": 70,
        "INTERRUPTED": 130,
        "BROKEN_PIPE": 141,
        "TERMINATED": 143,
    }


def test_states_in_help_are_the_models() -> None:
    assert set(export.STATES) == set(State)


def test_a_reader_that_goes_away(shell: Shell) -> None:
    rows = [{"id": number, "path": f"city/p{number}"} for number in range(60)]
    shell.world(*rows)
    shell("crawl")
    with shell.start("export", "jsonl") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        process.wait(timeout=20)
    assert process.returncode == 141


def test_names_from_forges_do_not_steer_the_terminal(shell: Shell) -> None:
    shell.world(accident={"page": 0, "kind": "ServerError", "message": "a\x1b[31mb"})
    ran = shell("crawl")
    assert "\x1b" not in ran.out + ran.err
    assert "a�[31mb" in ran.out


def test_json_logs_have_a_run_and_no_secrets(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.settings(SETTINGS + 'token_env = "STANDIN_TOKEN"\n')
    monkeypatch.setenv("STANDIN_TOKEN", "hidden-token")
    shell.world({"id": 1, "path": "a/b"}, log="asked with hidden-token")
    ran = shell("crawl", "--quiet", "--log-level", "debug", "--log-format", "json")
    assert ran.code == 0
    records = [json.loads(line) for line in ran.err.splitlines()]
    assert len({record["run"] for record in records}) == 1
    (record,) = [record for record in records if record["logger"] == "standin"]
    assert record["event"] == "asked with ***"
    assert record["level"] == "info"
    assert "hidden-token" not in ran.err + ran.out


def test_text_logs(shell: Shell) -> None:
    shell.world({"id": 1, "path": "a/b"}, log="asked https://me:secret@forge.example")
    ran = shell("crawl", "--log-level", "info")
    assert "asked https://***@forge.example" in ran.err
    assert "run=" in ran.err
    shell.world({"id": 1, "path": "a/b"}, log="not told")
    assert "not told" not in shell("crawl", "--log-level", "error").err


def test_addresses_are_not_logged_by_libraries(shell: Shell) -> None:
    for level in ("debug", "info"):
        assert shell("database", "current", "--log-level", level).code == 0
        for name in ("httpx", "httpcore"):
            logger = logging.getLogger(name)
            assert logger.isEnabledFor(logging.WARNING)
            assert not logger.isEnabledFor(logging.INFO)
    shell("database", "current", "--log-level", "error")
    assert not logging.getLogger("httpx").isEnabledFor(logging.WARNING)


def test_module_runs(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "harvester", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"harvester {__version__}\n"
