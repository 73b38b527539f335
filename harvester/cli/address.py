# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is known of one address, and in plain words why it is not listed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harvester.activity import judge
from harvester.cli import catalogues, planning, words
from harvester.cli.adapters import SystemClock
from harvester.cli.options import Language
from harvester.cli.output import moment
from harvester.cli.sources import looks, next_run
from harvester.cli.targets import source_of
from harvester.cli.words import say, word
from harvester.crawl.blocks import Block
from harvester.crawl.expansion import MARK
from harvester.crawl.places import is_told
from harvester.crawl.reasons import ItemReason, StateReason
from harvester.crawl.scope import covers
from harvester.feed.lines import vitality_json
from harvester.model import ItemStatus, Severity
from harvester.ports.catalogue import Catalogue
from harvester.ports.rows import FileRow, Item, RepositoryRow, SoftwareRow, Stored
from harvester.publiccode.messages import message
from harvester.settings import Configuration, Source
from harvester.urls import url_key

MOST_ERRORS = 10
"""Errors of a file that are told."""


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why an address is not in the catalogue."""

    key: str
    """Of a sentence in :mod:`harvester.cli.words`."""
    source: str | None = None
    at: datetime | None = None


class Address:
    """One address in the light of the catalogue and the settings."""

    def __init__(self, configuration: Configuration, catalogue: Catalogue, url: str) -> None:
        self.url = url
        self._configuration = configuration
        self._states = catalogue.sources()
        self._kept = catalogues.lead_store(catalogue).kept()
        self._around: Stored = catalogue.around(url)
        canonical = {row.repository_id for row in self._around.software.values()}
        self._vitality = catalogue.vitality(sorted(key for key in canonical if key))
        self._items = {key: catalogue.last_items(key) for key in self._around.repositories}
        source = self._source()
        self._looks = None if source is None else looks(catalogue, source, self._reader(source))

    def as_json(self) -> dict[str, Any]:
        """Give everything for machines."""
        reason = self._absence()
        block = self._block()
        return {
            "url": self.url,
            "blocked": None if block is None else block.reason,
            "found": reason is None,
            "why_not": None if reason is None else reason.key.replace("_", "-"),
            "repositories": [self._repository_json(row) for row in self._repositories()],
            "software": [self._software_json(row) for row in self._software()],
            "files": [self._file_json(file) for file in self._files()],
            "source": self._source_name(),
            "named_by": [source.name for source in self._naming()],
            "next_crawl_at": moment(self._next_crawl()),
        }

    def sentences(self, language: Language) -> Iterator[str]:
        """Say it for people."""
        block = self._block()
        if block is not None:
            yield say("blocked", language, url=self.url, reason=block.reason)
        reason = self._absence()
        if reason is not None:
            yield say(
                reason.key, language, url=self.url, source=reason.source, at=moment(reason.at)
            )
            return
        for entry in self._software():
            yield say(
                "entry",
                language,
                name=entry.name or "?",
                url=entry.url,
                state=word(words.LISTS, entry.state, language),
                reason=word(words.STATES, entry.state_reason, language),
                since=moment(entry.first_seen_at),
            )
            if entry.repository_id is not None:
                yield self._activity_sentence(entry.repository_id, language)
        files = self._files()
        for repository in self._repositories():
            yield from self._of_repository(repository, files, language)
        for file in files:
            yield _file_sentence(file, self._around.repositories[file.repository_id], language)
            yield from _errors(file, language)
        yield from self._crawls(language)
        if naming := self._naming():
            yield say("named", language, names=", ".join(source.name for source in naming))
        due = self._next_crawl()
        if due is None:
            yield say("by_hand", language, url=self.url)
        else:
            yield say("next", language, at=moment(due))

    def _crawls(self, language: Language) -> Iterator[str]:
        """Say what the latest crawls did with the repositories."""
        for name, at, item in self._newest_items():
            why = f": {word(words.ITEMS, item.reason, language)}" if item.reason else ""
            if item.status is ItemStatus.ERRORED and item.message:
                why += f" ({item.message})"  # what the forge said, in its words
            yield say(
                "crawled",
                language,
                source=name,
                at=moment(at),
                status=word(words.STATUSES, item.status, language),
                reason=why,
            )

    # --- what is known ----------------------------------------------------------------------

    def _repositories(self) -> list[RepositoryRow]:
        """Those that have or had the address itself, not all that hang together with it.

        Whoever has it today comes first.
        """
        key = url_key(self.url)
        had = {alias.repository_id for alias in self._around.aliases if url_key(alias.url) == key}
        found = (
            row
            for row in self._around.repositories.values()
            if url_key(row.facts.web_url) == key or row.id in had
        )
        return sorted(found, key=lambda row: (not self._is_here(row), row.id))

    def _is_here(self, row: RepositoryRow) -> bool:
        return row.gone_reason is None and url_key(row.facts.web_url) == url_key(self.url)

    def _software(self) -> list[SoftwareRow]:
        here = {row.id for row in self._repositories()}
        mine = {file.software_id for file in self._around.files if file.repository_id in here}
        return [
            row
            for row in self._around.software.values()
            if row.repository_id in here or row.id in mine or url_key(row.url) == url_key(self.url)
        ]

    def _files(self) -> list[FileRow]:
        here = {row.id for row in self._repositories()}
        entries = {row.id for row in self._software()}
        return [
            file
            for file in self._around.files
            if file.repository_id in here or file.software_id in entries
        ]

    def _absence(self) -> _Reason | None:
        """Say why nothing is known; None if something is."""
        if self._repositories() or self._software():
            return None
        source = source_of(self._configuration, self.url)
        if source is not None:
            plan = planning.plan_of(self._configuration, source)
            if covers(plan, self.url[len(source.url) :].strip("/")):
                return self._not_found(source.name)
        if naming := self._naming():
            part = self._part(naming[0])
            return _Reason("host_unread", naming[0].name) if part is None else self._not_found(part)
        return _Reason("not_covered", source.name) if source else _Reason("no_source")

    def _not_found(self, name: str) -> _Reason:
        """Say why a source that covers the address has not brought it."""
        state = self._states.get(name)
        if state is None or state.last_success_at is None:
            return _Reason("never_crawled", name)
        return _Reason("not_seen", name, state.last_success_at)

    def _naming(self) -> list[Source]:
        """Give the lists that name the address, or an owner or forge above it."""
        above = {url_key(self.url)}
        key = url_key(self.url)
        while key := key.rpartition("/")[0]:
            above.add(key)
        return [
            source
            for source in self._configuration.settings.sources
            if source.directory is not None
            and source.name in self._kept
            and any(url_key(lead.url) in above for lead in self._kept[source.name].leads.leads)
        ]

    def _part(self, source: Source) -> str | None:
        """Give the source that a list was expanded to for the address's forge, if any."""
        key = url_key(self.url)
        parts = (
            name
            for name in self._kept[source.name].sources
            if key.startswith(name.partition(MARK)[2] + "/")
        )
        return next(parts, None)

    def _block(self) -> Block | None:
        """Give the row of the block list that names the address, or what lies there today."""
        urls = [self.url, *(row.facts.web_url for row in self._repositories())]
        return planning.blocks_of(self._configuration).find(urls)

    def _newest_items(self) -> list[tuple[str, datetime, Item]]:
        """Give the newest item of each source that looked at the repositories."""
        newest: dict[str, tuple[str, datetime, Item]] = {}
        for row in self._repositories():
            for item in self._items[row.id]:
                newest.setdefault(item[0], item)
        return list(newest.values())

    def _source_name(self) -> str | None:
        source = self._source()
        return source.name if source else None

    def _source(self) -> Source | None:
        """Give the configured source that reads the address: a forge, else a list that names it."""
        source = source_of(self._configuration, self.url)
        return source or next(iter(self._naming()), None)

    def _reader(self, source: Source) -> str:
        """Name what crawls the address: the source, or of a list what it was expanded to."""
        part = None if source.directory is None else self._part(source)
        return part or source.name

    def _next_crawl(self) -> datetime | None:
        source = self._source()
        if source is None:
            return None
        state, now = self._states.get(source.name), SystemClock().now()
        planned = next_run(source, state, now)
        if planned is None or self._looks is None or state is None or state.last_sweep_at is None:
            return planned
        rests = [self._looks.until(row.id, now) for row in self._repositories()]
        # A sweep looks at what rests, too.
        swept = state.last_sweep_at + source.sweep_every
        return max([planned, *(min(until, swept) for until in rests if until is not None)])

    # --- how it is told ---------------------------------------------------------------------

    def _of_repository(
        self, row: RepositoryRow, files: list[FileRow], language: Language
    ) -> Iterator[str]:
        url = row.facts.web_url
        if url_key(url) != url_key(self.url):
            taken = any(map(self._is_here, self._repositories()))
            yield say("former" if taken else "alias", language, old=self.url, url=url)
        if row.gone_reason is not None:
            reason = word(words.STATES, row.gone_reason, language)
            left_out = row.gone_reason == StateReason.OUT_OF_SCOPE
            yield say("left_out" if left_out else "gone", language, url=url, reason=reason)
        elif row.missing_since is not None:
            yield say("missing", language, url=url, since=moment(row.missing_since))
        if row.opt_outs:
            reason = "; ".join(word(words.STATES, way, language) for way in row.opt_outs)
            since = moment(row.ignored_since)
            yield say("ignored", language, url=url, since=since, reason=reason)
        elif not any(file.repository_id == row.id for file in files):
            newest = next((item for _, _, item in self._items[row.id]), None)
            unknown = newest is not None and newest.reason == ItemReason.FILE_UNKNOWN
            yield say("file_unknown" if unknown else "no_file", language, url=url)

    def _repository_json(self, row: RepositoryRow) -> dict[str, Any]:
        return {
            "web_url": row.facts.web_url,
            "forge_id": row.facts.forge_id,
            "first_seen_at": moment(row.first_seen_at),
            "missing_since": moment(row.missing_since),
            "gone_reason": row.gone_reason,
            "opt_outs": list(row.opt_outs),
            "ignored_since": moment(row.ignored_since),
            "aliases": sorted(
                alias.url for alias in self._around.aliases if alias.repository_id == row.id
            ),
            "crawls": [
                {
                    "source": name,
                    "at": moment(at),
                    "status": item.status.value,
                    "reason": item.reason,
                    "message": item.message,
                }
                for name, at, item in self._items[row.id]
            ],
        }

    def _file_json(self, file: FileRow) -> dict[str, Any]:
        repository = self._around.repositories[file.repository_id]
        return {
            "repository": repository.facts.web_url,
            "path": file.path,
            "outcome": file.outcome.value,
            "reason": file.reason,
            "file_state": file.state.value,
            "findings": len(file.findings),
            "bad_since": moment(file.bad_since),
        }

    def _software_json(self, row: SoftwareRow) -> dict[str, Any]:
        key = row.repository_id
        activity = (
            vitality_json(self._vitality.get(key), archived=self._archived(key)) if key else None
        )
        return {**_software_json(row), "activity": activity}

    def _archived(self, repository_id: str) -> bool:
        row = self._around.repositories.get(repository_id)
        return row is not None and row.facts.archived

    def _activity_sentence(self, repository_id: str, language: Language) -> str:
        vitality = self._vitality.get(repository_id)
        verdict = judge(vitality, archived=self._archived(repository_id))
        label = word(words.LABELS, verdict.label, language)
        if vitality is None:
            return say("activity_unread", language, label=label)
        criteria = (
            f"{word(words.CRITERIA, criterion, language)}: {words.answer(met, language)}"
            for criterion, met in verdict.criteria
        )
        return say(
            "activity",
            language,
            label=label,
            at=moment(vitality.read_at),
            criteria="; ".join(criteria),
        )


def _software_json(row: SoftwareRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "name": row.name,
        "state": row.state.value,
        "state_reason": row.state_reason,
        "file_state": row.file_state.value,
        "stale_since": moment(row.stale_since),
        "first_seen_at": moment(row.first_seen_at),
        "updated_at": moment(row.updated_at),
        "findings": json.loads(row.document)["findings"],
    }


def _errors(file: FileRow, language: Language) -> Iterator[str]:
    """Name the first errors; ``harvester check`` and the export have them all."""
    errors = [finding for finding in file.findings if finding.severity is Severity.ERROR]
    for finding in errors[:MOST_ERRORS]:
        key = f"{finding.key}: " if finding.key else ""
        yield say(
            "finding" if finding.line else "finding_on_file",
            language,
            line=finding.line,
            message=key + message(finding, language.value),
            code=finding.code,
        )


def _where(file: FileRow, repository: RepositoryRow, language: Language) -> str:
    if is_told(repository):
        return say("told", language, url=file.declared_url or "")
    return repository.facts.web_url


def _file_sentence(file: FileRow, repository: RepositoryRow, language: Language) -> str:
    severities = [finding.severity for finding in file.findings]
    return say(
        "file",
        language,
        path=file.path,
        url=_where(file, repository, language),
        outcome=word(words.OUTCOMES, file.outcome, language),
        reason=word(words.FILES, file.reason, language),
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
    )
