# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What GitLab's errors mean."""

import pytest

from connectors.gitlab.dialect import GitLabDialect
from connectors.transport.graphql import Cost, ErrorKind, GraphQLError


@pytest.mark.parametrize(
    ("message", "path", "kind"),
    [
        (
            "Query has complexity of 1421, which exceeds max complexity of 300",
            (),
            ErrorKind.TOO_COMPLEX,
        ),
        ("Request timed out. Please try a simpler query.", (), ErrorKind.TOO_MUCH),
        ("Internal server error", (), ErrorKind.TOO_MUCH),
        ("Timeout on validation of query", (), ErrorKind.TOO_MUCH),
        ("14:Deadline Exceeded", ("projects", "nodes", 3, "repository"), ErrorKind.PARTIAL),
        ("Timeout on Project.languages", ("projects", "nodes", 3, "languages"), ErrorKind.TOO_MUCH),
        ("Timeout on Query.projects", ("projects",), ErrorKind.TOO_MUCH),
        (
            "Resolvers::ProjectsResolver#ids cannot accept more than 50 items",
            ("projects",),
            ErrorKind.TOO_MUCH,
        ),
        ("You cannot provide more than 20 full_paths", ("projects",), ErrorKind.TOO_MUCH),
        # one project's files are too large: the others of its page are good
        (
            "Max blobs size limit exceeded",
            ("projects", "nodes", 3, "repository", "blobs"),
            ErrorKind.PARTIAL,
        ),
        # a smaller page is as deep: the forge does not run this query
        ("Query has depth of 9, which exceeds max depth of 8", (), ErrorKind.REFUSED),
        ("Variable $x is declared but not used", ("query Instance",), ErrorKind.REFUSED),
        ("Query too large", (), ErrorKind.REFUSED),
    ],
)
def test_kinds(message: str, path: tuple[str | int, ...], kind: ErrorKind) -> None:
    error = GraphQLError(message=message, path=path, extensions={})
    assert GitLabDialect().kind_of(error) is kind


def test_costs() -> None:
    dialect = GitLabDialect()
    told = {"queryComplexity": {"score": 85, "limit": 200}}
    assert dialect.cost_of(told) == Cost(complexity=85, complexity_limit=200)
    assert dialect.cost_of({"queryComplexity": None}) is None
