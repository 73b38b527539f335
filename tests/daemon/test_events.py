# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.daemon.events import NoEventError, NotSignedError, moved

SECRET = "correct horse"
GITHUB_PUSH = {"ref": "refs/heads/main", "repository": {"id": 7, "full_name": "city/one"}}
GITLAB_PUSH = {"object_kind": "push", "project": {"path_with_namespace": "city/sub/one"}}
GITLAB_RENAMED = {"event_name": "project_rename", "path_with_namespace": "city/new"}


def signed(body: bytes, secret: str = SECRET, **more: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}", **more}


def github(told: Any, event: str = "push", secret: str = SECRET) -> str | None:
    body = json.dumps(told).encode()
    return moved(signed(body, secret, **{"x-github-event": event}), body, SECRET)


def gitlab(told: Any, event: str = "Push Hook", token: str = SECRET) -> str | None:
    body = json.dumps(told).encode()
    return moved({"x-gitlab-event": event, "x-gitlab-token": token}, body, SECRET)


def test_a_push() -> None:
    assert github(GITHUB_PUSH) == "city/one"
    assert gitlab(GITLAB_PUSH) == "city/sub/one"
    assert gitlab(GITLAB_RENAMED, "System Hook") == "city/new"


def test_a_push_of_gitea() -> None:
    body = json.dumps(GITHUB_PUSH).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-gitea-event": "push", "x-gitea-signature": digest}
    assert moved(headers, body, SECRET) == "city/one"


@pytest.mark.parametrize("event", ["ping", "star", "issues"])
def test_what_changes_nothing_here_is_passed_over(event: str) -> None:
    assert github({"zen": "Anything added dilutes everything else."}, event) is None


def test_what_is_not_signed_or_signed_by_somebody_else() -> None:
    with pytest.raises(NotSignedError):
        github(GITHUB_PUSH, secret="another")
    with pytest.raises(NotSignedError):
        gitlab(GITLAB_PUSH, token="another")
    with pytest.raises(NotSignedError):
        moved({"x-github-event": "push"}, b"{}", SECRET)


def test_a_signature_is_of_this_body() -> None:
    headers = signed(b"{}", **{"x-github-event": "push"})
    with pytest.raises(NotSignedError):
        moved(headers, b'{"repository":{"full_name":"city/other"}}', SECRET)


@pytest.mark.parametrize("told", [None, [], 1, {}, {"repository": "x"}, {"repository": {}}])
def test_what_names_no_repository(told: Any) -> None:
    with pytest.raises(NoEventError):
        github(told)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b"payload=%7B%7D"])
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(NoEventError):
        moved(signed(body, **{"x-github-event": "push"}), body, SECRET)


def test_an_event_without_a_name() -> None:
    with pytest.raises(NoEventError):
        moved(signed(b"{}"), b"{}", SECRET)


@given(st.dictionaries(st.text(), st.text()), st.binary(max_size=200))
def test_whatever_comes_unsigned_is_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(NotSignedError):
        moved(headers, body, SECRET)
