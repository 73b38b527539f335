# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Serves bare repositories with ``git http-backend``, and keeps a log of the requests."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.requests import Request as WebRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.forges.server import Forge
from tests.forges.world import World

_SOMEBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in {
        "NAME": "Somebody",
        "EMAIL": "somebody@forge.example",
        "DATE": "2026-03-01T12:00:00Z",
    }.items()
}


class GitForge(Forge):
    """Repositories in a folder.

    Args:
        folder: where they are made.

    Attributes:
        knows_version_2: the server hands on which version of the protocol is wished.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(World())
        self.folder = folder
        self.knows_version_2 = True

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/{path:path}", self._backend, methods=["GET", "POST"])]

    def kind_of(self, path: str) -> str:
        return "rest"

    # --- what it holds ----------------------------------------------------------------------

    def make(
        self, path: str, files: Mapping[str, bytes] | None = None, *, partial: bool = True
    ) -> str:
        """Make a repository, empty unless there are files; give the id of its commit.

        Args:
            path: below the host, without ``.git``.
            files: in its root.
            partial: single objects may be asked for.
        """
        self._run("init", "--quiet", "--bare", "--initial-branch=trunk", self._folder(path))
        for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            self.git(path, "config", key, str(partial).lower())
        return "" if files is None else self.commit(path, files)

    def commit(self, path: str, files: Mapping[str, bytes]) -> str:
        """Let the repository hold these files and no others; give the id of the commit."""
        rows = ""
        for name, content in files.items():
            oid = self.git(path, "hash-object", "-w", "--stdin", put=content)
            rows += f"100644 blob {oid}\t{name}\n"
        inner = self.git(path, "mktree", put=rows.encode())
        return self.commit_tree(path, f"{rows}040000 tree {inner}\tsrc\n")

    def commit_tree(self, path: str, rows: str) -> str:
        """Let the repository hold what these lines of ``git ls-tree`` say."""
        tree = self.git(path, "mktree", put=rows.encode())
        commit = self.git(path, "commit-tree", tree, "-m", "A commit")
        self.git(path, "update-ref", "refs/heads/trunk", commit)
        return commit

    def git(self, path: str, *arguments: str, put: bytes = b"") -> str:
        """Run git in a repository."""
        return self._run("--git-dir", self._folder(path), *arguments, put=put)

    def _folder(self, path: str) -> str:
        return str(self.folder / f"{path}.git")

    def _run(self, *arguments: str, put: bytes = b"") -> str:
        done = subprocess.run(
            ["git", *arguments], input=put, capture_output=True, check=True, env=_environment()
        )
        return done.stdout.decode().strip()

    # --- answering --------------------------------------------------------------------------

    async def _backend(self, request: WebRequest) -> Response:
        body = await request.body()
        headers = request.headers
        environment = _environment() | {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.url.path,
            "QUERY_STRING": request.url.query,
            "CONTENT_TYPE": headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
        }
        if self.knows_version_2:
            environment["HTTP_GIT_PROTOCOL"] = headers.get("git-protocol", "")
        done = subprocess.run(  # noqa: ASYNC221 - the stand-in answers one request at a time
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=False,
            env=environment,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        told = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if line)
        status = int(told.pop("Status", "200").split()[0])
        return Response(content, status, told)


def _environment() -> dict[str, str]:
    """Leave out the settings of whoever runs the tests."""
    nobody = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return {"PATH": os.environ["PATH"], **nobody, **_SOMEBODY}
