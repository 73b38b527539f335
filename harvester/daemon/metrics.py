# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What Prometheus is told. ``docs/operating.md`` lists the names."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Info, generate_latest

from harvester import __version__
from harvester.crawl import SourceSummary
from harvester.model import State
from harvester.ports.connector import Charge
from harvester.ports.crawls import SourceState
from harvester.ports.http import Ledger
from harvester.ports.webhooks import DeliveryState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The figures of one daemon. Times are seconds since 1970, as Prometheus wants them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        source = ["source"]
        Info("harvester_build", "Which harvester this is.", registry=self.registry).info(
            {"version": __version__}
        )
        self._keeper = self._gauge("harvester_keeper", "1 if this daemon keeps the catalogue.")
        self._head = self._gauge("harvester_change_head", "Number of the newest change.")
        self._entries = self._gauge("harvester_entries", "Entries by state.", ["state"])
        self._running = self._gauge("harvester_crawls_running", "Crawls under way.")
        self._waiting = self._gauge("harvester_crawls_waiting", "Sources due and not begun.")
        self._wishes = self._gauge(
            "harvester_wishes_waiting", "Single repositories that wait to be looked at."
        )
        self._success = self._gauge(
            "harvester_source_last_success_timestamp_seconds",
            "When a source was last read to its end without an error.",
            source,
        )
        self._sweep = self._gauge(
            "harvester_source_last_sweep_timestamp_seconds",
            "When a source's whole listing was last read without an error.",
            source,
        )
        self._due = self._gauge(
            "harvester_source_next_due_timestamp_seconds", "When a source is due.", source
        )
        self._listed = self._gauge("harvester_source_listed", "Entries listed.", source)
        self._losses = self._gauge(
            "harvester_source_losses_waiting", "Losses that wait for approval.", source
        )
        self._left = self._gauge(
            "harvester_source_budget_left", "What the tightest budget still has.", source
        )
        self._ended = self._counter(
            "harvester_crawls", "Crawls that ended, by how.", [*source, "outcome"]
        )
        self._items = self._counter(
            "harvester_items", "Repositories by what was done.", [*source, "status"]
        )
        self._requests = self._counter("harvester_requests", "Requests by kind.", [*source, "kind"])
        self._points = self._counter("harvester_points", "Points that forges charged.", source)
        self._retries = self._counter("harvester_retries", "Requests tried again.", source)
        self._waited = self._counter(
            "harvester_waited_seconds", "Time spent waiting for forges.", source
        )
        self._seconds = self._counter("harvester_crawl_seconds", "Time spent crawling.", source)
        self._not_modified = self._counter(
            "harvester_not_modified", "Answers 304, of the requests.", source
        )
        ledger = ["origin", "token", "resource"]
        self._limit = self._gauge(
            "harvester_budget_limit", "What a token has from one reset to the next.", ledger
        )
        self._rest = self._gauge("harvester_budget_left", "What a token has left of it.", ledger)
        self._closed = self._gauge(
            "harvester_budget_not_before_timestamp_seconds",
            "Before when a token may not ask.",
            ledger,
        )
        self._asked = self._counter(
            "harvester_budget_requests", "Requests sent, by whose budget they drew from.", ledger
        )
        self._charged = self._counter(
            "harvester_budget_points", "Points charged, by whose budget they drew from.", ledger
        )
        self._database_seconds = self._counter(
            "harvester_database_seconds", "Time that the database took.", []
        )
        self._notices = self._counter(
            "harvester_notices", "Notices to the operator, by what became of them.", ["outcome"]
        )
        for outcome in ("delivered", "lost"):
            self._notices.labels(outcome)  # an increase can be told from the first one on
        self._deliveries = self._counter(
            "harvester_webhook_deliveries",
            "Tries to deliver events to webhooks, and events given up.",
            ["outcome"],
        )
        for outcome in ("delivered", "failed", "given-up"):
            self._deliveries.labels(outcome)
        self._events = self._gauge(
            "harvester_webhook_events", "Events of webhooks that wait or were given up.", ["state"]
        )
        self._database = self._counter(
            "harvester_database_errors", "How often the database could not be used.", []
        )

    def text(self) -> bytes:
        """Give everything in Prometheus' text form."""
        return generate_latest(self.registry)

    def keeps(self, keeper: bool) -> None:
        """Tell whether this daemon keeps the catalogue."""
        self._keeper.set(int(keeper))

    def database_failed(self) -> None:
        """Count that the database could not be used."""
        self._database.inc()

    def catalogue(self, head: int, totals: Mapping[State, int]) -> None:
        """Tell how the catalogue stands."""
        self._head.set(head)
        for state in State:
            self._entries.labels(state.value).set(totals.get(state, 0))

    def sources(
        self, states: Mapping[str, SourceState], due: Mapping[str, datetime | None]
    ) -> None:
        """Tell how the configured sources stand; those that are configured no more vanish."""
        for gauge in (self._success, self._sweep, self._due, self._listed, self._losses):
            gauge.clear()
        for name, planned in due.items():
            _set(self._due, name, planned)
            state = states.get(name)
            if state is not None:
                _set(self._success, name, state.last_success_at)
                _set(self._sweep, name, state.last_sweep_at)
                self._listed.labels(name).set(state.listed)
                self._losses.labels(name).set(state.waiting)

    def budgets(self, ledgers: Iterable[Ledger], now: datetime) -> None:
        """Tell what the tokens have left; after its reset, a budget is whole again."""
        for gauge in (self._limit, self._rest, self._closed):
            gauge.clear()
        for one in ledgers:
            key = (one.origin, one.token, one.resource)
            if one.limit is not None:
                self._limit.labels(*key).set(one.limit)
            reset = one.reset_at is not None and one.reset_at <= now
            left = one.limit if reset else one.remaining
            if left is not None:
                self._rest.labels(*key).set(left)
            if one.not_before is not None and one.not_before > now:
                self._closed.labels(*key).set(one.not_before.timestamp())

    def charged(self, charge: Charge) -> None:
        """Count what one request cost."""
        key = (charge.origin, charge.token, charge.resource)
        if charge.requests:
            self._asked.labels(*key).inc(charge.requests)
        if charge.points:
            self._charged.labels(*key).inc(charge.points)

    def database_took(self, seconds: float) -> None:
        """Count time that the database took."""
        self._database_seconds.inc(max(0.0, seconds))

    def noticed(self, outcome: str) -> None:
        """Count a notice that was ``delivered`` or ``lost``."""
        self._notices.labels(outcome).inc()

    def told(self, outcome: str, amount: int) -> None:
        """Count events that were ``delivered``, ``failed`` or ``given-up``."""
        self._deliveries.labels(outcome).inc(amount)

    def webhooks(self, tallies: Mapping[DeliveryState, int]) -> None:
        """Tell how many events wait, and how many given up are remembered."""
        for state in (DeliveryState.WAITING, DeliveryState.GIVEN_UP):
            self._events.labels(state.value).set(tallies.get(state, 0))

    def queue(self, running: int, waiting: int, wishes: int) -> None:
        """Tell how much is under way."""
        self._running.set(running)
        self._waiting.set(waiting)
        self._wishes.set(wishes)

    def ended(self, summary: SourceSummary, outcome: str) -> None:
        """Count a crawl that ended."""
        name, spent = summary.name, summary.spent
        self._ended.labels(name, outcome).inc()
        for status, amount in summary.items.items():
            self._items.labels(name, status.value).inc(amount)
        for kind in ("graphql", "rest", "raw"):
            self._requests.labels(name, kind).inc(getattr(spent, kind))
        self._points.labels(name).inc(spent.points)
        self._retries.labels(name).inc(spent.retries)
        self._waited.labels(name).inc(spent.waited_seconds)
        self._not_modified.labels(name).inc(spent.not_modified)
        self._seconds.labels(name).inc(max(0.0, summary.seconds))
        if spent.budget_left is not None:
            self._left.labels(name).set(spent.budget_left)

    def _gauge(self, name: str, said: str, labels: Iterable[str] = ()) -> Gauge:
        return Gauge(name, said, labels, registry=self.registry)

    def _counter(self, name: str, said: str, labels: Iterable[str]) -> Counter:
        return Counter(name, said, labels, registry=self.registry)


def _set(gauge: Gauge, name: str, moment: datetime | None) -> None:
    if moment is not None:
        gauge.labels(name).set(moment.timestamp())
