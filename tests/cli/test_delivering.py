# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Webhooks beside whatever else a process does: whom it may post to, and what it tells of it."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from harvester.cli.delivering import admit, delivering
from harvester.daemon.metrics import Metrics
from harvester.ports.errors import RefusedAddressError, UnreachableError
from harvester.ports.webhooks import DeliveryState
from harvester.settings import Configuration, SettingsError, load
from storage.catalogue import open_catalogue
from storage.webhooks import StoredWebhooks
from tests.webhooks import Receiver, happen, hook


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def configured(folder: Path, webhooks: str) -> Callable[[], Configuration]:
    path = folder / "harvester.toml"
    path.write_text(f'database_url = "sqlite:///harvester.db"\n[webhooks]\n{webhooks}\n')
    loaded = load(path, {}, {})
    return lambda: loaded


async def until(metrics: Metrics, told: str) -> None:
    """Wait until something is told."""
    while told not in metrics.text().decode():  # noqa: ASYNC110 - another thread may tell it
        await asyncio.sleep(0.005)


def test_it_delivers_and_tells_how_webhooks_stand(tmp_path: Path) -> None:
    current, metrics = configured(tmp_path, 'allow_private = ["127.0.0.0/8"]'), Metrics()

    async def run(receiver: Receiver) -> None:
        with closing(open_catalogue(f"sqlite:///{tmp_path}/harvester.db")) as catalogue:
            stored = StoredWebhooks(catalogue.store)
            kept = stored.add(hook(url=receiver.url))
            refused = stored.add(hook(2, url="http://10.0.0.1/"))
            happen(catalogue.store, "x")
            async with delivering(current, metrics):
                await until(metrics, 'deliveries_total{outcome="delivered"} 1.0')
                await until(metrics, 'deliveries_total{outcome="failed"} 1.0')
            tallies = stored.tallies()
            assert tallies[kept.id] == {DeliveryState.DELIVERED: 1}
            (waiting,) = stored.deliveries(refused.id, [DeliveryState.WAITING], 9)
            assert waiting.said is not None
            assert "it leads to 10.0.0.1 port 80" in waiting.said
        # What waits is counted when a process begins, and from time to time.
        async with delivering(current, metrics):
            await until(metrics, 'harvester_webhook_events{state="waiting"} 1.0')

    with Receiver() as receiver:
        asyncio.run(run(receiver))


def test_only_what_is_public_or_allowed_may_be_posted_to(tmp_path: Path) -> None:
    check = admit(configured(tmp_path, 'allow_private = ["127.0.0.0/8", "fd00::/8"]'))
    for url in ("http://127.0.0.1:8080/x", "https://[fd00::1]/", "https://1.1.1.1:8443/"):
        check(url)
    for url in (
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest",
        "http://0.0.0.0/",
        "ftp://1.1.1.1/",
    ):
        with pytest.raises(RefusedAddressError):
            check(url)
    with pytest.raises(UnreachableError):
        check("http://nowhere.invalid/")


def test_a_network_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"is no network; write addresses with a mask"):
        configured(tmp_path, 'allow_private = ["10.0.0.1/8"]')
