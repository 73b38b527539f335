# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What belongs to a source. Pure."""

from fnmatch import fnmatchcase

from harvester.crawl.task import SourcePlan
from harvester.ports.listing import ScopeKind


def matches(plan: SourcePlan, path: str) -> bool:
    """Say whether a repository's path is wanted by the source's globs, whatever the case."""
    folded = path.casefold()
    return any(fnmatchcase(folded, glob.casefold()) for glob in plan.include) and not any(
        fnmatchcase(folded, glob.casefold()) for glob in plan.exclude
    )


def covers(plan: SourcePlan, path: str) -> bool:
    """Say whether a repository's path lies in the source's scope, and its globs want it."""
    return matches(plan, path) and reaches(plan, path)


def reaches(plan: SourcePlan, path: str) -> bool:
    """Say whether a repository's path lies in the source's scope, whatever the globs want."""
    if plan.scope.kind is ScopeKind.INSTANCE:
        return True
    folded = path.casefold()
    paths = [part.casefold().strip("/") for part in plan.scope.paths]
    if plan.scope.kind is ScopeKind.REPOSITORIES:
        return folded in paths
    return any(folded == part or folded.startswith(part + "/") for part in paths)
