# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every event is delivered at least once, in order of its subject, or shown as given up: whatever
receivers do, and wherever a deliverer is killed.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.transport.fetcher import GuardedFetcher
from harvester.cli.adapters import SystemClock
from harvester.feed.webhooks import delivery as delivery_module
from harvester.feed.webhooks import patience
from harvester.feed.webhooks.delivery import Deliverer, origin_of
from harvester.ports.connector import HttpOptions
from harvester.ports.errors import CatalogueError, UnreachableError
from harvester.ports.http import Clock as ClockPort
from harvester.ports.http import Fetched
from harvester.ports.paging import Window
from harvester.ports.webhooks import Delivery, DeliveryState, Tried, Webhook
from harvester.worker import Worker
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.outbox import StoredOutbox
from storage.webhooks import StoredWebhooks
from tests.crawl.build import Clock
from tests.forges.faults import Answer, Drop, Fault, Hang
from tests.forges.faults import Request as Asked
from tests.storage import made
from tests.webhooks import Receiver, happen, hook

THREE_DAYS = timedelta(days=3)
Told = list[tuple[str, int]]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlCatalogue]:
    path = tmp_path_factory.mktemp("delivery") / "catalogue.db"
    with contextlib.closing(open_catalogue(f"sqlite:///{path}")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def emptied(catalogue: SqlCatalogue) -> Iterator[None]:
    yield
    stored = StoredWebhooks(catalogue.store)
    for one in stored.webhooks(None, None, Window(size=100)).rows:
        stored.remove(one.id)
    StoredOutbox(catalogue.store).let_go(made.ME)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


class Stand:
    """A deliverer with a clock that is set by hand, and what it works on."""

    def __init__(
        self,
        catalogue: SqlCatalogue,
        worker: Worker,
        *,
        timeout: float = 30,
        clock: ClockPort | None = None,
        private: bool = True,
        outbox: StoredOutbox | None = None,
        holder: str = made.ME,
    ) -> None:
        self.store = catalogue.store
        self.webhooks = StoredWebhooks(catalogue.store)
        self.clock = Clock()
        self.told: Told = []
        http = HttpOptions(user_agent="harvester/test", timeout=timeout)
        self.deliverer = Deliverer(
            outbox or StoredOutbox(catalogue.store),
            partial(GuardedFetcher, http, allow=lambda _address, _port: private),
            clock=clock or self.clock,
            worker=worker,
            holder=holder,
            give_up_after=lambda: THREE_DAYS,
            told=lambda outcome, amount: self.told.append((outcome, amount)),
        )

    async def turn(self, **passes: float) -> None:
        """Let time pass, and deliver what is due until nothing more is."""
        self.clock.advance(**passes)
        await self.deliverer.tick()
        await self.deliverer.settled()

    async def noted(self, webhook: Webhook, states: dict[str, int]) -> None:
        """Wait until it is noted what became of events."""
        while self.states(webhook) != states:  # noqa: ASYNC110 - by another thread
            await asyncio.sleep(0.005)

    def states(self, webhook: Webhook) -> dict[str, int]:
        tallies = self.webhooks.tallies().get(webhook.id, {})
        return {state.value: amount for state, amount in tallies.items()}


def standing(
    catalogue: SqlCatalogue, script: Callable[[Stand], Awaitable[None]], **options: Any
) -> None:
    async def run() -> None:
        with Worker("test") as worker:
            await script(Stand(catalogue, worker, **options))

    asyncio.run(run())


def subjects(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["subject"].removeprefix("/software/") for one in receiver.taken]


def on(path: str, subject: str | None = None) -> Callable[[Asked], bool]:
    wanted = f'"/software/{subject}"'.encode()
    return lambda asked: asked.path == path and (subject is None or wanted in asked.body)


@pytest.mark.parametrize(
    "fault", [Answer(status=503), Answer(status=404), Answer(status=302), Drop(), Hang()]
)
def test_a_receiver_that_fails_is_told_later_under_the_same_id(
    catalogue: SqlCatalogue, receiver: Receiver, fault: Fault
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        receiver.faults.plan(fault, times=2)
        happen(stand.store, "x")
        await stand.turn()
        await stand.turn(seconds=29)
        assert receiver.requests() == 1
        await stand.turn(seconds=1)
        assert stand.states(kept) == {"waiting": 1}
        await stand.turn(minutes=1)
        assert stand.states(kept) == {"delivered": 1}
        assert stand.told[-3:] == [("delivered", 1), ("failed", 0), ("given-up", 0)]

    # What hangs is waited for; all else is answered long before.
    standing(catalogue, script, timeout=1 if isinstance(fault, Hang) else 30)
    assert receiver.requests() == 3
    (taken,) = receiver.taken
    sent = {e.request.headers["x-harvester-delivery"] for e in receiver.log}
    assert sent == {taken.id}
    assert taken.headers["user-agent"] == "harvester/test"
    assert taken.path == "/a"


def test_what_follows_of_a_subject_waits_and_other_subjects_go_on(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        receiver.faults.plan(Answer(status=500), when=on("/a", "x"), times=2)
        happen(stand.store, "x", "y", "x", "z", "x", "y")
        await stand.turn()
        assert sorted(subjects(receiver)) == ["y", "y", "z"]
        await stand.turn(seconds=30)
        await stand.turn(minutes=1)
        assert stand.states(kept) == {"delivered": 6}

    standing(catalogue, script)
    of_x = [e for e in receiver.taken if b"/x" in e.body]
    assert [int(one.headers["x-change-sequence"]) for one in of_x] == sorted(
        int(one.headers["x-change-sequence"]) for one in of_x
    )
    assert len(of_x) == 3


def test_one_that_hangs_holds_up_nobody_else(catalogue: SqlCatalogue, receiver: Receiver) -> None:
    async def run() -> None:
        with Worker("test") as worker, Receiver() as hanging:
            stand = Stand(catalogue, worker, clock=SystemClock())
            stuck = stand.webhooks.add(hook(1, url=f"{hanging.url}/"))
            kept = stand.webhooks.add(hook(2, url=f"{receiver.url}/"))
            hanging.faults.plan(Hang(), times=9)
            running = asyncio.create_task(stand.deliverer.run())
            for name in ("x", "y", "x"):
                before = len(receiver.taken)
                happen(stand.store, name)
                await receiver.took(before + 1)
            await stand.noted(kept, {"delivered": 3})
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert stand.states(stuck) == {"waiting": 1}, "not even taken up: its lane is busy"

    asyncio.run(run())
    assert subjects(receiver) == ["x", "y", "x"]


def test_a_receiver_that_wants_no_more_gets_no_more(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(1, url=f"{receiver.url}/a"))
        other = stand.webhooks.add(hook(2, url=f"{receiver.url}/b"))
        receiver.faults.plan(Answer(status=410), when=on("/a"))
        happen(stand.store, "x")
        await stand.turn()
        happen(stand.store, "y")
        await stand.turn(days=1)
        ended = stand.webhooks.webhook(kept.id)
        assert ended is not None
        assert ended.ended == "answered 410"
        assert stand.states(kept) == {"given-up": 1}
        assert stand.states(other) == {"delivered": 2}
        stand.webhooks.again(kept.id, None, stand.clock.now())
        await stand.turn()
        assert stand.states(kept) == {"delivered": 2}

    standing(catalogue, script)
    assert [one.path for one in receiver.taken].count("/a") == 2


def test_a_receiver_that_restarts_gets_everything_in_order(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        port = receiver.port
        receiver.stop()
        for name in ("x", "y", "x"):
            happen(stand.store, name)
            await stand.turn(seconds=40)
        assert not receiver.taken
        receiver.start(port)
        for _ in range(4):
            await stand.turn(minutes=20)
        assert stand.states(kept) == {"delivered": 3}

    standing(catalogue, script)
    assert [one for one in subjects(receiver) if one == "x"] == ["x", "x"]
    numbers = [int(e.headers["x-change-sequence"]) for e in receiver.taken if b"/x" in e.body]
    assert numbers == sorted(numbers)


def test_a_receiver_that_takes_nothing_is_not_stormed(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        receiver.faults.plan(Answer(status=500), times=1000)
        happen(stand.store, *(f"s{number}" for number in range(50)))
        await stand.turn()
        stormed = receiver.requests()
        most = patience.TROUBLE + delivery_module.SIDE_BY_SIDE - 1
        assert patience.TROUBLE <= stormed <= most
        await stand.turn()
        assert receiver.requests() == stormed
        for probe in range(1, 5):
            await stand.turn(minutes=15)
            assert receiver.requests() == stormed + probe
        receiver.faults.clear()
        await stand.turn(minutes=15)
        await stand.turn()
        assert stand.states(kept) == {"delivered": 50}

    standing(catalogue, script)


def test_a_receiver_that_is_back_is_found_before_its_event_has_rested(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        receiver.faults.plan(Answer(status=500), times=9)
        happen(stand.store, "x")
        await stand.turn()
        for _ in range(8):
            await stand.turn(minutes=15)
        assert stand.states(kept) == {"waiting": 1}
        assert patience.rest(9) > 2 * patience.LONGEST_PAUSE
        await stand.turn(minutes=15)
        assert stand.states(kept) == {"delivered": 1}

    standing(catalogue, script)


def test_a_receiver_is_left_alone_as_long_as_it_asks(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        receiver.faults.plan(Answer(status=429, headers={"retry-after": "600"}))
        happen(stand.store, "x")
        await stand.turn()
        happen(stand.store, "y")
        await stand.turn(seconds=599)
        assert receiver.requests() == 1
        await stand.turn(seconds=1)
        assert stand.states(kept) == {"delivered": 2}

    standing(catalogue, script)


def test_after_three_days_an_event_is_given_up_and_the_next_one_is_tried(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        happen(stand.store, "x", "y", "x")
        first = on("/a", "x")
        receiver.faults.plan(Answer(status=500), when=first, times=1000)
        await stand.turn()
        for _ in range(12):
            await stand.turn(hours=6)
        receiver.faults.clear()
        assert stand.states(kept) == {"delivered": 1, "given-up": 1, "waiting": 1}
        (given_up,) = stand.webhooks.deliveries(kept.id, [DeliveryState.GIVEN_UP], 9)
        assert (given_up.subject, given_up.said) == ("/software/x", "answered 500")
        assert given_up.tries > 5
        await stand.turn(hours=6)
        assert stand.states(kept) == {"delivered": 2, "given-up": 1}

    standing(catalogue, script)


def test_what_a_dead_receiver_never_took_is_given_up_tried_or_not(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"{receiver.url}/a"))
        receiver.faults.plan(Answer(status=500), times=1000)
        happen(stand.store, *(f"s{number}" for number in range(20)))
        await stand.turn()
        for _ in range(11):
            await stand.turn(hours=6)
            assert stand.states(kept) == {"waiting": 20}
        happen(stand.store, "late")
        await stand.turn(hours=6)
        assert stand.states(kept) == {"given-up": 20, "waiting": 1}
        receiver.faults.clear()
        await stand.turn(minutes=15)
        assert stand.states(kept) == {"given-up": 20, "delivered": 1}

    standing(catalogue, script)
    assert subjects(receiver) == ["late"]


def test_a_name_that_leads_to_a_private_network_is_not_posted_to(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    async def script(stand: Stand) -> None:
        kept = stand.webhooks.add(hook(url=f"http://localhost:{receiver.port}/a"))
        happen(stand.store, "x")
        await stand.turn()
        (waiting,) = stand.webhooks.deliveries(kept.id, [DeliveryState.WAITING], 9)
        assert waiting.said is not None
        assert "it leads to 127.0.0.1" in waiting.said or "it leads to ::1" in waiting.said

    standing(catalogue, script, private=False)
    assert receiver.requests() == 0


def test_who_stands_by_sends_nothing(catalogue: SqlCatalogue, receiver: Receiver) -> None:
    async def run() -> None:
        with Worker("test") as worker:
            stand = Stand(catalogue, worker)
            other = Stand(catalogue, worker, holder=made.ELSEWHERE)
            stand.webhooks.add(hook(url=f"{receiver.url}/a"))
            happen(stand.store, "x")
            await other.turn()
            assert len(receiver.taken) == 1
            happen(stand.store, "y")
            await stand.turn()
            assert len(receiver.taken) == 1
            await stand.turn(minutes=2)
            assert subjects(receiver) == ["x", "y"], "the other was silent for too long"
            happen(stand.store, "z")
            await other.turn()
            assert len(receiver.taken) == 2, "and finds out that it is no more the one"

    asyncio.run(run())


def test_nothing_is_sent_whose_delivery_could_not_be_noted(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    class Full(StoredOutbox):
        def due(self, *_arguments: object, **_more: object) -> Sequence[Delivery]:
            raise CatalogueError("the disk is full")

    async def run() -> None:
        with Worker("test") as worker:
            stand = Stand(catalogue, worker, outbox=Full(catalogue.store))
            stand.webhooks.add(hook(url=f"{receiver.url}/a"))
            happen(stand.store, "x")
            await stand.turn()
            await stand.turn(minutes=1)

    asyncio.run(run())
    assert receiver.requests() == 0


def test_a_receiver_is_not_told_again_and_again_what_cannot_be_noted(
    catalogue: SqlCatalogue, receiver: Receiver
) -> None:
    class Full(StoredOutbox):
        def settle(self, *_arguments: object) -> int:
            raise CatalogueError("the disk is full")

    async def run() -> list[Any]:
        with Worker("test") as worker:
            stand = Stand(catalogue, worker, outbox=Full(catalogue.store))
            stand.webhooks.add(hook(url=f"{receiver.url}/a"))
            happen(stand.store, "x")
            with structlog.testing.capture_logs() as logged:
                for _ in range(29):
                    await stand.turn(seconds=1)
                assert receiver.requests() == 1
                await stand.turn(seconds=2)
            assert receiver.requests() == 2
            return [one for one in logged if one["log_level"] == "error"]

    assert [one["said"] for one in asyncio.run(run())] == ["the disk is full"]


def test_while_nobody_listens_nothing_is_written(catalogue: SqlCatalogue) -> None:
    async def script(stand: Stand) -> None:
        happen(stand.store, "x")
        await stand.turn()

    with catalogue.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM webhook_lease")
    standing(catalogue, script)
    with catalogue.store.reading() as connection:
        held = connection.exec_driver_sql("SELECT count(*) FROM webhook_lease").scalar_one()
    assert held == 0


def test_so_many_receivers_are_sent_to_at_a_time_and_then_the_others(
    catalogue: SqlCatalogue, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "LANES", 1)

    async def script(stand: Stand) -> None:
        with Receiver() as other:
            stand.webhooks.add(hook(1, url=f"{receiver.url}/"))
            stand.webhooks.add(hook(2, url=f"{other.url}/"))
            happen(stand.store, "x")
            await stand.turn()
            assert (len(receiver.taken), len(other.taken)) == (1, 0)
            await stand.turn()
            assert (len(receiver.taken), len(other.taken)) == (1, 1)

    standing(catalogue, script)


def test_a_receiver_is_named_without_what_may_be_secret() -> None:
    assert origin_of("https://hooks.example/s3cret?key=s3cret") == "https://hooks.example"
    assert origin_of("http://[::1]:8080/x") == "http://::1:8080"


# --- whatever happens -----------------------------------------------------------------------


class KilledError(Exception):
    """The process is not there any more."""


class Mortal(StoredOutbox):
    """An outbox whose process is killed after sending, before anything is noted."""

    kill = False

    def settle(
        self,
        holder: str,
        tried: Sequence[Tried],
        now: datetime,
        lost: Mapping[str, datetime] | None = None,
    ) -> int | None:
        if self.kill:
            self.kill = False
            raise KilledError
        return super().settle(holder, tried, now, lost)


class Moody:
    """A receiver without a network: takes what its mood allows."""

    def __init__(self) -> None:
        self.mood: str = "good"
        self.taken: list[tuple[str, int]] = []

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator["Moody"]:
        yield self

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
        await asyncio.sleep(0)
        subject = json.loads(body)["subject"]
        if self.mood == "dead":
            raise UnreachableError("refused")
        if self.mood == subject:
            return Fetched(url=url, status=500, headers={}, body=b"")
        self.taken.append((subject, int(headers["x-change-sequence"])))
        return Fetched(url=url, status=204, headers={}, body=b"")

    async def get(self, url: str, *, limit: int) -> Fetched:
        raise AssertionError(f"nobody asks {url} for {limit} bytes")

    async def status(self, url: str) -> int:
        raise AssertionError(f"nobody asks {url}")


happenings = st.lists(
    st.one_of(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
        st.sampled_from(["good", "dead", "/software/a", "/software/b", "kill"]),
        st.sampled_from([1, 30, 900, 6 * 3600, 3 * 86400]),
    ),
    max_size=14,
)
"""Entries change; the receiver's mood does, or the deliverer is killed; seconds pass."""


class Life:
    """A webhook, its receiver, and deliverers that may die."""

    def __init__(self, catalogue: SqlCatalogue, worker: Worker) -> None:
        self.catalogue, self.worker = catalogue, worker
        self.stored = StoredWebhooks(catalogue.store)
        self.kept = self.stored.add(hook())
        self.receiver, self.outbox, self.clock = Moody(), Mortal(catalogue.store), Clock()
        self.expected: list[tuple[str, int]] = []
        self.deliverer = self.born()

    def born(self) -> Deliverer:
        return Deliverer(
            self.outbox,
            self.receiver.opened,
            clock=self.clock,
            worker=self.worker,
            holder=made.ME,
            give_up_after=lambda: THREE_DAYS,
        )

    async def meet(self, happening: list[str] | str | int) -> None:
        if isinstance(happening, list):
            head = self.catalogue.head()
            happen(self.catalogue.store, *happening)
            named = enumerate(happening, head + 1)
            self.expected.extend((f"/software/{name}", seq) for seq, name in named)
        elif isinstance(happening, int):
            self.clock.advance(seconds=happening)
        elif happening == "kill":
            self.outbox.kill = True
        else:
            self.receiver.mood = happening
        await self.deliverer.tick()
        await self.deliverer.settled()
        if happening == "kill":
            self.outbox.kill = False
            self.deliverer = self.born()

    def of_state(self, state: DeliveryState) -> set[tuple[str, int]]:
        found = self.stored.deliveries(self.kept.id, [state], 1000)
        return {(one.subject, one.seq) for one in found}


@settings(max_examples=25, deadline=None)
@given(happenings)
def test_every_event_is_delivered_in_order_or_shown_as_given_up(
    catalogue: SqlCatalogue, history: list[list[str] | str | int]
) -> None:
    async def live() -> Life:
        with Worker("test") as worker:
            life = Life(catalogue, worker)
            for happening in [*history, "good", *[6 * 3600] * 4]:
                await life.meet(happening)
            return life

    life = asyncio.run(live())
    taken = life.receiver.taken
    assert life.of_state(DeliveryState.WAITING) == set()
    assert set(life.expected) == set(taken) | life.of_state(DeliveryState.GIVEN_UP)
    for subject in {one for one, _seq in taken}:
        first_seen = list(dict.fromkeys(seq for one, seq in taken if one == subject))
        assert first_seen == sorted(first_seen)
    life.stored.remove(life.kept.id)
