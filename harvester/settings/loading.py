# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From a TOML file and the environment to checked settings."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

from pydantic import BaseModel, ValidationError

from harvester.nearest import did_you_mean
from harvester.packaged import config_folder
from harvester.ports.directory import DirectoryOptions
from harvester.publishers import BUILTIN, PublishersError, builtin_file
from harvester.settings.configuration import Configuration, absolute_sqlite
from harvester.settings.errors import (
    Places,
    Problem,
    SettingsError,
    explain,
    refusal,
    unknown_key,
)
from harvester.settings.model import (
    ENV_PREFIX,
    BlockRule,
    Daemon,
    Http,
    Keep,
    OptOut,
    Settings,
    Source,
    environment_keys,
)
from harvester.settings.rules import problems
from harvester.settings.values import FILE, is_file
from harvester.toml import KeyPath, TomlDocument, TomlError

CONFIG_VARIABLE = "HARVESTER_CONFIG"
FILE_NAME = "harvester.toml"

_MADE_HERE = ("options", "address")
"""Fields of a source that nobody writes."""

Options = Mapping[str, type[BaseModel]]
"""The connectors' own keys of a ``[[sources]]`` table, by kind; a model that allows extra keys
takes any."""


def find_file(given: Path | None, environ: Mapping[str, str], folder: Path) -> Path | None:
    """Say which file is meant: the one given, ``$HARVESTER_CONFIG``, ``./harvester.toml``.

    Returns:
        None: none of them; the packaged default is meant.
    """
    if given is not None:
        return given
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    here = folder / FILE_NAME
    return here if here.is_file() else None


def load(path: Path | None, environ: Mapping[str, str], options: Options) -> Configuration:
    """Read and check the settings.

    Args:
        path: the file; None for the packaged default.
        environ: the process's environment; what it sets wins over the file.
        options: what each connector adds to a ``[[sources]]`` table.

    Raises:
        SettingsError: something is wrong; all of it is told, with file, line, key and remedy.
    """
    file = config_folder() / FILE_NAME if path is None else path.absolute()
    try:
        document = TomlDocument.read(file)
    except TomlError as error:
        remedy = "" if file.exists() else f"; name another with --config or {CONFIG_VARIABLE}"
        raise SettingsError(f"{error}{remedy}") from None
    variables = _variables(environ)
    places = Places(document, {key: name for name, key in variables.items()})
    found: list[Problem] = []
    # The packaged file's own folder is no place for a database.
    home = Path.cwd() if path is None else file.parent
    data = _prepared(document.data, home, options, found)
    try:
        settings = Settings(**data)
    except ValidationError as error:
        found += [Problem(_key(e["loc"]), explain(e)) for e in error.errors(include_url=False)]
        raise refusal(found, places) from None
    kinds = {source.kind for source in settings.sources}
    directories = {
        kind for kind in kinds & options.keys() if issubclass(options[kind], DirectoryOptions)
    }
    found += problems(settings, directories)
    if found:
        raise refusal(found, places)
    return Configuration(settings=settings, places=places, environ=environ, packaged=path is None)


def _variables(environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Give the set variables that are keys.

    Raises:
        SettingsError: a variable with harvester's prefix is no key.
    """
    known = environment_keys()
    set_here = {name for name in environ if name.startswith(ENV_PREFIX)} - {CONFIG_VARIABLE}
    if unknown := sorted(set_here - known.keys()):
        raise SettingsError(
            "\n".join(
                f"environment: {name}: is no setting; {did_you_mean(name, known)}"
                for name in unknown
            )
        )
    return {name: key for name, key in known.items() if name in set_here}


def _prepared(
    data: Mapping[str, Any], home: Path, options: Options, found: list[Problem]
) -> dict[str, Any]:
    """Give the file's data as the model wants it: paths absolute, connectors' keys apart.

    Unknown keys are told here and left out, so that the model never shows their values.
    """
    tables: dict[str, type[BaseModel]] = {
        "http": Http,
        "keep": Keep,
        "opt_out": OptOut,
        "daemon": Daemon,
    }
    prepared: dict[str, Any] = {}
    for key, value in data.items():
        if key not in Settings.model_fields:
            found.append(Problem((key,), unknown_key(key, tuple(Settings.model_fields))))
        elif key == "sources" and isinstance(value, list):
            prepared[key] = [
                _source(table, ("sources", index), home, options, found)
                for index, table in enumerate(value)
            ]
        elif key == "blocks" and isinstance(value, list):
            known = tuple(BlockRule.model_fields)
            prepared[key] = [
                _known(table, ("blocks", index), known, found) if isinstance(table, dict) else table
                for index, table in enumerate(value)
            ]
        elif key in tables and isinstance(value, dict):
            known = tuple(tables[key].model_fields)
            prepared[key] = _absolute(_known(value, (key,), known, found), home)
        else:
            prepared[key] = value
    url = prepared.setdefault("database_url", Settings.model_fields["database_url"].default)
    if isinstance(url, str):
        prepared["database_url"] = absolute_sqlite(url, home)
    return _absolute(prepared, home)


def _source(table: Any, at: KeyPath, home: Path, options: Options, found: list[Problem]) -> Any:
    if not isinstance(table, dict):
        return table
    common = tuple(key for key in Source.model_fields if key not in _MADE_HERE)
    kind = table.get("kind")
    if not isinstance(kind, str):
        return _absolute({key: table[key] for key in common if key in table}, home)
    model = options.get(kind)
    if model is None:
        found.append(
            Problem((*at, "kind"), f"no connector for {kind!r}; {did_you_mean(kind, options)}")
        )
        return _absolute({key: table[key] for key in common if key in table}, home)
    own = tuple(key for key in model.model_fields if key not in common)
    if model.model_config.get("extra") == "allow":
        own += tuple(key for key in table if key not in common + own)
    strange = table.keys() - {*common, *own}
    foreign = {
        key: other
        for other in (options if strange else ())  # one that is not needed is not loaded
        for key in options[other].model_fields
        if key in strange
    }
    found += [
        Problem((*at, key), f"is a key of kind {other}, not of {kind}; remove it")
        for key, other in foreign.items()
    ]
    mine = {key: value for key, value in table.items() if key not in foreign}
    known = _absolute(_known(mine, at, common + own, found), home)
    if issubclass(model, DirectoryOptions):
        known = _addressed(known, at, home, found)
    try:
        made = model.model_validate_json(
            json.dumps({key: known[key] for key in own if key in known}, default=str), strict=True
        )
    except ValidationError as error:
        found += [
            Problem((*at, *_key(e["loc"])), explain(e)) for e in error.errors(include_url=False)
        ]
        made = None
    kept = (*common, "address")
    return {key: value for key, value in known.items() if key in kept} | {"options": made}


def _addressed(
    table: dict[str, Any], at: KeyPath, home: Path, found: list[Problem]
) -> dict[str, Any]:
    """Keep what an operator wrote as the address of a list, which may be a file, to the letter."""
    written = table.get("url")
    if not isinstance(written, str) or not written:
        return table
    if "://" in written and not is_file(written):
        return table | {"address": written}
    name = url2pathname(written.removeprefix(FILE)) if is_file(written) else written
    try:
        path = (home / builtin_file(name).expanduser()).absolute()
    except PublishersError as error:
        found.append(Problem((*at, "url"), str(error)))
        return table | {"url": "https://builtin.invalid"}
    return table | {"url": path.as_uri(), "address": str(path)}


def _known(
    table: Mapping[str, Any], at: KeyPath, known: tuple[str, ...], found: list[Problem]
) -> dict[str, Any]:
    found += [Problem((*at, key), unknown_key(key, known)) for key in table if key not in known]
    return {key: value for key, value in table.items() if key in known}


def _absolute(table: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """Resolve paths against the folder of the file that names them."""
    resolved = dict(table)
    for key, value in table.items():
        if key.endswith("_files") and isinstance(value, list):
            resolved[key] = [_absolute_path(path, home) for path in value]
        elif key.endswith("_file") or (key == "publishers" and not str(value).startswith(BUILTIN)):
            resolved[key] = _absolute_path(value, home)
    return resolved


def _absolute_path(value: Any, home: Path) -> Any:
    """Resolve a path; what is none, the model refuses."""
    if not isinstance(value, str) or not value:
        return value
    return str(home / Path(value).expanduser())


def _key(location: tuple[int | str, ...]) -> KeyPath:
    return tuple(_without_wrappers(location))


def _without_wrappers(location: tuple[int | str, ...]) -> Iterator[int | str]:
    for part in location:
        # pydantic names validators in the path of an error, such as "function-after[…]".
        if isinstance(part, int) or "[" not in part:
            yield part
