# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Walks a file along the standard's table: checks and normalises in one go.

Nothing is lost on the way. Keys that the standard does not know stay where they are; a value that
cannot stand at its key is kept under :data:`OWN_KEY` with the path at which the file has it.
"""

from dataclasses import dataclass, field
from typing import Any

from harvester.model import JsonObject
from harvester.publiccode import vocabulary
from harvester.publiccode.codes import Code
from harvester.publiccode.nodes import (
    MAX_DIGITS,
    NULL,
    Mapping,
    Mark,
    Node,
    Scalar,
    Sequence,
    is_null,
    is_number,
    plain_value,
)
from harvester.publiccode.standard import LANGUAGE, Key, Presence
from harvester.publiccode.values import (
    UNREADABLE,
    VALUE_TYPES,
    Reader,
    Unreadable,
    Value,
    read_language,
)

OWN_KEY = "x-harvester"
"""Where a record keeps what is harvester's: ``raw``, the texts that could not be read, by path."""
_RAW = "raw"
_COUNTRY_KEY = 2
_EMPTY = {Presence.ESSENTIAL: Code.EMPTY_ESSENTIAL, Presence.REQUIRED: Code.EMPTY}


@dataclass(slots=True)
class _Section:
    """A mapping that is being read."""

    node: Mapping
    key: Key
    prefix: str
    """What stands before the names of its keys: empty, or a path with a dot at its end."""
    record: JsonObject = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """Names of the table's keys that were found, by whatever name."""


class Walk:
    """One walk through one file."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._findings = reader.findings
        self._standard = reader.standard
        self.raw = reader.raw
        self._moved: list[tuple[str, str, Any]] = []

    def record(self, root: Mapping) -> JsonObject:
        """Give the record of a whole file."""
        record = self._section(root, self._standard.root, "")
        for old, new, value in self._moved:
            self._put(record, old, new, value)
        return record

    def close(self, record: JsonObject) -> None:
        """Add what could not be read to a record that is otherwise done."""
        if "legal.license" in self.raw:
            record.setdefault("legal", {})["license"] = None
        if self.raw:
            record[OWN_KEY] = {_RAW: self.raw}

    # --- containers

    def _section(self, node: Mapping, key: Key, path: str) -> JsonObject:
        """Read a mapping of keys that the table knows."""
        section = _Section(node, key, f"{path}." if path else "")
        record, children, prefix = section.record, key.children, section.prefix
        for name, (written, value) in node.entries.items():
            child = children.get(name)
            if child is None:
                self._stranger(section, name)
                continue
            section.seen.add(name)
            result = self._value(value, child, prefix + name, written.mark)
            if result is not UNREADABLE:
                record[name] = result
        if node.complete:
            self._missing(section)
        return record

    def _missing(self, section: "_Section") -> None:
        node, prefix = section.node, section.prefix
        for name, key in section.key.needed.items():
            if name in section.seen:
                continue
            first = next(iter(node.entries.values()), None)
            mark = first[0].mark if first is not None else node.mark
            if key.type == "version":
                self._findings.add(
                    Code.VERSION_MISSING,
                    prefix + name,
                    mark,
                    suggestion=f'{name}: "{self._standard.recommended}"',
                )
                continue
            essential = key.presence is Presence.ESSENTIAL
            code = Code.MISSING_ESSENTIAL if essential else Code.MISSING
            for lacking in key.needed.values() if key.needed else (key,):
                path = prefix + (name if lacking is key else f"{name}.{lacking.name}")
                self._findings.add(code, path, mark, name=path)

    def _languages(self, node: Mapping, key: Key, path: str) -> JsonObject:
        """Read a mapping of languages."""
        record: JsonObject = {}
        section = key.children[LANGUAGE]
        for name, (written, value) in node.entries.items():
            place = f"{path}.{name}"
            tag = read_language(Value(self.reader, written, section, place, written.mark, name))
            result = self._value(value, section, place, written.mark)
            if result is UNREADABLE:
                continue
            record[tag if tag not in record else name] = result
        return record

    def _list(self, node: Node, key: Key, path: str, mark: Mark | None) -> Any:
        if not isinstance(node, Sequence):
            if isinstance(node, Mapping) and key.type != "section":
                return self._wrong_type(node, key, path, mark, expected="list")
            if not key.single and key.type != "repositories":
                self._findings.add(Code.SINGLE_FOR_LIST, path, mark)
            result = self._one(node, key, path, mark)
            return UNREADABLE if result is UNREADABLE else [result]
        record = []
        told = False
        for index, item in enumerate(node.items):
            if _is_blank(item):
                continue
            told = True
            result = self._one(item, key, f"{path}[{index}]", item.mark)
            if result is not UNREADABLE:
                record.append(result)
        if not told:
            return self._empty(key, path, mark)
        return record or UNREADABLE

    # --- values

    def _value(self, node: Node, key: Key, path: str, mark: Mark | None) -> Any:
        """Read the value of a known key."""
        text = ""
        if type(node) is Scalar:
            text = node.text.strip()
            if not text or (node.plain and text in NULL):
                return self._empty(key, path, mark)
        if key.deprecated is not None:
            self._deprecated(key, path, mark)
        if key.is_list or key.type == "repositories":
            return self._list(node, key, path, mark)
        if type(node) is Scalar and key.type in VALUE_TYPES:
            return self._scalar(node, key, path, mark, text)
        return self._one(node, key, path, mark)

    def _one(self, node: Node, key: Key, path: str, mark: Mark | None) -> Any:
        """Read one value: that of a key, or one entry of a list."""
        if key.type in ("section", "languages"):
            if not isinstance(node, Mapping):
                return self._wrong_type(node, key, path, mark, expected="section")
            if not node.entries and node.complete:
                return self._empty(key, path, mark)
            if key.type == "languages":
                return self._languages(node, key, path) or UNREADABLE
            return self._section(node, key, path) or UNREADABLE
        if isinstance(node, Sequence) and len(node.items) == 1:
            (only,) = node.items
            if isinstance(only, Scalar) and not key.is_list and not _is_blank(only):
                self._findings.add(Code.LIST_FOR_SINGLE, path, mark)
                node = only
        if not isinstance(node, Scalar):
            return self._wrong_type(node, key, path, mark, expected="text")
        return self._scalar(node, key, path, mark, node.text.strip())

    def _scalar(self, node: Scalar, key: Key, path: str, mark: Mark | None, text: str) -> Any:
        """Read one text; ``text`` is it without the white space around it."""
        result = VALUE_TYPES[key.type](Value(self.reader, node, key, path, mark, text))
        if result is UNREADABLE:
            self.raw[path] = text
        return result

    def _empty(self, key: Key, path: str, mark: Mark | None) -> Unreadable:
        code = _EMPTY.get(key.presence, Code.EMPTY_OPTIONAL)
        self._findings.add(code, path, mark, name=key.name)
        return UNREADABLE

    def _wrong_type(
        self, node: Node, key: Key, path: str, mark: Mark | None, expected: str
    ) -> Unreadable:
        essential = key.presence is Presence.ESSENTIAL
        code = Code.WRONG_TYPE_ESSENTIAL if essential else Code.WRONG_TYPE
        found, value = "text", ""
        if isinstance(node, Scalar):
            value = node.text
        else:
            found = "list" if isinstance(node, Sequence) else "section"
        self._findings.add(code, path, mark, expected=expected, found=found, value=value)
        self.raw[path] = plain_value(node)
        return UNREADABLE

    def _deprecated(self, key: Key, path: str, mark: Mark | None) -> None:
        since = key.deprecated or ""
        if key.successor is None:
            self._findings.add(Code.DEPRECATED, path, mark, since=since)
        else:
            self._findings.add(
                Code.DEPRECATED_FOR,
                path,
                mark,
                suggestion=key.successor,
                since=since,
                successor=key.successor,
            )

    # --- keys that the table does not have

    def _stranger(self, section: "_Section", name: str) -> None:
        """Read a key that the table does not have at this place."""
        written, value = section.node.entries[name]
        path, mark = section.prefix + name, written.mark
        table_path = f"{section.key.path}.{name}" if section.key.path else name
        if path == OWN_KEY:
            self._own(value)
            return
        newer = self._standard.renamed.get(table_path)
        if newer is not None:
            self._renamed(section, name, newer)
            return
        at_root = section.prefix == ""
        gone = self._standard.removed.get(table_path)
        if gone is not None:
            self._findings.add(Code.REMOVED_IN_V1, path, mark, suggestion=gone or None, name=name)
        elif at_root and self._is_dialect(name):
            self._findings.add(Code.DIALECT_KEY, path, mark, name=name)
        elif at_root and self._is_country(name, value):
            self._findings.add(Code.COUNTRY_SECTION, path, mark, name=name)
        else:
            close = None
            if not self._findings.full:
                close = vocabulary.closest(name, tuple(section.key.children))
            if close is not None and close not in section.node.entries:
                self._findings.add(Code.MISSPELLED_KEY, path, mark, suggestion=close, name=name)
            else:
                self._findings.add(Code.UNKNOWN_KEY, path, mark, name=name)
        section.record[name] = self._kept(value, path)

    def _renamed(self, section: "_Section", name: str, newer: str) -> None:
        """Read a key by the name that it has now."""
        written, value = section.node.entries[name]
        path, mark = section.prefix + name, written.mark
        key = self._standard.key_at(newer)
        above, _, newer_name = newer.rpartition(".")
        same_section = above == section.key.path
        if key is None or (same_section and newer_name in section.node.entries):
            self._findings.add(Code.BOTH_KEYS, path, mark, name=name, newer=newer_name)
            self.raw[path] = plain_value(value)
            return
        self._findings.add(Code.RENAMED, path, mark, suggestion=newer, name=name, newer=newer)
        section.seen.add(newer_name)
        result = self._value(value, key, path, mark)
        if result is UNREADABLE:
            return
        if same_section:
            section.record[newer_name] = result
        else:
            self._moved.append((path, newer, result))

    def _put(self, record: JsonObject, old: str, new: str, value: Any) -> None:
        """Put a value at a path, unless something stands there."""
        *above, name = new.split(".")
        target: Any = record
        for part in above:
            target = target.setdefault(part, {}) if isinstance(target, dict) else None
        if isinstance(target, dict) and name not in target:
            target[name] = value
        elif not isinstance(target, dict) or target[name] != value:
            self.raw[old] = value

    def _is_dialect(self, name: str) -> bool:
        return name in self._standard.dialect_keys or name.startswith(
            self._standard.dialect_prefixes
        )

    @staticmethod
    def _is_country(name: str, value: Node) -> bool:
        return (
            len(name) == _COUNTRY_KEY
            and isinstance(value, Mapping)
            and name.upper() in vocabulary.country_codes()
        )

    def _kept(self, node: Node, path: str) -> Any:
        """Keep a value whose meaning is not known."""
        if isinstance(node, Scalar) and is_number(node) and not _is_safe(node):
            self._findings.add(Code.UNSAFE_NUMBER, path, node.mark, value=node.text)
        return plain_value(node)

    def _own(self, value: Node) -> None:
        """Take over what an earlier reading could not read."""
        own = plain_value(value)
        raw = own.get(_RAW) if isinstance(own, dict) else None
        if isinstance(raw, dict):
            self.raw.update(raw)


def _is_blank(node: Node) -> bool:
    return isinstance(node, Scalar) and (is_null(node) or not node.text.strip())


def _is_safe(scalar: Scalar) -> bool:
    """Say whether any reader of JSON can hold a number."""
    return len(scalar.text) <= MAX_DIGITS and scalar.text.lstrip("+-")[:1].isdigit()
