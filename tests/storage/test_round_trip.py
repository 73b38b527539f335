# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What was written is what is loaded: every field, whatever the pages and their order."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvester.model import (
    Activity,
    Details,
    FileState,
    Finding,
    Forge,
    Level,
    Origin,
    Outcome,
    Owner,
    Publisher,
    Repository,
    Severity,
    State,
)
from harvester.ports.rows import (
    AliasRow,
    FileRow,
    Keys,
    RecordRow,
    RepositoryRow,
    SoftwareRow,
    Stored,
    Writes,
)
from harvester.search.projection import project
from harvester.urls import url_key
from storage.catalogue import SqlCatalogue
from tests.storage import made

_ROUNDS = itertools.count()
"""Each example has a forge of its own, so that one database serves them all."""

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
maybe_words = st.none() | words
times = st.datetimes(min_value=datetime(1, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001
maybe_times = st.none() | times
numbers = st.none() | st.integers(0, 2**63 - 1)
tuples_of_words = st.lists(words, max_size=3).map(tuple)
urls = st.sampled_from(["A", "a", "b", "c", "d", "é" * 600]).map(
    lambda tail: f"https://forge.example/x/{tail}"
)
"""Few, so that they meet; two of them differ in case alone; one is long."""

details = st.none() | st.builds(Details, topics=tuples_of_words, languages=tuples_of_words)
facts = st.builds(
    Repository,
    forge_id=words,
    path=words,
    web_url=urls,
    name=words,
    description=maybe_words,
    owner=st.builds(Owner, path=words, name=maybe_words, kind=words),
    default_branch=maybe_words,
    archived=st.booleans(),
    fork=st.booleans(),
    mirror=st.booleans(),
    parent_url=maybe_words,
    license=maybe_words,
    created_at=maybe_times,
    raw_base=maybe_words,
    details=details,
    activity=st.builds(
        Activity, stars=numbers, forks=numbers, open_issues=numbers, pushed_at=maybe_times
    ),
    revision=words,
)
findings = st.lists(
    st.builds(
        Finding,
        code=words,
        severity=st.sampled_from(Severity),
        key=words,
        line=st.integers(0, 10**6),
        column=st.integers(0, 10**6),
        arguments=st.lists(st.tuples(words, words), max_size=2).map(tuple),
        suggestion=maybe_words,
    ),
    max_size=3,
).map(tuple)
records = st.none() | st.builds(
    RecordRow,
    blob_id=words,
    version=maybe_words,
    document=words,
    normaliser=st.integers(0, 10),
    good=st.booleans(),
)
publishers = st.none() | st.builds(
    Publisher, name=words, uri=maybe_words, level=st.sampled_from(Level)
)


@dataclass
class Model:
    """The catalogue as four dictionaries."""

    repositories: dict[str, RepositoryRow] = field(default_factory=dict)
    files: dict[tuple[str, str], FileRow] = field(default_factory=dict)
    software: dict[str, SoftwareRow] = field(default_factory=dict)
    aliases: dict[tuple[str, str], AliasRow] = field(default_factory=dict)

    def write(self, writes: Writes) -> None:
        self.repositories |= {row.id: row for row in writes.repositories}
        self.files |= {(row.repository_id, row.path): row for row in writes.files}
        self.software |= {row.id: row for row in writes.software}
        self.aliases |= {(row.repository_id, row.url): row for row in writes.aliases}

    def load(self, ids: Iterable[str], addresses: Iterable[str]) -> Stored:
        """Say what the port's docstring says, word for word."""
        keys = {url_key(url) for url in addresses}
        first = {
            row.id
            for row in self.repositories.values()
            if row.id in ids or url_key(row.facts.web_url) in keys
        } | {row.repository_id for row in self.aliases.values() if url_key(row.url) in keys}
        software = {
            row.id: row
            for row in self.software.values()
            if row.repository_id in first
            or url_key(row.url) in keys
            or any(
                file.software_id == row.id and file.repository_id in first
                for file in self.files.values()
            )
        }
        files = [
            row
            for row in self.files.values()
            if row.repository_id in first or row.software_id in software
        ]
        touched = (
            first
            | {row.repository_id for row in files}
            | {row.repository_id for row in software.values() if row.repository_id is not None}
        )
        return Stored(
            repositories={key: self.repositories[key] for key in touched},
            files=tuple(sorted(files, key=lambda row: (row.repository_id, row.path))),
            software=software,
            aliases=tuple(
                sorted(
                    (row for row in self.aliases.values() if row.repository_id in touched),
                    key=lambda row: (row.repository_id, row.url),
                )
            ),
        )


@st.composite
def pages(draw: st.DrawFn, forge: Forge, prefix: str) -> list[Writes]:
    """Draw pages that write and rewrite a few repositories with their files and entries."""
    known: set[str] = set()
    drawn = []
    for _ in range(draw(st.integers(1, 4))):
        ids = draw(st.lists(st.sampled_from("12345"), min_size=1, max_size=3, unique=True))
        known |= {prefix + key for key in ids}
        repositories, files, software, aliases = [], [], {}, []
        for key in ids:
            row = RepositoryRow(
                id=prefix + key,
                forge=forge,
                facts=draw(facts),
                first_seen_at=draw(times),
                updated_at=draw(times),
                missing_since=draw(maybe_times),
                missing_sweeps=draw(st.integers(0, 9)),
                gone_reason=draw(maybe_words),
            )
            repositories.append(row)
            aliases += [
                AliasRow(url=url, repository_id=row.id, since=draw(times))
                for url in draw(st.lists(urls, max_size=2, unique=True))
            ]
            for path in draw(st.lists(st.sampled_from(["a.yml", "Ä.yml"]), unique=True)):
                entry = draw(st.none() | st.sampled_from("xyz").map(lambda it: prefix + it))
                files.append(draw(file_rows(row.id, path, entry)))
                if entry is not None:
                    software[entry] = draw(software_rows(entry, sorted(known)))
        drawn.append(
            Writes(
                repositories=tuple(repositories),
                files=tuple(files),
                software=tuple(software.values()),
                aliases=tuple(aliases),
            )
        )
    return drawn


def file_rows(repository_id: str, path: str, entry: str | None) -> st.SearchStrategy[FileRow]:
    return st.builds(
        FileRow,
        repository_id=st.just(repository_id),
        path=st.just(path),
        blob_id=words,
        state=st.sampled_from(FileState),
        outcome=st.sampled_from(Outcome),
        reason=words,
        software_id=st.just(entry),
        version=maybe_words,
        declared_url=st.none() | urls,
        normaliser=st.integers(0, 10),
        findings=findings,
        record=records,
        context=words,
        first_seen_at=times,
        changed_at=times,
        bad_since=maybe_times,
        absent_sweeps=st.integers(0, 9),
    )


def software_rows(entry: str, repository_ids: list[str]) -> st.SearchStrategy[SoftwareRow]:
    return st.builds(
        SoftwareRow,
        id=st.just(entry),
        url=urls,
        name=maybe_words,
        state=st.sampled_from(State),
        state_reason=words,
        file_state=st.sampled_from(FileState),
        stale_since=maybe_times,
        origin=st.sampled_from(Origin),
        repository_id=st.none() | st.sampled_from(repository_ids),
        file=st.none() | st.tuples(words, words),
        publisher=publishers,
        document=words,
        first_seen_at=times,
        updated_at=times,
        projection=st.just(project("{}")),
    )


def of_forge(stored: Stored, prefix: str) -> Stored:
    """Leave out what other examples wrote under the same few addresses."""
    return Stored(
        repositories={key: row for key, row in stored.repositories.items() if prefix in key},
        files=tuple(row for row in stored.files if prefix in row.repository_id),
        software={key: row for key, row in stored.software.items() if prefix in key},
        aliases=tuple(row for row in stored.aliases if prefix in row.repository_id),
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_what_was_written_is_loaded(catalogue: SqlCatalogue, data: st.DataObject) -> None:
    prefix = f"round{next(_ROUNDS)}-"
    forge = Forge(url=f"https://{prefix}.example", kind="gitlab")
    model = Model()
    crawl = catalogue.begin(made.request(prefix), made.ME, made.NOW)
    for writes in data.draw(pages(forge, prefix)):
        made.store_page(catalogue, crawl, writes, cursor="more")
        model.write(writes)
    catalogue.end(crawl, made.end(), made.NOW)

    ids = frozenset(data.draw(st.lists(st.sampled_from("123456"), max_size=3)))
    addresses = frozenset(data.draw(st.lists(urls, max_size=2)))
    keys = Keys(repository_ids=frozenset(prefix + key for key in ids), urls=addresses)
    again = catalogue.begin(made.request(prefix), made.ME, made.NOW)
    with catalogue.page(again, made.NOW) as page:
        loaded = page.load(keys)
    catalogue.end(again, made.end(), made.NOW)

    assert of_forge(loaded, prefix) == model.load(keys.repository_ids, addresses)
    files = [row for row, of in catalogue.files() if of.forge == forge]
    assert {(row.repository_id, row.path): row for row in files} == model.files
