# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How each database keeps the words of entries, finds them, and finds words that look alike.

The words come ready from the core. So the databases are asked for no more than *which entries have
this token, and where does it weigh most*, and both answer the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    case,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.dialects import postgresql

from harvester.ports.projection import Words
from harvester.ports.search import Wanted
from storage.dialects import Dialect, SQLite
from storage.tables import search_entry, search_word

WEIGHTS = {"name": 12, "subject": 6, "summary": 3, "text": 1}
"""What a token counts for, by where it stands; times how well it meets the word."""
_LETTERS = {"name": "A", "subject": "B", "summary": "C", "text": "D"}
"""PostgreSQL's names for the same."""
_MOST = 200
"""Words with a part in them."""
_ALIKE = 50
_SHORT = 4
"""Letters; shorter parts are looked for at the beginning of words only."""
_RUN = 3
_RUNS = 20
"""Runs of three letters that a word is compared by."""


class WordIndex(Protocol):
    """One database's way."""

    def keep(self, connection: Connection, words: Mapping[int, Words]) -> None:
        """Write the words of entries, by number, in the place of what was there."""
        ...

    def scores(self, words: Sequence[Wanted]) -> Select[Any]:
        """Select ``number`` and ``score`` of the entries that meet every word."""
        ...

    def sweep(self, connection: Connection) -> None:
        """Forget the words that no entry has any more."""
        ...

    def seconds_between(
        self, later: ColumnElement[Any], earlier: ColumnElement[Any]
    ) -> ColumnElement[Any]:
        """Give the whole seconds between two moments."""
        ...


def word_index(dialect: Dialect) -> WordIndex:
    """Give a database's way."""
    return SqliteWords() if isinstance(dialect, SQLite) else PostgresqlWords()


class SqliteWords:
    """FTS5: one column a weight; a row has the number of its entry."""

    _text = table("search_text", column("rowid"), column("search_text"))

    def keep(self, connection: Connection, words: Mapping[int, Words]) -> None:
        """Write them; a row of the same number is replaced."""
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO search_text (rowid, name, subject, summary, text) "
            "VALUES (?, ?, ?, ?, ?)",
            [
                (number, *(" ".join(getattr(it, place)) for place in WEIGHTS))
                for number, it in words.items()
            ],
        )

    def scores(self, words: Sequence[Wanted]) -> Select[Any]:
        """Ask for each word and each way of meeting it, and keep the best of them."""
        meetings = []
        for position, wanted in enumerate(words):
            for how, tokens in _by_quality(wanted):
                any_of = " OR ".join(f'"{token}"' for token in tokens)
                meetings += [
                    select(
                        self._text.c.rowid.label("number"),
                        literal_column(str(position)).label("word"),
                        literal_column(str(weight * how)).label("points"),
                    ).where(self._text.c.search_text.op("MATCH")(f"{{{place}}} : ({any_of})"))
                    for place, weight in WEIGHTS.items()
                ]
        if not meetings or any(not wanted.tokens for wanted in words):
            return _nothing()
        met = union_all(*meetings).subquery()
        best = (
            select(met.c.number, met.c.word, func.max(met.c.points).label("points"))
            .group_by(met.c.number, met.c.word)
            .subquery()
        )
        return (
            select(best.c.number, func.sum(best.c.points).label("score"))
            .group_by(best.c.number)
            .having(func.count() == len(words))
        )

    def sweep(self, connection: Connection) -> None:
        """Compare the vocabulary with FTS5's own, and merge away what that only marks deleted."""
        for statement in (
            "CREATE VIRTUAL TABLE temp.search_vocabulary USING fts5vocab(main, search_text, row)",
            "DELETE FROM search_word WHERE word NOT IN (SELECT term FROM search_vocabulary)",
            "DELETE FROM search_gram WHERE word NOT IN (SELECT word FROM search_word)",
            "DROP TABLE temp.search_vocabulary",
            "INSERT INTO search_text (search_text) VALUES ('optimize')",
            "INSERT INTO search_gram (search_gram) VALUES ('optimize')",
        ):
            connection.exec_driver_sql(statement)

    def seconds_between(
        self, later: ColumnElement[Any], earlier: ColumnElement[Any]
    ) -> ColumnElement[Any]:
        """Count in days, as SQLite does."""
        days = func.julianday(cast(later, String)) - func.julianday(cast(earlier, String))
        return func.round(days * 86400)


class PostgresqlWords:
    """A ``tsvector``, whose four weights are the places."""

    _text = table("search_text", column("number"), column("words", postgresql.TSVECTOR))

    def keep(self, connection: Connection, words: Mapping[int, Words]) -> None:
        """Write them; a row of the same number is replaced."""
        if not words:
            return
        numbers = list(words)
        connection.execute(
            text(
                "INSERT INTO search_text (number, words) "
                "SELECT number, words::tsvector "
                "FROM unnest(CAST(:numbers AS integer[]), CAST(:words AS text[])) "
                "AS new (number, words) "
                "ON CONFLICT (number) DO UPDATE SET words = excluded.words"
            ),
            {"numbers": numbers, "words": [_vector(words[number]) for number in numbers]},
        )

    def scores(self, words: Sequence[Wanted]) -> Select[Any]:
        """Find by the index, then look where the tokens of what was found stand."""
        if not words or any(not wanted.tokens for wanted in words):
            return _nothing()
        score: ColumnElement[int] = literal_column("0")
        for wanted in words:
            points = sorted(
                (
                    (weight * how, _query(tokens, _LETTERS[place]))
                    for how, tokens in _by_quality(wanted)
                    for place, weight in WEIGHTS.items()
                ),
                reverse=True,
            )
            score = score + case(
                *((self._has(query), literal_column(str(each))) for each, query in points),
                else_=literal_column("0"),
            )
        return select(self._text.c.number, score.label("score")).where(
            *(self._has(_query(wanted.tokens)) for wanted in words)
        )

    def _has(self, query: str) -> ColumnElement[bool]:
        return self._text.c.words.op("@@", is_comparison=True)(
            cast(literal(query), postgresql.TSQUERY)
        )

    def sweep(self, connection: Connection) -> None:
        """Look each word of the vocabulary up."""
        connection.execute(
            text(
                "DELETE FROM search_word WHERE NOT EXISTS (SELECT FROM search_text "
                "WHERE words @@ CAST(quote_literal(search_word.word) AS tsquery))"
            )
        )

    def seconds_between(
        self, later: ColumnElement[Any], earlier: ColumnElement[Any]
    ) -> ColumnElement[Any]:
        """Subtract."""
        moment = postgresql.TIMESTAMP(timezone=True)
        return func.extract("epoch", cast(later, moment) - cast(earlier, moment))


# --- the vocabulary, the same on both ---------------------------------------------------------


def containing(
    connection: Connection, dialect: Dialect, parts: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """Give the words that have each part in them, the shortest first."""
    return _asked(
        connection,
        [
            (
                part,
                select(literal(part).label("part"), words.c.word)
                .where(condition)
                .order_by(func.length(words.c.word), words.c.word)
                .limit(_MOST),
            )
            for part in parts
            for words, condition in [_having(dialect, part)]
        ],
    )


def alike(
    connection: Connection, dialect: Dialect, words: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """Give the words that share the most runs of three letters with each word."""
    statements = []
    for word in words:
        runs = [word[start : start + _RUN] for start in range(len(word) - _RUN + 1)][:_RUNS]
        if not runs:
            continue
        source = _grams(dialect)
        shared: ColumnElement[int] = literal_column("0")
        for run in runs:
            shared = shared + case((source.c.word.contains(run), 1), else_=0)
        statements.append(
            (
                word,
                select(literal(word).label("part"), source.c.word)
                .where(_any_run(dialect, source, runs))
                .order_by(shared.desc(), source.c.word)
                .limit(_ALIKE),
            )
        )
    return _asked(connection, statements)


_SQLITE_GRAMS = table("search_gram", column("word"), column("search_gram"))


def _grams(dialect: Dialect) -> FromClause:
    return _SQLITE_GRAMS if isinstance(dialect, SQLite) else search_word


def _having(dialect: Dialect, part: str) -> tuple[FromClause, ColumnElement[bool]]:
    """Say where to look for a part, and how."""
    if len(part) < _SHORT:
        return search_word, search_word.c.word.startswith(part, autoescape=True)
    if isinstance(dialect, SQLite):
        return _SQLITE_GRAMS, _SQLITE_GRAMS.c.search_gram.op("MATCH")(f'"{part}"')
    return search_word, search_word.c.word.contains(part, autoescape=True)


def _any_run(dialect: Dialect, source: FromClause, runs: Sequence[str]) -> ColumnElement[bool]:
    if isinstance(dialect, SQLite):
        return source.c.search_gram.op("MATCH")(" OR ".join(f'"{run}"' for run in runs))
    patterns = literal([f"%{run}%" for run in runs], postgresql.ARRAY(String()))
    return source.c.word.op("LIKE", is_comparison=True)(func.any(patterns))


def _asked(
    connection: Connection, statements: Sequence[tuple[str, Select[Any]]]
) -> Mapping[str, tuple[str, ...]]:
    if not statements:
        return {}
    asked = union_all(*(select(statement.subquery()) for _, statement in statements))
    found: dict[str, list[str]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.part, []).append(row.word)
    return {
        part: tuple(sorted(words, key=lambda word: (len(word), word)))
        for part, words in found.items()
    }


# --- how a question is written ----------------------------------------------------------------


def _by_quality(wanted: Wanted) -> list[tuple[int, list[str]]]:
    """Give the tokens by how well they meet the word."""
    return [
        (how, sorted(token for token, its in wanted.tokens.items() if its == how))
        for how in sorted(set(wanted.tokens.values()), reverse=True)
    ]


def _query(tokens: Sequence[str] | Mapping[str, int], letter: str = "") -> str:
    suffix = f":{letter}" if letter else ""
    return " | ".join(f"'{token}'{suffix}" for token in sorted(tokens))


def _vector(words: Words) -> str:
    return " ".join(
        f"'{token}':1{letter}"
        for place, letter in _LETTERS.items()
        for token in getattr(words, place)
    )


def _nothing() -> Select[Any]:
    number = search_entry.c.number
    return select(number, number.label("score")).where(false())
