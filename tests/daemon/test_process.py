# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The daemon as a process of its own, against stand-in forges, on both databases."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.forges.faults import Answer, Hang
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample import opencode_world
from tests.staging import Stage, gitlab_source

PATIENCE = 60.0
"""Seconds that a test waits for what must come; it waits no longer than it takes."""


@dataclass
class Running:
    """A daemon under way, and what it logs."""

    process: subprocess.Popen[str]
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line) if line.startswith("{") else {"event": line})

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == name]

    def until(self, what: Callable[[], object]) -> None:
        """Wait until something holds."""
        end = time.monotonic() + PATIENCE
        while not what():
            assert self.process.poll() is None, self.lines[-3:]
            assert time.monotonic() < end, self.lines[-5:]
            time.sleep(0.02)

    def heard(self, name: str, times: int = 1) -> None:
        self.until(lambda: len(self.events(name)) >= times)

    def get(self, path: str) -> tuple[int, str]:
        """Ask what it serves."""
        address = next(line["listening"] for line in self.lines if "listening" in line)
        try:
            with urllib.request.urlopen(f"{address}{path}", timeout=PATIENCE) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def close(self) -> None:
        """Kill it, and let go of its streams."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
        """Send something to it."""
        address = next(line["listening"] for line in self.lines if "listening" in line)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{address}{path}", body, named, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def ended(self, by: signal.Signals) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(by)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def daemon(stage: Stage, command: str = "daemon") -> Iterator[Running]:
    """Run a daemon, or another command; whatever is left of it in the end is killed."""
    running = Running(stage.start(command, "--log-format", "json"))
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def forge() -> Iterator[GitLabForge]:
    with GitLabForge(opencode_world(), public_url="https://gitlab.opencode.de") as made:
        yield made


@pytest.fixture
def stage(tmp_path: Path, forge: GitLabForge) -> Stage:
    return Stage(
        tmp_path / "stage",
        [gitlab_source(forge, every="1s")],
        daemon={"tick": "1s", "lease": "2s", "listen": "127.0.0.1:0"},
    )


def test_it_crawls_what_is_due_and_says_how_it_is(stage: Stage, forge: GitLabForge) -> None:
    with daemon(stage) as one:
        one.heard("crawl complete", 2)
        assert one.get("/livez") == (200, "ok\n")
        assert one.get("/readyz") == (200, "ok\n")
        code, figures = one.get("/metrics")
        assert code == 200
        assert 'harvester_crawls_total{outcome="complete",source="opencode"}' in figures
        assert 'harvester_items_total{source="opencode",status="added"} 45.0' in figures
        assert one.ended(signal.SIGTERM) == 143
    first, second = one.events("crawl complete")[:2]
    assert (first["added"], second["unchanged"]) == (45, 45)
    assert first["run"] != second["run"]
    assert {line["source"] for line in one.events("page stored")} == {"opencode"}
    assert stage.json("sources")["sources"][0]["last_status"] == "complete"


def test_settings_are_read_anew_and_wrong_ones_are_told(stage: Stage) -> None:
    with daemon(stage) as one:
        one.heard("crawl complete")
        good = stage.configuration.read_text(encoding="utf-8")
        stage.configuration.write_text(good + "nonsense = 1\n", encoding="utf-8")
        one.process.send_signal(signal.SIGHUP)
        one.heard("settings refused; the old ones stand")
        assert "nonsense" in one.events("settings refused; the old ones stand")[0]["said"]
        before = len(one.events("crawl complete"))
        one.heard("crawl complete", before + 1)

        stage.sources[0]["name"] = "renamed"
        stage.configure()
        one.process.send_signal(signal.SIGHUP)
        one.heard("settings read anew")
        one.until(lambda: any(e["source"] == "renamed" for e in one.events("crawl complete")))


def test_of_two_one_works_and_the_other_follows_when_it_is_killed(stage: Stage) -> None:
    with daemon(stage) as first:
        first.heard("crawl complete")
        with daemon(stage) as second:
            second.heard("stands by")
            assert second.get("/livez")[0] == 200
            keeper = f"process {first.process.pid}"
            second.until(lambda: keeper in second.get("/readyz")[1])
            assert second.get("/readyz")[0] == 503
            assert not second.events("crawl began")
            first.process.kill()
            first.process.wait()
            second.heard("crawl complete")
            assert second.get("/readyz") == (200, "ok\n")


def test_one_that_ends_in_order_is_followed_without_a_wait(stage: Stage) -> None:
    stage.daemon["lease"] = "1d"
    stage.configure()
    with daemon(stage) as first, daemon(stage) as second:
        first.until(lambda: first.events("crawl complete") or second.events("crawl complete"))
        keeper, other = (first, second) if first.events("keeps the catalogue") else (second, first)
        other.heard("stands by")
        assert keeper.ended(signal.SIGTERM) == 143
        other.heard("crawl complete")


def test_who_was_stopped_for_longer_than_its_lease_commits_nothing(
    stage: Stage, forge: GitLabForge
) -> None:
    """It holds an answer that it has not stored when it is stopped; another takes over."""
    forge.faults.plan(Hang(), when=lambda request: request.kind == "graphql")
    with daemon(stage) as first:
        first.until(lambda: forge.requests("graphql"))
        first.process.send_signal(signal.SIGSTOP)
        with daemon(stage) as second:
            second.heard("keeps the catalogue")
            second.heard("crawl complete")
            first.process.send_signal(signal.SIGCONT)
            first.heard("stands by")
            first.heard("crawl ended before its time")
            second.heard("crawl complete", 3)
            assert not first.events("page stored")
            assert not first.events("crawl complete")
    changes = stage.json("sources")["sources"][0]
    assert changes["last_status"] in ("complete", "running")


def test_a_signal_in_a_long_wait_ends_it_and_the_next_goes_on(
    stage: Stage, forge: GitLabForge
) -> None:
    slow_down = Answer(status=429, headers={"retry-after": "60"})
    forge.faults.plan(slow_down, when=lambda request: request.kind == "graphql")
    with daemon(stage) as one:
        one.until(lambda: forge.requests("graphql"))
        began = time.monotonic()
        assert one.ended(signal.SIGTERM) == 143
        # The wait was of 60 s: it was not sat out.
        assert time.monotonic() - began < 30
    assert forge.requests("graphql") == 1
    assert stage.json("sources")["sources"][0]["last_status"] == "stopped"


def test_a_port_that_is_taken_is_told(stage: Stage, forge: GitLabForge) -> None:
    stage.daemon["listen"] = f"127.0.0.1:{forge.port}"
    stage.configure()
    done = stage.run("daemon")
    assert done.returncode == 2
    assert f"nothing can be served at 127.0.0.1:{forge.port}" in done.stderr
    assert "set listen in [daemon]" in done.stderr


PATH = "stadt-seebrueck/gaestekarte"


def change(forge: GitLabForge) -> None:
    """Push another name for the software."""
    repository = forge.world.find(PATH)
    assert repository is not None
    text = repository.files["publiccode.yml"].decode()
    fresh = text.replace("name: Gästekarte\n", "name: Gästekarte neu\n")
    assert fresh != text
    forge.world.push(repository, {"publiccode.yml": fresh})


@pytest.fixture
def listening(stage: Stage) -> Stage:
    """A stage whose forge sends events, and that has no other reason to crawl for a long time."""
    stage.sources[0] |= {"every": "1d", "webhook_secret_env": "HOOK"}
    stage.environment["HOOK"] = "hook-secret"
    stage.configure()
    return stage


def test_an_event_of_the_forge_is_a_listed_change(listening: Stage, forge: GitLabForge) -> None:
    with daemon(listening) as one:
        one.heard("crawl complete")
        before = forge.requests()
        change(forge)
        event = json.dumps({"project": {"path_with_namespace": PATH}}).encode()
        told = {"x_gitlab_event": "Push Hook", "x_gitlab_token": "hook-secret"}
        assert one.post("/hooks/opencode", event, **told) == (202, {"status": "taken"})
        one.heard("repository updated")
        one.heard("crawl done")
        assert one.events("repository updated")[0]["repository"].endswith(PATH)
        assert forge.requests() - before <= 3

        # The same event again is a hint that waits; it is one look.
        assert one.post("/hooks/opencode", event, **told) == (202, {"status": "taken"})
        assert one.post("/hooks/opencode", event, **told) == (202, {"status": "waiting"})
    (entry,) = [e for e in listening.entries() if e["url"].endswith(PATH)]
    assert entry["name"] == "Gästekarte neu"


def test_events_that_nobody_signed_move_nothing(listening: Stage, forge: GitLabForge) -> None:
    with daemon(listening) as one:
        one.heard("crawl complete")
        before = forge.requests()
        event = json.dumps({"project": {"path_with_namespace": PATH}}).encode()
        assert one.post("/hooks/opencode", event, x_gitlab_event="Push Hook")[0] == 401
        wrong = {"x_gitlab_event": "Push Hook", "x_gitlab_token": "guess"}
        assert one.post("/hooks/opencode", event, **wrong)[0] == 401
        assert one.post("/hooks/nowhere", event, **wrong)[0] == 404
        right = {"x_gitlab_event": "Push Hook", "x_gitlab_token": "hook-secret"}
        assert one.post("/hooks/opencode", b"no json", **right)[0] == 400
        code, said = one.post("/hooks/opencode", b'{"project":{}}', **right)
        assert (code, said["detail"]) == (400, "the event names no repository")
        assert forge.requests() == before
        assert not any("hook-secret" in str(line) for line in one.lines)


def test_a_publisher_asks_for_a_fresh_look(listening: Stage, forge: GitLabForge) -> None:
    with daemon(listening) as one:
        one.heard("crawl complete")
        change(forge)
        body = json.dumps({"url": f"https://gitlab.opencode.de/{PATH}.git"}).encode()
        assert one.post("/v1/repositories/refresh", body) == (202, {"status": "taken"})
        one.heard("repository updated")
        for wrong, code in (
            (b"", 400),
            (b"[]", 400),
            (b'{"url": 7}', 400),
            (b'{"url": "javascript:alert(1)"}', 422),
            (b'{"url": "https://git.example.org/a/b"}', 404),
            (b" " * 9000, 413),
        ):
            status, problem = one.post("/v1/repositories/refresh", wrong)
            assert status == code, problem
            assert problem["status"] == code
            assert problem["detail"]


def test_what_is_asked_of_who_only_serves_reaches_the_daemon(
    listening: Stage, forge: GitLabForge
) -> None:
    listening.environment["HARVESTER_API__LISTEN"] = "127.0.0.1:0"
    with daemon(listening) as one, daemon(listening, "serve") as other:
        one.heard("crawl complete")
        other.heard("serving began")
        change(forge)
        body = json.dumps({"url": f"https://gitlab.opencode.de/{PATH}"}).encode()
        assert other.post("/v1/repositories/refresh", body) == (202, {"status": "taken"})
        one.heard("repository updated")
        nobodys = b'{"url": "https://git.example.org/a/b"}'
        assert other.post("/v1/repositories/refresh", nobodys)[0] == 404
        assert other.post("/v1/repositories/refresh", b"{}")[0] == 400


def test_a_secret_that_cannot_be_had_is_told_at_the_start(listening: Stage) -> None:
    del listening.environment["HOOK"]
    done = listening.run("daemon")
    assert done.returncode == 2
    assert "sources[0].webhook_secret_env" in done.stderr
    assert "HOOK is not set" in done.stderr
