# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Asks for many things in one query: the same field again and again, under aliases.

The documents are files that are valid as they stand, for one thing. What stands in them between the
comments ``# for each`` and ``# end`` is repeated, its variables and its alias numbered::

    query Totals(
      # for each
      $login: String!
      # end
    ) {
      # for each
      owner: repositoryOwner(login: $login) { … }
      # end
    }
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from connectors.transport import Document, load

_EACH = re.compile(r"^ *# for each\n(.*?)^ *# end\n", re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r"\$(\w+)")
_ALIAS = re.compile(r"\A(\s*\w+)(?=: )")


@cache
def repeated(queries: str, times: int, name: str, *fragments: str) -> Document:
    """Make the document that asks for so many things.

    The fragments come first, so that their lines are the same however often the rest is repeated.

    Args:
        queries: the package that holds the files.
        times: how many things.
        name: of the file.
        fragments: names of files with fragments that it uses.
    """
    one = load(queries, name)

    def repeat(match: re.Match[str]) -> str:
        return "".join(_numbered(match[1], number) for number in range(times))

    texts = [load(queries, fragment).text for fragment in fragments]
    return Document(name=one.name, text="\n".join([*texts, _EACH.sub(repeat, one.text)]))


def numbered(things: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the variables of a repeated document, from those of each thing."""
    return {
        f"{name}_{number}": value
        for number, thing in enumerate(things)
        for name, value in thing.items()
    }


def _numbered(text: str, number: int) -> str:
    text = _VARIABLE.sub(rf"$\1_{number}", text)
    return _ALIAS.sub(rf"\1_{number}", text)
