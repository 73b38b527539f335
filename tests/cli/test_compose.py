# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from harvester.cli import compose, planning
from harvester.cli.invocation import Invocation
from harvester.ports.listing import Scope, ScopeKind
from tests.cli.conftest import SETTINGS, Shell
from tests.settings.test_loading import LIST


def test_every_crawl_names_publishers_alike(shell: Shell) -> None:
    """Also crawls of sources without a list, and of addresses that no source is configured for."""
    row = LIST.format(name="Stadt A", url="https://forge.example/city")
    (shell.folder / "list.toml").write_text(row, encoding="utf-8")
    other = SETTINGS.partition("\n\n")[2].replace('"forge"', '"other"')
    shell.settings(SETTINGS + other + 'publishers = "list.toml"\n')
    configuration = compose.configuration(Invocation())
    plans = [planning.plan_of(configuration, source) for source in configuration.sources([])]
    manual = Scope(ScopeKind.ADDRESSES, ("city/one",))
    url = "https://forge.example"
    plans.append(planning.manual_plan(configuration, kind="standin", url=url, scope=manual))
    named = [plan.publishers.of("https://forge.example/city/one") for plan in plans]
    assert [publisher and publisher.name for publisher in named] == ["Stadt A"] * 3
