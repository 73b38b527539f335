# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitHub's real schema, from the reference data and from the package that Octokit publishes."""

import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from graphql import GraphQLSchema, build_schema

from tests.reference import REFERENCE

PACKAGE = "@octokit/graphql-schema@15"
"""MIT; made from GitHub's published schema."""


@cache
def reference_schema() -> GraphQLSchema:
    """Build the schema of the reference data."""
    return _built((REFERENCE / "schemas" / "github.graphql").read_text(encoding="utf-8"))


@cache
def octokit_schema() -> GraphQLSchema:
    """Fetch the package with npm, into a folder that is gone afterwards, and build its schema."""
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is not installed; tests/integration/prepare installs it")
    with TemporaryDirectory() as folder:
        subprocess.run(
            [npm, "pack", PACKAGE, "--pack-destination", folder, "--loglevel", "error"],
            cwd=folder,
            check=True,
            timeout=120,
            capture_output=True,
        )
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            member = archive.extractfile("package/schema.graphql")
            if member is None:
                raise RuntimeError(f"{PACKAGE} holds no schema.graphql")
            return _built(member.read().decode())


def _built(text: str) -> GraphQLSchema:
    # GitHub's schema breaks a rule about deprecated fields, which is no business of ours
    return build_schema(text, assume_valid=True)
