# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A reader of YAML 1.2 for texts that nobody vouches for.

libyaml's events are composed here, in a loop and not by recursion: its own composer crashes the
interpreter on a few thousand brackets. Depth and nodes have budgets, and what an alias stands for
counts as often as it is used. What was read before an error is kept.
"""

from dataclasses import dataclass
from typing import Any

import yaml
from yaml._yaml import CParser

from harvester.publiccode.codes import Code
from harvester.publiccode.decoding import REPLACEMENT, UNPRINTABLE
from harvester.publiccode.findings import Findings
from harvester.publiccode.nodes import Mapping, Mark, Node, Scalar, Sequence
from harvester.publiccode.syntax import report_syntax

MAX_DEPTH = 64
MAX_NODES = 20_000

_STRING_TAGS = frozenset(("!", "tag:yaml.org,2002:str"))
_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "map", "seq")
)
_MERGE = "<<"
_BLOCK = ("|", ">")
_PATH_LEVELS = 8
"""No key of the standard lies deeper; a longer path helps nobody."""
_NO_KEY = Scalar("", plain=True, mark=None)


class _GiveUpError(Exception):
    """A budget is used up, or the rest cannot be read; what was composed stands."""


@dataclass(slots=True)
class _Level:
    """A container that is being read."""

    node: Mapping | Sequence
    anchor: str | None
    nodes_before: int
    is_key: bool
    """It is itself a key, which JSON has no place for: composed, told and dropped."""
    merge_key: Scalar | None = None
    """It is the value of this merge key, and is merged when it is complete."""
    key: Scalar | None = None
    """The key whose value comes next."""
    skip_value: bool = False
    """The value that comes next belongs to a key that cannot be kept."""


def read_yaml(text: str, findings: Findings, most_nodes: int = MAX_NODES) -> Mapping | None:
    """Read one document whose root is a mapping.

    Args:
        text: decoded, without characters that YAML does not allow.
        findings: gets everything that is wrong, each at its place.
        most_nodes: what it may consist of, aliases counted as often as they are used.

    Returns:
        What could be read, or None where that is nothing.
    """
    composer = _Composer(findings, escapes="\\" in text, most_nodes=most_nodes)
    parser = CParser(text.encode())
    try:
        _feed(parser, composer)
    except yaml.MarkedYAMLError as error:
        report_syntax(error, text, findings)
        composer.forget_last()
        composer.break_off()
    except yaml.YAMLError as error:
        findings.add(Code.SYNTAX, "", None, problem=str(error))
        composer.break_off()
    except _GiveUpError:
        composer.break_off()
    finally:
        parser.dispose()
    root = composer.root
    if root is None or (isinstance(root, Scalar) and not findings.fatal and not root.text):
        if not findings.fatal:
            findings.add(Code.EMPTY_FILE, "", None)
        return None
    if not isinstance(root, Mapping):
        if not findings.fatal:
            found = "list" if isinstance(root, Sequence) else "text"
            findings.add(Code.NOT_A_MAPPING, "", root.mark, found=found)
        return None
    return root


def _feed(parser: Any, composer: "_Composer") -> None:
    """Hand the parser's events to the composer until the document ends."""
    get_event = parser.get_event
    scalar_event, scalar = yaml.ScalarEvent, composer.scalar
    handlers = {
        yaml.MappingStartEvent: composer.mapping,
        yaml.SequenceStartEvent: composer.sequence,
        yaml.MappingEndEvent: composer.end,
        yaml.SequenceEndEvent: composer.end,
        yaml.AliasEvent: composer.alias,
        yaml.DocumentStartEvent: composer.document,
        yaml.DocumentEndEvent: composer.ignore,
        yaml.StreamStartEvent: composer.ignore,
        yaml.StreamEndEvent: composer.ignore,
    }
    while (event := get_event()) is not None:
        kind = type(event)
        if kind is scalar_event:
            scalar(event)
        else:
            handlers[kind](event)


class _Composer:
    """Builds the tree from events."""

    def __init__(self, findings: Findings, *, escapes: bool, most_nodes: int) -> None:
        self._most_nodes = most_nodes
        self.root: Node | None = None
        self._findings = findings
        self._escapes = escapes
        self._levels: list[_Level] = []
        self._nodes = 0
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open_anchors: set[str] = set()
        self._documents = 0
        self._last: Mapping | Sequence | None = None
        """What a text was put into last, as long as nothing else has come since."""

    # --- events

    def document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._findings.add(Code.SEVERAL_DOCUMENTS, "", event.start_mark)
            raise _GiveUpError

    def ignore(self, event: Any) -> None:
        """Pass over an event that says nothing."""

    def scalar(self, event: Any) -> None:
        """Read a text. Three quarters of all events come here, so the usual case is short."""
        style, mark = event.style, event.start_mark
        self._nodes += 1
        if event.tag is not None or event.anchor is not None or self._escapes:
            node = self._unusual(event, style, mark)
        else:
            node = Scalar(event.value, not style, mark, style in _BLOCK)
        if self._nodes > self._most_nodes or not self._levels:
            self._count(mark, 0)
            self._place(node)
            return
        level = self._levels[-1]
        parent = level.node
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif level.key is None:
            level.key = node
            return
        else:
            name = level.key.text
            if level.skip_value or name == _MERGE or name in parent.entries:
                self._place(node)
                return
            parent.entries[name] = (level.key, node)
            level.key = None
        self._last = parent

    def _unusual(self, event: Any, style: str, mark: Mark) -> Scalar:
        """Read a text with a tag, an anchor or an escape."""
        plain, value = not style, event.value
        if event.tag is not None:
            plain = self._tag(event.tag, plain=plain, mark=mark)
        if style == '"':
            value = self._storable(value, mark)
        node = Scalar(value, plain, mark, style in _BLOCK)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, 1)
        return node

    def mapping(self, event: Any) -> None:
        self._open(Mapping(event.start_mark, bool(event.flow_style)), event)

    def sequence(self, event: Any) -> None:
        self._open(Sequence(event.start_mark, bool(event.flow_style)), event)

    def end(self, _event: Any) -> None:
        level = self._levels.pop()
        if level.is_key:
            self._complex_key(level.node.mark)
        if level.merge_key is not None and isinstance(parent := self._levels[-1].node, Mapping):
            self._merge(parent, level.merge_key, level.node)
        if level.anchor is not None:
            self._anchors[level.anchor] = (level.node, self._nodes - level.nodes_before)
            self._open_anchors.discard(level.anchor)

    def alias(self, event: Any) -> None:
        name: str = event.anchor
        known = self._anchors.get(name)
        if name in self._open_anchors or known is None:
            self._findings.add(Code.BAD_ALIAS, self._path(), event.start_mark, alias=name)
            node: Node = Scalar("null", plain=True, mark=event.start_mark)
            size = 1
        else:
            node, size = known
        self._count(event.start_mark, size)
        level = self._levels[-1] if self._levels else None
        if level is not None and type(level.node) is Mapping and level.key is None:
            if isinstance(node, Scalar):
                level.key = Scalar(node.text, node.plain, event.start_mark)
            else:
                self._findings.add(Code.COMPLEX_KEY, self._path(), event.start_mark)
                level.key, level.skip_value = _NO_KEY, True
            return
        self._place(node)

    def forget_last(self) -> None:
        """Drop the text read last: nobody knows where it ended, unless a key came after it."""
        if self._levels and self._levels[-1].key is not None:
            return
        if isinstance(self._last, Mapping):
            self._last.entries.popitem()
        elif isinstance(self._last, Sequence):
            self._last.items.pop()

    def break_off(self) -> None:
        """Mark what is still open as incomplete, and drop what has nothing in it yet."""
        for outer, level in zip(self._levels[::-1][1:], self._levels[::-1], strict=False):
            if not (_is_empty(level.node) and _last_of(outer.node) is level.node):
                break
            if isinstance(outer.node, Sequence):
                outer.node.items.pop()
            else:
                outer.node.entries.popitem()
        for level in self._levels:
            if isinstance(level.node, Mapping):
                level.node.complete = False
        if isinstance(self.root, Mapping):
            self.root.complete = False

    # --- the tree

    def _open(self, node: Mapping | Sequence, event: Any) -> None:
        mark = event.start_mark
        if event.tag is not None:
            self._tag(event.tag, plain=False, mark=mark)
        before = self._nodes
        self._count(mark, 1)
        if len(self._levels) >= MAX_DEPTH:
            self._findings.add(Code.TOO_DEEP, self._path(), mark, limit=str(MAX_DEPTH))
            raise _GiveUpError
        level = self._levels[-1] if self._levels else None
        is_key = level is not None and type(level.node) is Mapping and level.key is None
        merge_key = None
        if not is_key:
            if level is not None and _is_merge(level.key):
                merge_key, level.key = level.key, None
            else:
                self._place(node)
        self._levels.append(_Level(node, event.anchor, before, is_key, merge_key))
        if event.anchor is not None:
            self._open_anchors.add(event.anchor)

    def _place(self, node: Node) -> None:
        """Put a node where the innermost open container wants it."""
        self._last = None
        if not self._levels:
            self.root = node
            return
        level = self._levels[-1]
        parent = level.node
        if type(parent) is Sequence:
            parent.items.append(node)
            return
        key, level.key = level.key or _NO_KEY, None
        if level.skip_value:
            level.skip_value = False
            return
        self._enter(parent, key, node)  # type: ignore[arg-type]

    def _enter(self, parent: Mapping, key: Scalar, node: Node) -> None:
        name = key.text
        if _is_merge(key):
            self._merge(parent, key, node)
            return
        first = parent.entries.get(name)
        if first is not None and first[0].mark is not None:
            self._findings.add(
                Code.DUPLICATE_KEY,
                _joined(self._path(), name),
                key.mark,
                name=name,
                first=str(first[0].mark.line + 1),
            )
            return
        parent.entries[name] = (key, node)

    def _merge(self, parent: Mapping, key: Scalar, node: Node) -> None:
        """Take over the entries of other mappings, as YAML 1.1 did; a mapping's own ones win."""
        self._findings.add(Code.MERGE_KEY, _joined(self._path(), _MERGE), key.mark)
        for source in node.items if isinstance(node, Sequence) else [node]:
            if not isinstance(source, Mapping) or source is parent:
                continue
            self._count(key.mark, len(source.entries))
            for name, (_, value) in source.entries.items():
                # Without a mark, so that the mapping's own entry may replace it.
                parent.entries.setdefault(name, (Scalar(name, plain=True, mark=None), value))

    def _complex_key(self, mark: Mark | None) -> None:
        """Tell of a key that is a container; its value is dropped with it."""
        level = self._levels[-1]
        if not any(outer.is_key for outer in self._levels):
            self._findings.add(Code.COMPLEX_KEY, self._path(), mark)
        level.key, level.skip_value = _NO_KEY, True

    # --- guards

    def _count(self, mark: Mark | None, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._most_nodes:
            limit = str(self._most_nodes)
            self._findings.add(Code.TOO_MANY_NODES, self._path(), mark, limit=limit)
            raise _GiveUpError

    def _tag(self, tag: str, *, plain: bool, mark: Mark) -> bool:
        """Give whether a tagged scalar may still mean something else than its text."""
        if tag in _STRING_TAGS:
            return False
        if tag not in _CORE_TAGS:
            self._findings.add(Code.TAG, self._path(), mark, tag=tag)
        return plain

    def _storable(self, value: str, mark: Mark) -> str:
        """Replace characters that an escape brought in and no database could hold."""
        bad = UNPRINTABLE.search(value)
        if bad is None:
            return value
        character = f"U+{ord(bad[0]):04X}"
        self._findings.add(Code.ESCAPED_CHARACTER, self._path(), mark, character=character)
        return UNPRINTABLE.sub(REPLACEMENT, value)

    def _path(self) -> str:
        """Give the dotted key of the place that is being read."""
        path = ""
        for level in self._levels[:_PATH_LEVELS]:
            if isinstance(level.node, Sequence):
                path += f"[{max(0, len(level.node.items) - 1)}]"
            elif level.key is not None:
                path = _joined(path, level.key.text)
            elif level is not self._levels[-1] and level.node.entries:
                path = _joined(path, next(reversed(level.node.entries)))
        return path


def _is_empty(node: Mapping | Sequence) -> bool:
    return not (node.items if isinstance(node, Sequence) else node.entries)


def _last_of(node: Mapping | Sequence) -> Node | None:
    if isinstance(node, Sequence):
        return node.items[-1] if node.items else None
    return next(reversed(node.entries.values()))[1] if node.entries else None


def _is_merge(key: Scalar | None) -> bool:
    return key is not None and key.plain and key.text == _MERGE


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
