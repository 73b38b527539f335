# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a forge's webhook tells: that something moved in a repository. Pure.

An event is a hint: only the path is taken from it, and the forge is asked for the rest.
GitHub and Gitea sign the body (HMAC-SHA256), GitLab shows the secret itself.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

_SIGNATURES = ("x-hub-signature-256", "x-gitea-signature", "x-forgejo-signature")
_TOKEN = "x-gitlab-token"  # noqa: S105 - the header's name
_KINDS = ("x-github-event", "x-gitlab-event", "x-gitea-event", "x-forgejo-event")
_HEARD = frozenset(
    (
        "push", "repository", "create", "delete", "public", "release",
        "push hook", "tag push hook", "project hook", "system hook", "repository update hook",
    )
)  # fmt: skip
"""Events that may change what a catalogue says of a repository."""
_DEPTH_ERRORS = (ValueError, RecursionError)


class NotSignedError(Exception):
    """It does not come from who has the secret."""


class NoEventError(Exception):
    """It is not what a forge sends."""


def moved(headers: Mapping[str, str], body: bytes, secret: str) -> str | None:
    """Give the path of the repository in which something moved; None where nothing is to be done.

    Args:
        headers: of the request, names in lower case.
        body: of the request, as it came.
        secret: what the forge was given.

    Raises:
        NotSignedError: signature or token are not there or not right.
        NoEventError: the body is no event.
    """
    if not _is_signed(headers, body, secret):
        raise NotSignedError
    kind = next((headers[name] for name in _KINDS if name in headers), None)
    if kind is None:
        raise NoEventError("no header names the event")
    if kind.casefold() not in _HEARD:
        return None
    try:
        told = json.loads(body)
    except _DEPTH_ERRORS as error:
        raise NoEventError("the body is no JSON; set the content type application/json") from error
    path = _path(told)
    if path is None:
        raise NoEventError("the event names no repository")
    return path


def _is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    if _TOKEN in headers:
        return hmac.compare_digest(headers[_TOKEN].encode(), secret.encode())
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    shown = next((headers[name] for name in _SIGNATURES if name in headers), "")
    return hmac.compare_digest(shown.removeprefix("sha256=").encode(), wanted.encode())


def _path(told: Any) -> str | None:
    """Give the full path: of GitHub's and Gitea's ``repository``, of GitLab's ``project``."""
    if not isinstance(told, dict):
        return None
    for section, name in (("repository", "full_name"), ("project", "path_with_namespace")):
        found = told.get(section)
        if isinstance(found, dict) and isinstance(found.get(name), str) and found[name]:
            return str(found[name])
    found = told.get("path_with_namespace")  # system hooks about projects
    return found if isinstance(found, str) and found else None
