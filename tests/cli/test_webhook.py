# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import contextlib
from datetime import timedelta

import pytest

from harvester.ports.webhooks import Outcome, Topic, Tried
from storage.catalogue import open_catalogue
from storage.outbox import StoredOutbox
from storage.webhooks import StoredWebhooks
from tests.cli.conftest import Shell
from tests.storage import made
from tests.webhooks import happen, hook

ONE, TWO = hook(1).id, hook(2).id


@pytest.fixture
def ended(shell: Shell) -> Shell:
    """A catalogue with a webhook that ended, and one that is told of publishers."""
    assert shell("webhook", "list", "--json").json == {"webhooks": []}
    with contextlib.closing(open_catalogue(f"sqlite:///{shell.folder}/harvester.db")) as catalogue:
        stored, outbox = StoredWebhooks(catalogue.store), StoredOutbox(catalogue.store)
        stored.add(hook(1, secret="a secret of sixteen"))
        stored.add(hook(2, topic=Topic.PUBLISHERS, only="p"))
        happen(catalogue.store, "x", "y")
        outbox.hold(made.ME, timedelta(minutes=1), made.NOW)
        first, _second = outbox.due(made.ME, [ONE], made.NOW, 9, early=False) or ()
        unwanted = Tried(
            delivery=first,
            outcome=Outcome.UNWANTED,
            at=made.NOW,
            said="answered 410",
            next_try_at=None,
        )
        assert outbox.settle(made.ME, [unwanted], made.NOW) == 2
        outbox.let_go(made.ME)
    return shell


def test_webhooks_and_their_deliveries_are_shown(ended: Shell) -> None:
    listed = ended("webhook", "list")
    ended_one, active = (line.split("  ") for line in listed.out.splitlines())
    assert ended_one[:4] == [ONE, "/software", "https://hooks.example/1", "ended (answered 410)"]
    assert ended_one[4:] == ["waiting 0", "given up 2", "missed 0"]
    assert active[:4] == [TWO, "/publishers/p", "https://hooks.example/2", "active"]
    told = ended("webhook", "list", "--json")
    assert [one["signed"] for one in told.json["webhooks"]] == [True, False]
    assert "secret of sixteen" not in told.out + told.err
    german = ended("webhook", "deliveries", ONE, "--lang", "de").out.splitlines()
    assert german[1].startswith("1  update /software/x  aufgegeben  Versuche 1  answered 410")
    assert ended("webhook", "deliveries", ONE, "--state", "waiting").out == ""
    (newest,) = ended("webhook", "deliveries", ONE, "--limit", "1", "--json").json["deliveries"]
    assert (newest["seq"], newest["state"], newest["tries"]) == (2, "given-up", 0)


def test_what_was_given_up_is_told_again(ended: Shell) -> None:
    said = f"{ONE}: told again; 2 events that were given up wait\n"
    assert ended("webhook", "retry", ONE.upper()).out == said
    (one, _two) = ended("webhook", "list", "--json").json["webhooks"]
    assert (one["ended"], one["waiting"], one["position"]) == (None, 2, 2)
    ended("webhook", "retry", ONE, "--after", "0", "--json")
    (one, _two) = ended("webhook", "list", "--json").json["webhooks"]
    assert (one["waiting"], one["position"]) == (0, 0)


def test_what_cannot_be_told_again_says_why(ended: Shell) -> None:
    for arguments, said in (
        (("deliveries", "nobody"), "there is no webhook nobody"),
        (("retry", "nobody"), "there is no webhook nobody"),
        (("retry", TWO, "--after", "1"), "which have no change feed"),
        (("retry", ONE, "--after", "-1"), "--after"),
    ):
        ran = ended("webhook", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
