# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Webhooks as a user has them: registered over HTTP, told of crawls, through kills."""

import contextlib
import json
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester import tokens
from harvester.ports.tokens import Scope
from storage.catalogue import open_catalogue
from storage.tokens import StoredTokens
from tests.daemon.test_process import Running
from tests.forges.faults import Hang
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample import opencode_world
from tests.staging import Stage, gitlab_source
from tests.storage import made
from tests.webhooks import Receiver, happen


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


PATH = "stadt-seebrueck/gaestekarte"


def register(address: str, token: str, url: str) -> None:
    asked = urllib.request.Request(  # noqa: S310 - the API's
        f"{address}/v1/software/webhooks",
        json.dumps({"url": url, "secret": "x" * 16}).encode(),
        {"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        assert "secret" not in json.load(answer)


@contextlib.contextmanager
def serving(stage: Stage) -> Iterator[Running]:
    running = Running(stage.start("serve", "--log-format", "json"))
    try:
        running.heard("serving began")
        yield running
    finally:
        running.close()


def test_whoever_asks_is_told_through_kills_and_of_real_changes_only(
    tmp_path: Path, receiver: Receiver
) -> None:
    with GitLabForge(opencode_world(), public_url="https://gitlab.opencode.de") as forge:
        source = gitlab_source(forge, repositories=[PATH])
        del source["scope"]
        stage = Stage(tmp_path, [source])
        stage.environment |= {
            "HARVESTER_API__LISTEN": "127.0.0.1:0",
            "HARVESTER_WEBHOOKS__ALLOW_PRIVATE": '["127.0.0.0/8"]',
        }
        with contextlib.closing(open_catalogue(f"sqlite:///{tmp_path}/harvester.db")) as catalogue:
            token, text, digest = tokens.mint("bot", frozenset({Scope.ALL}), made.NOW, None)
            assert StoredTokens(catalogue.store).create(token, digest)
            with serving(stage) as one:
                address = one.events("serving began")[0]["listening"]
                register(address, text, f"{receiver.url}/secret-path")
                receiver.faults.plan(Hang())
                stage.crawl()
                one.until(lambda: receiver.requests() == 1)
                one.process.kill()
            assert receiver.taken == []
            assert all("secret-path" not in json.dumps(line) for line in one.lines)

            with serving(stage) as another:
                another.until(lambda: len(receiver.taken) == 1)
                stage.crawl("--full")
                happen(catalogue.store, "x")
                another.until(lambda: len(receiver.taken) == 2)
                assert another.ended(signal.SIGTERM) == 143
    sent = [one.request.headers["x-harvester-delivery"] for one in receiver.log]
    assert sent[0] == sent[1], "delivered again under the same id"
    assert len(sent) == 3, "a crawl that found nothing sends nothing"
    first, second = receiver.taken
    assert json.loads(first.body)["event"] == "create"
    assert json.loads(second.body)["subject"] == "/software/x"
