# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From the bytes of a list to its rows, in whichever way it is written. Pure."""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.list.markdown import links
from connectors.list.options import Format, ListError, ListOptions
from harvester.leads import LeadKind, Named

_IS_HTML = "it is HTML (a sign-in page?); give the address of the list itself"
ReadYaml = Callable[[bytes], Any]

_SAMPLE = 65_536
_ADDRESS_COLUMNS = (
    "repository_url", "repositoryurl", "repo_url", "url", "web_url", "address", "link",
    "adresse", "repository", "code_url",
)  # fmt: skip
_NAME_COLUMNS = (
    "publisher_name", "publisher", "organisation", "organization", "organisation_name",
    "organization_name", "body", "behoerde", "behörde", "traeger", "name",
)  # fmt: skip
_LEVEL_COLUMNS = ("publisher_level", "level", "ebene")
_URI_COLUMNS = ("publisher_uri", "uri")
_BODY_COLUMNS = _NAME_COLUMNS[:-1]
"""Of these columns no other meaning is known; ``name`` may as well be a repository's."""
_FORGE_KINDS = {"forgejo": "gitea"}
"""The words of lists that are not those of connectors."""


def recognise(content: bytes, read_yaml: ReadYaml) -> Format:
    """Say how a list is written, from what stands in it.

    Raises:
        ListError: it is none of the known ways.
    """
    start = content[:_SAMPLE].decode("utf-8-sig", errors="replace").lstrip()
    if not start:
        raise ListError("it is empty")
    if _is_html(content):
        raise ListError(_IS_HTML)
    if start.startswith(("{", "[{", "[\n")):
        raise ListError('it is JSON; take kind = "catalogue" with json_path')
    if re.search(r"^\[\[(publisher|left_out)\]\]", start, re.MULTILINE):
        return Format.PUBLISHERS
    if _header(start) is not None:
        return Format.CSV
    if re.search(r"^ {0,3}(#{1,6} |[-*+] |\d+[.)] |\|)", start, re.MULTILINE) and "://" in start:
        found = _yaml_format(content, read_yaml)
        return found or Format.MARKDOWN
    found = _yaml_format(content, read_yaml)
    if found is None:
        raise ListError(
            "it is none of the known ways to write a list; say which with format, one of "
            + ", ".join(Format)
        )
    return found


def rows(
    content: bytes, form: Format, options: ListOptions, read_yaml: ReadYaml
) -> Iterator[Named]:
    """Read the rows of a list.

    Raises:
        ListError: it is not written like this.
    """
    if _is_html(content):
        raise ListError(_IS_HTML)
    match form:
        case Format.PUBLISHERS:
            return _publishers(_text(content))
        case Format.SECTIONS:
            return _sections(_mapping(content, read_yaml), options)
        case Format.FORGES:
            return _forges(_mapping(content, read_yaml))
        case Format.CSV:
            return _csv(_text(content), options)
        case Format.MARKDOWN:
            return links(_text(content), options.sections)


def _is_html(content: bytes) -> bool:
    start = content[:_SAMPLE].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    while start.startswith(b"<!--"):
        start = start.partition(b"-->")[2].lstrip()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ListError(f"line {line} is not UTF-8; save the list as UTF-8") from None


# --- TOML, as harvester's own ---------------------------------------------------------------


def _publishers(text: str) -> Iterator[Named]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ListError(f"it is not TOML: {error}") from None
    tables = data.get("publisher", [])
    if not isinstance(tables, list):
        raise ListError("publisher is no list of tables; write [[publisher]] before each")
    return _of_tables(tables)


def _of_tables(tables: list[Any]) -> Iterator[Named]:
    for number, table in enumerate(tables, 1):
        url = table.get("url") if isinstance(table, dict) else None
        if not isinstance(url, str):
            raise ListError(f"[[publisher]] number {number} has no url")
        yield Named(
            address=url,
            name=_string(table.get("name")),
            uri=_string(table.get("uri")),
            level=_string(table.get("level")),
        )


# --- YAML -----------------------------------------------------------------------------------


def _mapping(content: bytes, read_yaml: ReadYaml) -> Mapping[str, Any]:
    try:
        data = read_yaml(content)
    except ValueError as error:
        raise ListError(f"it is not YAML: {error}") from None
    if not isinstance(data, Mapping):
        raise ListError("it has no keys")
    return data


def _yaml_format(content: bytes, read_yaml: ReadYaml) -> Format | None:
    try:
        values = list(_mapping(content, read_yaml).values())
    except ListError:
        return None
    if values and all(_is_host(value) for value in values):
        return Format.FORGES
    if values and all(isinstance(value, list) for value in values):
        return Format.SECTIONS
    return None


def _is_host(value: object) -> bool:
    return isinstance(value, Mapping) and ("forge" in value or "owners" in value)


def _sections(data: Mapping[str, Any], options: ListOptions) -> Iterator[Named]:
    if missing := sorted(set(options.sections) - data.keys()):
        raise ListError(f'it has no section "{missing[0]}"; mend sections')
    base = options.accounts_at.rstrip("/")
    for section, accounts in data.items():
        if options.sections and section not in options.sections:
            continue
        if not isinstance(accounts, list):
            raise ListError(f'the section "{section}" is no list of accounts')
        for account in accounts:
            if isinstance(account, Mapping | list) or account is None:
                raise ListError(f'the section "{section}" holds more than names of accounts')
            # A login such as 18 or 1e3 is a name, whatever YAML takes it for.
            name = str(account)
            address = name if "://" in name else f"{base}/{name}"
            yield Named(address=address, kind=LeadKind.OWNER)


def _forges(data: Mapping[str, Any]) -> Iterator[Named]:
    for host, told in data.items():
        if not _is_host(told):
            raise ListError(f'"{host}" tells neither forge nor owners')
        base = host if "://" in host else f"https://{host}"
        software = told.get("forge")
        kind = _FORGE_KINDS.get(software, software) if isinstance(software, str) else None
        ignored = bool(told.get("ignored_since"))
        owners = told.get("owners")
        if owners is None:
            yield Named(
                address=base,
                kind=LeadKind.FORGE,
                uri=_string(told.get("pso_id")),
                forge_kind=kind,
                ignored=ignored,
            )
            continue
        if isinstance(owners, list):
            owners = {str(owner): None for owner in owners}
        if not isinstance(owners, Mapping):
            raise ListError(f'"{host}": owners is no list of accounts')
        for owner, more in owners.items():
            said = more if isinstance(more, Mapping) else {}
            yield Named(
                address=f"{base}/{owner}",
                kind=LeadKind.OWNER,
                name=_string(said.get("name")),
                uri=_string(said.get("pso_id")),
                forge_kind=kind,
                ignored=ignored or bool(said.get("ignored_since")),
            )


# --- CSV ------------------------------------------------------------------------------------


def _header(start: str) -> tuple[str, list[str]] | None:
    """Give the delimiter and the columns of a CSV text; None if its first line names none."""
    first = start.split("\n", 1)[0].strip()
    for delimiter in (",", ";", "\t", "|"):
        columns = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
        folded = {name.casefold() for name in columns}
        if folded & set(_ADDRESS_COLUMNS) and (len(columns) > 1 or first == columns[0]):
            return delimiter, columns
    return None


def _csv(text: str, options: ListOptions) -> Iterator[Named]:
    found = _header(text[:_SAMPLE].lstrip())
    delimiter = found[0] if found else _delimiter(text)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = {name.strip().casefold(): name for name in reader.fieldnames or () if name}
    address = _column(columns, options.column, _ADDRESS_COLUMNS)
    if address is None:
        wanted = options.column or " or ".join(_ADDRESS_COLUMNS[:4])
        raise ListError(
            f"its first line names no column {wanted}; name the column of the addresses in column"
        )
    level = _column(columns, None, _LEVEL_COLUMNS)
    names = _NAME_COLUMNS if level is not None else _BODY_COLUMNS
    name = _column(columns, options.name_column, names)
    if options.name_column is not None and name is None:
        raise ListError(f'it has no column "{options.name_column}"; mend name_column')
    uri = _column(columns, None, _URI_COLUMNS)
    return _csv_rows(reader, address, name, level, uri)


def _csv_rows(
    reader: "csv.DictReader[str]",
    address: str,
    name: str | None,
    level: str | None,
    uri: str | None,
) -> Iterator[Named]:
    try:
        for row in reader:
            cell = (row.get(address) or "").strip()
            if cell:
                yield Named(
                    address=cell,
                    name=row.get(name) if name else None,
                    level=row.get(level) if level else None,
                    uri=row.get(uri) if uri else None,
                )
    except csv.Error as error:
        raise ListError(f"line {reader.line_num}: it is not CSV: {error}") from None


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max((",", ";", "\t", "|"), key=first.count)


def _column(columns: Mapping[str, str], said: str | None, known: tuple[str, ...]) -> str | None:
    if said is not None:
        return columns.get(said.strip().casefold())
    return next((columns[name] for name in known if name in columns), None)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
