# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The form ``publiccode``: a stream of YAML documents, one normalised publiccode.yml a repository.

The API's ``publiccodeYml`` is written by the same hand.

Any reader of YAML 1.1 or 1.2 gets the same values out: what either would take for a number, a date
or a truth value is quoted where it is a text. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from harvester.feed.software import Software, table
from harvester.ports.rows import Entry

# Numbers of YAML 1.2's core schema (10.3.2) that YAML 1.1 takes for texts, and what readers in
# between accept; PyYAML quotes those of YAML 1.1 itself.
_NUMBERS = re.compile(
    r"[-+]?(?:0o[0-7]+|0b[01_]+|0x[0-9a-fA-F_]+|(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)"
    r"(?:[eE][-+]?[0-9]+)?)\Z"
)
_WIDTH = 100


def documents(entries: Iterable[Entry]) -> Iterator[str]:
    """Give a YAML document for each entry with a record, begun with ``---``."""
    for entry in entries:
        record = table(Software(entry).line["publiccode"])
        if record:
            yield document(record, begin=True)


def document(record: object, *, begin: bool = False) -> str:
    """Write a record as a publiccode.yml.

    Args:
        record: as :func:`~harvester.feed.lines.parsed` reads it; its keys stay in their order. An
            empty one is an empty mapping, which every reader loads.
        begin: start with ``---``, as each document of a stream does.
    """
    import yaml  # noqa: PLC0415 - other forms do without it

    return yaml.dump(
        record,
        Dumper=_dumper(),
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        explicit_start=begin,
        width=_WIDTH,
    )


@cache
def _dumper() -> Any:
    from yaml import CSafeDumper, ScalarNode  # noqa: PLC0415 - other forms do without it

    class Dumper(CSafeDumper):
        """Writes each value where it stands: no anchors, no aliases."""

        def ignore_aliases(self, _data: Any) -> bool:
            return True

    def text(dumper: Any, value: str) -> ScalarNode:
        lines = value.split("\n")
        if not all(line.isprintable() for line in lines):
            # Line breaks that only some readers know, and what nobody sees.
            style: str | None = '"'
        else:
            style = "|" if len(lines) > 1 and value.strip() else None
        node: ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)
        return node

    Dumper.add_representer(str, text)
    Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBERS, list("-+.0123456789"))
    return Dumper
