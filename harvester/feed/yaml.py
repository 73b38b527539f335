# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A record as publiccode.yml: YAML that readers of version 1.1 and of 1.2 load alike. Pure."""

import re
from typing import Any

import yaml

_BASE: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_LIKE_A_NUMBER = re.compile(r"[-+.]*[0-9]")
"""What PyYAML, which reads YAML 1.1, takes for text, and YAML 1.2 may take for a number: ``1e5``,
``0o17``."""
_NO_FOLDS = 1 << 30
"""Columns of a line."""


class _Dumper(_BASE):  # type: ignore[misc]
    """Quotes every text that any reader could take for something else."""


def _text(dumper: Any, text: str) -> Any:
    style = "'" if _LIKE_A_NUMBER.match(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def publiccode_yaml(record: Any) -> str:
    """Write a record; an entry that has none gives an empty mapping, which every reader loads."""
    dumped: str = yaml.dump(
        record or {}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_NO_FOLDS
    )
    return dumped
