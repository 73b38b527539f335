# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A GraphQL document in a file of its own, of which some lines are optional.

A forge that is older than a field refuses the whole query and names the field. Lines that end with
the comment ``# optional`` may then be left out::

    query Projects($first: Int!, $after: String
      $archived: ProjectArchived      # optional
    ) {
      projects(
        first: $first, after: $after
        archived: $archived           # optional
      ) {
        nodes {
          id
          languages { name share }    # optional
          releases(first: 1) {        # optional
            nodes { tagName }
          }
        }
      }
    }

The rules, all that there is to it:

- the mark stands on the line where the field or argument begins; a block that is opened on it goes
  with it, up to the bracket that closes it;
- the declaration of a variable that only optional lines use stands on a marked line of its own
  and goes when no line that is left uses it, and so does its value;
- what would leave an empty selection, or a fragment that nothing uses, must not be optional.

The document is sent without comments and indentation, but with the same line numbers, so that an
error's location names the line.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from connectors.transport.graphql.answer import GraphQLError

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|#.*')
_MARK = re.compile(r"#\s*optional\b")
_FIELD = re.compile(r"\s*(?:\w+\s*:\s*)?(\w+)")
_ARGUMENT = re.compile(r"\s*(\w+)\s*:")
_DECLARATION = re.compile(r"\s*\$(\w+)\s*:")
_VARIABLE = re.compile(r"\$(\w+)")
_OPENING, _CLOSING = "({[", ")}]"
_IN_WORDS = re.compile(
    r"Field '(?P<field>\w+)' (?:doesn't exist on type|doesn't accept argument '(?P<argument>\w+)')"
)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a ``.graphql`` file, or of several that belong together."""

    name: str
    text: str

    def lines(self) -> list[str]:
        """Give the lines, comments and all."""
        return self.text.split("\n")

    def optional_line(self, error: GraphQLError, dropped: frozenset[int]) -> int | None:
        """Find the optional line (0-based) that an error about an unknown name means.

        By its location where the error gives one, else by the name alone; lines already dropped
        are not meant. None where nothing optional is: then the document needs another forge.
        """
        lines = self.lines()
        field, argument = _named(error)
        if error.line is not None and 1 <= error.line <= len(lines):
            candidates: Iterable[int] = (error.line - 1,)
            if argument is not None:  # the location is the field's, its arguments come after
                candidates = range(error.line - 1, len(lines))
        else:
            candidates = range(len(lines))
        for index in candidates:
            if index in dropped or _MARK.search(lines[index]) is None:
                continue
            pattern, name = (_FIELD, field) if argument is None else (_ARGUMENT, argument)
            match = pattern.match(lines[index])
            if match is not None and match[1] == name:
                return index
        return None

    def without(self, dropped: frozenset[int]) -> str:
        """Give the text to send, without the blocks that begin on these lines (0-based)."""
        lines = [_STRING_OR_COMMENT.sub(_no_comment, line).strip() for line in self.lines()]
        for index in dropped:
            for gone in range(index, _end_of_block(lines, index) + 1):
                lines[gone] = ""
        for index, line in enumerate(self.lines()):
            declared = _DECLARATION.match(line)
            if declared is None or _MARK.search(line) is None:
                continue
            others = "\n".join(lines[:index] + lines[index + 1 :])
            if declared[1] not in _VARIABLE.findall(others):
                lines[index] = ""
        return "\n".join(lines)


def variables_in(text: str) -> frozenset[str]:
    """Name the variables that a text speaks of."""
    return frozenset(_VARIABLE.findall(text))


@cache
def load(package: str, *names: str) -> Document:
    """Read a document of a package's data; several files are joined into one.

    Args:
        package: import name of the package that the files lie in: ``connectors.gitlab.queries``.
        names: file names, the one with the query first, then those with its fragments.
    """
    folder = resources.files(package)
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    return Document(name=f"{package}/{names[0]}", text="\n".join(texts))


def _named(error: GraphQLError) -> tuple[str | None, str | None]:
    """Give the field and the argument that an error names."""
    extensions = error.extensions
    argument, field = extensions.get("argumentName"), extensions.get("fieldName")
    if isinstance(argument, str) or isinstance(field, str):
        return (
            field if isinstance(field, str) else None,
            argument if isinstance(argument, str) else None,
        )
    words = _IN_WORDS.search(error.message)
    return (None, None) if words is None else (words["field"], words["argument"])


def _no_comment(match: re.Match[str]) -> str:
    return "" if match[0].startswith("#") else match[0]


def _end_of_block(lines: list[str], start: int) -> int:
    """Find the line on which what begins on this one is closed again."""
    depth = 0
    for index in range(start, len(lines)):
        bare = _STRING_OR_COMMENT.sub("", lines[index])
        depth += sum(bare.count(sign) for sign in _OPENING)
        depth -= sum(bare.count(sign) for sign in _CLOSING)
        if depth <= 0:
            return index
    return len(lines) - 1
