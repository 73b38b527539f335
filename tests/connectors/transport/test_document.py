# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Documents of which some lines are optional."""

from pathlib import Path

import graphql
import pytest

from connectors.transport.graphql.answer import GraphQLError, errors_in
from connectors.transport.graphql.document import Document, load, variables_in

TEXT = """\
# every project, "in" an order that does not move
query Projects($first: Int!, $after: String
  $archived: Archived     # optional: since 17.1
) {
  queryComplexity { score limit }   # optional
  projects(
    first: $first, after: $after, search: "# no comment"
    archived: $archived   # optional
  ) {
    nodes {
      id
      tongues: languages { name }   # optional
      releases(first: 1) {   # optional
        nodes { tagName }
      }
      ...Rest
    }
  }
}
fragment Rest on Project { name }
"""
SCHEMA = graphql.build_schema("""
    enum Archived { YES }
    type Query {
        queryComplexity: Complexity
        projects(first: Int, after: String, search: String, archived: Archived): Projects
    }
    type Complexity { score: Int limit: Int }
    type Projects { nodes: [Project] }
    type Project { id: ID name: String languages: [Language] releases(first: Int): Releases }
    type Language { name: String }
    type Releases { nodes: [Release] }
    type Release { tagName: String }
""")
DOCUMENT = Document("projects.graphql", TEXT)


def unknown(name: str, line: int | None = None, argument: str | None = None) -> GraphQLError:
    extensions = (
        {"code": "argumentNotAccepted", "typeName": "Field", "argumentName": argument}
        if argument
        else {"code": "undefinedField", "typeName": "Project", "fieldName": name}
    )
    return GraphQLError(message="?", line=line, extensions=extensions)


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(DOCUMENT.lines()) if text in line)


def valid(text: str) -> bool:
    return not graphql.validate(SCHEMA, graphql.parse(text))


def test_whole_it_is_sent_without_comments_and_with_its_strings_and_lines() -> None:
    sent = DOCUMENT.without(frozenset())
    assert valid(sent)
    assert '"# no comment"' in sent
    assert "optional" not in sent
    assert "every" not in sent
    assert len(sent.split("\n")) == len(TEXT.split("\n"))
    assert variables_in(sent) == {"first", "after", "archived"}


@pytest.mark.parametrize(
    ("error", "at"),
    [
        (unknown("languages"), "languages"),
        (unknown("languages", line=12), "languages"),
        (unknown("releases", line=13), "releases("),
        (unknown("queryComplexity"), "queryComplexity"),
        (unknown("", argument="archived"), "archived: $archived "),
        (unknown("", line=8, argument="archived"), "archived: $archived "),
        (unknown("", line=6, argument="archived"), "archived: $archived "),
    ],
)
def test_an_error_finds_its_line(error: GraphQLError, at: str) -> None:
    assert DOCUMENT.optional_line(error, frozenset()) == line_of(at)


@pytest.mark.parametrize(
    "error",
    [
        unknown("id"),
        unknown("id", line=11),
        unknown("tongues"),
        unknown("languages", line=11),
        unknown("languages", line=900),
        unknown("", argument="first"),
        GraphQLError(message="Field 'id' doesn't exist on type 'Project'", extensions={}),
        GraphQLError(message="something", extensions={}),
    ],
)
def test_what_is_not_optional_is_not_found(error: GraphQLError) -> None:
    found = DOCUMENT.optional_line(error, frozenset())
    assert found is None or error.line == 900
    if error.line == 900:
        assert found == line_of("languages"), "a place that is none: by the name"


def test_old_forges_say_it_in_words() -> None:
    (error,) = errors_in(
        {"errors": [{"message": "Field 'languages' doesn't exist on type 'Project'"}]}
    )
    assert DOCUMENT.optional_line(error, frozenset()) == line_of("languages")
    (error,) = errors_in(
        {"errors": [{"message": "Field 'projects' doesn't accept argument 'archived'"}]}
    )
    assert DOCUMENT.optional_line(error, frozenset()) == line_of("archived: $archived ")


def test_what_was_dropped_is_not_found_again() -> None:
    at = line_of("languages")
    assert DOCUMENT.optional_line(unknown("languages"), frozenset({at})) is None


def test_any_set_of_optional_lines_leaves_a_valid_document() -> None:
    marked = [
        n
        for n, line in enumerate(DOCUMENT.lines())
        if "# optional" in line and "$archived:" not in line
    ]
    assert len(marked) == 4
    for mask in range(1 << len(marked)):
        dropped = frozenset(n for i, n in enumerate(marked) if mask >> i & 1)
        sent = DOCUMENT.without(dropped)
        assert valid(sent), sent


def test_the_declaration_goes_with_its_last_use() -> None:
    sent = DOCUMENT.without(frozenset({line_of("archived: $archived ")}))
    assert variables_in(sent) == {"first", "after"}
    assert "releases" in sent


def test_a_block_goes_whole() -> None:
    sent = DOCUMENT.without(frozenset({line_of("releases(")}))
    assert "tagName" not in sent
    assert "...Rest" in sent


def test_documents_lie_beside_their_connector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some_queries").mkdir()
    for name, text in (("a.graphql", "query A { ...B }"), ("b.graphql", "fragment B on Ä { b }")):
        (tmp_path / "some_queries" / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    document = load("some_queries", "a.graphql", "b.graphql")
    assert document.name == "some_queries/a.graphql"
    assert document.text == "query A { ...B }\nfragment B on Ä { b }"
    with pytest.raises(FileNotFoundError):
        load("some_queries", "c.graphql")


def test_errors_of_any_shape_are_read() -> None:
    assert errors_in(None) == errors_in([]) == errors_in({"errors": "no"}) == ()
    (error,) = errors_in({"errors": [7, {"path": "x", "locations": 3, "extensions": []}]})
    assert (error.path, error.line, error.message) == ((), None, "no reason given")
