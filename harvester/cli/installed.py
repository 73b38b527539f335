# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is installed: connectors and readers of lists, found by their entry points.

One is loaded when a source of its kind is asked for, not before: loading all of them takes longer
than most commands.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from pydantic import BaseModel, ConfigDict

from harvester.ports.connector import ConnectorType
from harvester.ports.directory import DirectoryType
from harvester.ports.errors import ConnectorError

CONNECTORS = "harvester.connectors"
DIRECTORIES = "harvester.directories"


def connector_of(kind: str) -> ConnectorType:
    """Give the connector of one kind, which is known to be installed.

    Raises:
        ConnectorError: its package is broken. Only now is that told: it is nothing to sources of
            other kinds.
    """
    return cast("ConnectorType", _loaded(CONNECTORS, kind))


def directory_of(kind: str) -> DirectoryType:
    """Give the reader of one kind of lists, which is known to be installed.

    Raises:
        ConnectorError: its package is broken.
    """
    return cast("DirectoryType", _loaded(DIRECTORIES, kind))


def connector_kinds() -> frozenset[str]:
    """Name all kinds of forges that are installed, whether they can be loaded or not."""
    return frozenset(_points(CONNECTORS))


def connector_types(kinds: Collection[str] | None = None) -> Mapping[str, ConnectorType]:
    """Give the connectors that are installed and work, by kind: all, or those of some kinds."""
    found: dict[str, ConnectorType] = {}
    for kind in sorted(connector_kinds() if kinds is None else connector_kinds() & {*kinds}):
        try:
            found[kind] = connector_of(kind)
        except ConnectorError:
            continue
    return found


def options() -> Mapping[str, type[BaseModel]]:
    """Give what each kind of source adds to a ``[[sources]]`` table."""
    return _Options()


class _Unchecked(BaseModel):
    """Keys of a connector that cannot be loaded: what they mean, nobody can say."""

    model_config = ConfigDict(extra="allow")


class _Options(Mapping[str, type[BaseModel]]):
    """Options by kind; a kind that reads lists and carries entries has those of the lists."""

    def __getitem__(self, kind: str) -> type[BaseModel]:
        for group, of in ((DIRECTORIES, directory_of), (CONNECTORS, connector_of)):
            if kind in _points(group):
                try:
                    return of(kind).Options
                except ConnectorError:
                    return _Unchecked
        raise KeyError(kind)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*_points(CONNECTORS), *_points(DIRECTORIES)}))

    def __len__(self) -> int:
        return len({*_points(CONNECTORS), *_points(DIRECTORIES)})


@cache
def _points(group: str) -> Mapping[str, EntryPoint]:
    """Find the entry points of a group, by kind: that is their name."""
    return {point.name: point for point in entry_points(group=group)}


@cache
def _loaded(group: str, kind: str) -> object:
    """Load one.

    Raises:
        ConnectorError: its package is broken.
    """
    point = _points(group)[kind]
    try:
        return point.load()
    except Exception as error:
        package = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
        raise ConnectorError(
            f'the connector for "{kind}" of the package {package} cannot be loaded: '
            f"{type(error).__name__}: {error}; update, mend or remove the package"
        ) from error


def forget() -> None:
    """Look anew at what is installed."""
    _points.cache_clear()
    _loaded.cache_clear()
