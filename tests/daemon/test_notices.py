# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What an operator is told, and how it gets there, whatever the receiver does."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from harvester.cli import catalogues, installed
from harvester.daemon.courier import ATTEMPTS, MOST_WAITING, Courier
from harvester.daemon.daemon import Daemon
from harvester.daemon.metrics import Metrics
from harvester.daemon.notices import Notice, NoticeKind, Watch
from harvester.model import Forge as ForgeRow
from harvester.ports.crawls import SourceState
from harvester.settings import load
from harvester.worker import Worker
from tests.crawl.build import START, Clock
from tests.forges.faults import Answer, Drop, Hang
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample import opencode_world
from tests.forges.server import Forge
from tests.forges.world import World
from tests.staging import Stage, gitlab_source

DAY = timedelta(days=1)
SECRET = "a secret of the operator's"
NOTICE = Notice(
    kind=NoticeKind.LOSSES_WAIT, source="amt", since=START, message="3 Einträge würden fehlen"
)


def state(name: str = "amt", **changes: Any) -> SourceState:
    base = SourceState(
        name=name,
        last_success_at=None,
        last_sweep_at=None,
        last_crawl_at=START,
        last_status="complete",
        last_error=None,
        not_before=None,
        repositories=0,
        listed=0,
        forge=ForgeRow(url="https://forge.example", kind="scripted"),
    )
    return replace(base, **changes)


# --- what is worth telling ------------------------------------------------------------------


def told(watch: Watch, now: datetime, *states: SourceState) -> list[tuple[str, str | None]]:
    by_name = {one.name: one for one in states}
    return [(one.kind.value, one.source) for one in watch.sources(by_name, now, DAY)]


def test_losses_are_told_once_and_again_when_there_are_more() -> None:
    watch = Watch()
    assert told(watch, START, state()) == []
    assert told(watch, START, state(waiting=8), state("b")) == [("losses-wait", "amt")]
    assert told(watch, START, state(waiting=8)) == []
    assert told(watch, START, state(waiting=7)) == []
    assert told(watch, START, state(waiting=9)) == [("losses-wait", "amt")]
    assert told(watch, START, state()) == []
    assert told(watch, START, state(waiting=1)) == [("losses-wait", "amt")]


def test_a_source_that_fails_for_long_is_told_once_each_time() -> None:
    watch = Watch()
    failing = state(failing_since=START, last_error="it is down")
    assert told(watch, START + DAY / 2, failing) == []
    (notice,) = watch.sources({"amt": failing}, START + DAY, DAY)
    assert notice.message == "amt was not read to its end since 2026-03-01 12:00 UTC: it is down"
    assert told(watch, START + 2 * DAY, failing) == []
    assert told(watch, START + 3 * DAY, state()) == []
    again = state(failing_since=START + 4 * DAY)
    assert told(watch, START + 5 * DAY, again) == [("source-failing", "amt")]


def test_a_database_is_told_when_it_was_unusable_for_a_while() -> None:
    watch = Watch()
    assert watch.database("it is full", START) == []
    (notice,) = watch.database("it is full", START + timedelta(minutes=10))
    assert (notice.kind, notice.since) == (NoticeKind.CATALOGUE_UNUSABLE, START)
    assert watch.database("it is full", START + DAY) == []
    assert watch.database(None, START + DAY) == []
    assert watch.database("it is full", START + DAY) == []


# --- how it gets there ----------------------------------------------------------------------


class Receiver(Forge):
    """Takes notices."""

    def __init__(self) -> None:
        super().__init__(World())
        self.taken: list[tuple[dict[str, str], bytes]] = []

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/notices", self._take, methods=["POST"])]

    def kind_of(self, path: str) -> str:
        return "web"

    async def _take(self, request: Request) -> Response:
        self.taken.append((dict(request.headers), await request.body()))
        return Response(status_code=204)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def notify(receiver: Receiver) -> str:
    return (
        f'[notify]\nurl = "{receiver.url}/notices"\nsecret_env = "NOTICES_SECRET"\n'
        "[http]\ntimeout = 0.2\n"
    )


Deliver = Callable[[Courier], Awaitable[None]]


def deliver(tmp_path: Path, receiver: Receiver, script: Deliver) -> tuple[Clock, str]:
    """Run a courier; give its clock and what its metrics say."""
    path = tmp_path / "harvester.toml"
    path.write_text(notify(receiver))
    configuration = load(path, {"NOTICES_SECRET": SECRET}, {})
    clock, metrics = Clock(), Metrics()

    async def run() -> None:
        courier = Courier(lambda: configuration, clock, metrics)
        running = asyncio.create_task(courier.run())
        await script(courier)
        await courier.settled()
        running.cancel()

    asyncio.run(run())
    return clock, metrics.text().decode()


async def one(courier: Courier) -> None:
    courier.tell(NOTICE)


def test_a_notice_is_signed_with_the_time(tmp_path: Path, receiver: Receiver) -> None:
    _, figures = deliver(tmp_path, receiver, one)
    ((headers, body),) = receiver.taken
    at, _, shown = headers["x-harvester-signature"].partition(",v1=")
    assert at == f"t={int(START.timestamp())}"
    signed = at.removeprefix("t=").encode() + b"." + body
    assert shown == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert (said["kind"], said["source"], said["message"]) == (
        "losses-wait",
        "amt",
        NOTICE.message,
    )
    assert said["sent_at"] == "2026-03-01T12:00:00Z"
    assert SECRET.encode() not in body
    assert 'harvester_notices_total{outcome="delivered"} 1.0' in figures


@pytest.mark.parametrize("fault", [Answer(status=503), Answer(status=429), Drop(), Hang()])
def test_a_receiver_that_fails_is_tried_again_with_the_same_id(
    tmp_path: Path, receiver: Receiver, fault: Any
) -> None:
    receiver.faults.plan(fault, times=2)
    clock, figures = deliver(tmp_path, receiver, one)
    assert receiver.requests() == 3
    assert clock.now() - START == timedelta(minutes=3)
    assert len(receiver.taken) == 1
    assert 'outcome="delivered"} 1.0' in figures


def test_after_some_tries_it_is_lost_and_the_next_one_is_sent(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.faults.plan(Answer(status=500), times=ATTEMPTS)

    async def two(courier: Courier) -> None:
        courier.tell(NOTICE)
        courier.tell(replace(NOTICE, source="b"))

    with structlog.testing.capture_logs() as logged:
        _, figures = deliver(tmp_path, receiver, two)
    assert receiver.requests() == ATTEMPTS + 1
    assert [json.loads(body)["source"] for _, body in receiver.taken] == ["b"]
    assert 'outcome="lost"} 1.0' in figures
    assert [line.get("said") for line in logged] == ["its receiver answered 500", None]


@pytest.mark.parametrize(("status", "requests"), [(410, 1), (404, 2), (302, 2)])
def test_who_refuses_is_not_asked_again_and_who_is_gone_never(
    tmp_path: Path, receiver: Receiver, status: int, requests: int
) -> None:
    receiver.faults.plan(Answer(status=status, headers={"location": "/elsewhere"}), times=2)

    async def two(courier: Courier) -> None:
        courier.tell(NOTICE)
        await courier.settled()
        courier.tell(NOTICE)

    _, figures = deliver(tmp_path, receiver, two)
    assert receiver.requests() == requests
    assert f'outcome="lost"}} {requests}.0' in figures


def test_no_more_than_some_wait(tmp_path: Path, receiver: Receiver) -> None:
    async def flood(courier: Courier) -> None:
        for _ in range(MOST_WAITING + 5):
            courier.tell(NOTICE)

    _, figures = deliver(tmp_path, receiver, flood)
    assert len(receiver.taken) == MOST_WAITING
    assert 'outcome="lost"} 5.0' in figures


# --- the daemon -----------------------------------------------------------------------------


def test_the_daemon_tells_of_a_source_that_fails_for_long(tmp_path: Path) -> None:
    notices: list[Notice] = []
    with GitLabForge(opencode_world()) as forge:
        forge.faults.plan(Answer(status=404), times=10_000)
        stage = Stage(tmp_path / "stage", [gitlab_source(forge, every="6h")])

        async def run() -> None:
            clock = Clock(datetime(2026, 3, 1, tzinfo=UTC))
            with Worker("daemon") as worker:
                daemon = Daemon(
                    lambda: load(stage.configuration, {}, installed.options()),
                    clock=clock,
                    holder=catalogues.holder(),
                    metrics=Metrics(),
                    stop=asyncio.Event(),
                    tell=notices.append,
                )
                with catalogues.catalogue(daemon.configuration) as catalogue:
                    for _ in range(4):
                        await daemon.tick(catalogue, worker)
                        while daemon.crawling:  # noqa: ASYNC110 - tasks end by themselves
                            await asyncio.sleep(0.005)
                        clock.advance(hours=13)
                    await daemon.finish(catalogue, worker)

        asyncio.run(run())
    assert [one.kind for one in notices] == [NoticeKind.SOURCE_FAILING]
