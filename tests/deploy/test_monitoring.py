# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Alerts, dashboard and documents name the figures that the daemon tells, and only those."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from harvester.daemon.metrics import Metrics

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "prometheus" / "harvester.rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "harvester.json"
CASES = Path(__file__).with_name("harvester.rules.test.yml")
_NAME = re.compile(r"\bharvester_[a-z_]+\b")
_SUFFIXES = {"counter": "_total", "info": "_info", "gauge": ""}


def told() -> dict[str, set[str]]:
    """Give each name that Prometheus is told, with its labels."""
    metrics = Metrics()
    labels = {
        metric._name: set(metric._labelnames)
        for metric in vars(metrics).values()
        if hasattr(metric, "_labelnames")
    }
    return {
        family.name + _SUFFIXES[family.type]: labels.get(family.name, {"version"})
        for family in metrics.registry.collect()
    }


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


def test_the_table_names_what_is_told_and_its_labels() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line.startswith("| `harvester_"):
            names, labels, _ = (cell.strip() for cell in line.strip("|").split("|"))
            for name in _NAME.findall(names):
                table[name] = set(filter(None, labels.split(", ")))
    assert table == told()


def test_alerts_name_what_is_told() -> None:
    named = {name for rule in rules() for name in _NAME.findall(rule["expr"])}
    assert named <= told().keys()
    described = yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"]
    fired = {
        case["alertname"]
        for test in described
        for case in test["alert_rule_test"]
        if case["exp_alerts"]
    }
    assert fired == {rule["alert"] for rule in rules()}, "each has a case in which it fires"


def test_the_dashboard_shows_everything_that_is_told() -> None:
    expressions = [target["expr"] for panel in panels() for target in panel["targets"]]
    assert {name for one in expressions for name in _NAME.findall(one)} == told().keys()
    legends = {
        label
        for panel in panels()
        for target in panel["targets"]
        for label in re.findall(r"{{(\w+)}}", target["legendFormat"])
    }
    assert legends <= set().union(*told().values())
    ids = [panel["id"] for panel in panels()]
    assert len(set(ids)) == len(ids)


@pytest.mark.integration
def test_prometheus_takes_the_rules_and_they_fire_when_they_should() -> None:
    promtool = shutil.which("promtool")
    assert promtool, "tests/integration/prepare installs it"
    for command in (["check", "rules", str(RULES)], ["test", "rules", str(CASES)]):
        done = subprocess.run([promtool, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.integration
def test_prometheus_finds_nothing_to_blame_in_the_figures() -> None:
    promtool = shutil.which("promtool")
    assert promtool
    metrics = Metrics()
    metrics.catalogue(7, {})
    done = subprocess.run(
        [promtool, "check", "metrics"], input=metrics.text(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
