# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A crawl's last step: what marks and time turn into states. Pure.

A repository is gone only after complete, error-free sweeps without it, a direct look-up by id, and
the grace time; and never when more of a source vanishes at once than an accident would explain.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from harvester.crawl.entries import Catalog, Settled, settle
from harvester.crawl.gate import FEW, OF_REPOSITORIES, Verdict, judge, losses, shown_by
from harvester.crawl.leaving import farewell
from harvester.crawl.leaving import gone as tell_gone
from harvester.crawl.places import is_entered, place_of
from harvester.crawl.reasons import FileReason, StateReason
from harvester.crawl.scope import covers, matches, reaches
from harvester.crawl.task import KeepPolicy, SourcePlan
from harvester.model import FileState, Outcome, State
from harvester.ports.crawls import Unseen
from harvester.ports.listing import Found, LookUp, Missing, Private
from harvester.ports.rows import (
    AliasRow,
    FileRow,
    RepositoryRow,
    SoftwareRow,
    Stored,
    Wait,
    Writes,
)
from harvester.urls import is_below

SWEEPS = 2
"""Complete sweeps that must have missed a thing before it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a conclusion decided."""

    writes: Writes
    brake: str | None
    """Why nothing was concluded from what is missing, where too much is."""
    waiting: int = 0
    """How many losses of the source wait for approval."""


def conclude(
    plan: SourcePlan, unseen: Unseen, answers: Mapping[str, LookUp], *, sweep: bool, now: datetime
) -> Conclusion:
    """Decide what has become of the unseen and of the marked.

    Args:
        plan: the source.
        unseen: what the catalogue says the crawl did not see, and what was marked before.
        answers: of the direct look-ups, by repository id.
        sweep: whether the crawl was a complete, error-free sweep.
        now: the time.
    """
    at_once = _at_once(plan, unseen, answers, now)
    missing = [
        row
        for row in unseen.repositories
        if row.id not in at_once and _has_left(plan, answers.get(row.id))
    ]
    # Those that were marked before have passed this brake.
    vanishing = [row for row in missing if row.missing_since is None]
    unasked = sum(row.id not in answers.keys() | at_once.keys() for row in unseen.repositories)
    beyond = {key for key, row in at_once.items() if _is_beyond(plan, row)}
    brake = _brake(plan.keep, len(vanishing) + len(beyond) + unasked, unseen.linked)
    if brake is not None:
        missing = []
        at_once = {key: row for key, row in at_once.items() if key not in beyond}
    marked = {row.id: _missed(row, plan.keep, answers, unseen.elsewhere, now) for row in missing}
    marked |= at_once
    files = {
        (row.repository_id, row.path): _counted(
            row, sweep=sweep and row.repository_id in unseen.seen
        )
        for row in unseen.marked.files
    }
    settled = _settled(plan, unseen.marked, marked, files, now)
    verdict = _at_the_gate(plan, unseen, settled, thorough=sweep and brake is None)
    if verdict.held:
        marked |= _kept(unseen.marked, marked, verdict.held)
        settled = _settled(plan, unseen.marked, marked, files, now, held=verdict.held)
    return Conclusion(
        writes=Writes(
            repositories=tuple(marked[key] for key in sorted(marked)),
            unlinked=tuple(sorted(_unlinked(marked, answers, unseen)))
            + tuple(
                key for key in sorted(at_once) if at_once[key].gone_reason != StateReason.PRIVATE
            ),
            waits=_waits(plan.name, unseen, verdict, now),
            files=settled.files,
            software=settled.software,
            merges=settled.merges,
            erased=settled.erased,
            rests=settled.rests,
            changes=settled.changes,
            items=tuple(tell_gone(row) for row in marked.values() if row.gone_reason is not None),
        ),
        brake=brake,
        waiting=len(verdict.waiting),
    )


def let_through(plan: SourcePlan, stored: Stored, waits: Collection[Wait], now: datetime) -> Writes:
    """Take away what waited, as far as it is still lost.

    Args:
        plan: the source.
        stored: what the catalogue holds about the entries that wait.
        waits: the losses of the source that wait; all are over then.
        now: the time.
    """
    reasons = {wait.software_id: wait.reason for wait in waits}
    gone = {}
    for row in stored.repositories.values():
        shown = shown_by(row, (file for file in stored.files if file.repository_id == row.id))
        told = sorted(
            reasons[key] for key in shown & reasons.keys() if reasons[key] in OF_REPOSITORIES
        )
        if told and row.gone_reason is None and row.missing_sweeps >= SWEEPS:
            gone[row.id] = replace(row, gone_reason=told[0], updated_at=now)
    files = {(row.repository_id, row.path): row for row in stored.files}
    held = frozenset(stored.software) - reasons.keys()
    settled = _settled(plan, stored, gone, files, now, held=held)
    return Writes(
        repositories=tuple(gone[key] for key in sorted(gone)),
        unlinked=tuple(key for key in sorted(gone) if gone[key].gone_reason == StateReason.MOVED),
        files=settled.files,
        software=settled.software,
        merges=settled.merges,
        erased=settled.erased,
        rests=settled.rests,
        waits=(),
        changes=settled.changes,
        items=tuple(tell_gone(row) for row in gone.values()),
    )


def _settled(
    plan: SourcePlan,
    stored: Stored,
    marked: Mapping[str, RepositoryRow],
    files: Mapping[tuple[str, str], FileRow],
    now: datetime,
    *,
    held: frozenset[str] = frozenset(),
) -> Settled:
    """Settle what repositories that are gone, and grace times that are over, mean.

    Args:
        plan: the source.
        stored: as it is.
        marked: repositories as they are to be, where they differ.
        files: all of them, as they are to be.
        now: the time.
        held: ids of entries whose grace times are not over yet, whatever the clock says.
    """
    catalog = Catalog(
        repositories={**stored.repositories, **marked},
        files=files,
        before=stored.files,
        software=stored.software,
        aliases=stored.aliases,
        rests=stored.rests,
        neighbours=stored.neighbours,
    )
    over = {key: why for key, why in _losses(plan.keep, catalog, now).items() if key not in held}
    catalog, ended = _inherited(catalog, over)
    gone = {row.id for row in marked.values() if row.gone_reason is not None}
    touched = {place_of(marked[key]).software_id for key in gone} | ended.keys()
    touched |= {
        row.software_id
        for row in catalog.files.values()
        if row.software_id is not None and row.repository_id in gone
    }
    return settle(catalog, frozenset(touched), plan.publishers, now, ended, blocks=plan.blocks)


def _at_the_gate(
    plan: SourcePlan,
    unseen: Unseen,
    settled: Settled,
    *,
    thorough: bool,
) -> Verdict:
    """Ask the gate about the losses.

    Args:
        plan: the source.
        unseen: what the conclusion starts from.
        settled: what it would do.
        thorough: whether repositories that wait were looked at anew.
    """
    stored = unseen.marked
    own: dict[str, list[FileRow]] = defaultdict(list)
    for file in stored.files:
        own[file.repository_id].append(file)
    missing: set[str] = set()
    for row in stored.repositories.values():
        if row.missing_since is not None and row.gone_reason is None:
            missing |= shown_by(row, own[row.id])
    standing = {
        wait.software_id: wait.reason
        for wait in unseen.waits
        if wait.source == plan.name
        and not thorough
        and wait.reason in OF_REPOSITORIES
        and wait.software_id in missing
        and wait.software_id in stored.software
        and stored.software[wait.software_id].state is State.LISTED
    }
    return judge(
        plan.keep,
        losses(stored.software, settled.software),
        standing=standing,
        elsewhere=frozenset(wait.software_id for wait in unseen.waits if wait.source != plan.name),
        listed=unseen.listed,
    )


def _kept(
    stored: Stored, marked: Mapping[str, RepositoryRow], held: frozenset[str]
) -> dict[str, RepositoryRow]:
    """Give the repositories of held entries as they stay: marked, and there."""
    return {
        key: replace(row, gone_reason=None, updated_at=stored.repositories[key].updated_at)
        for key, row in marked.items()
        if row.gone_reason in OF_REPOSITORIES
        and shown_by(row, (file for file in stored.files if file.repository_id == key)) & held
    }


def _waits(source: str, unseen: Unseen, verdict: Verdict, now: datetime) -> tuple[Wait, ...] | None:
    """Give the losses that wait now; None where they are those that did."""
    before = {wait.software_id: wait for wait in unseen.waits if wait.source == source}
    after = tuple(
        Wait(
            source=source,
            software_id=key,
            reason=reason,
            since=before[key].since if key in before else now,
        )
        for key, reason in sorted(verdict.waiting.items())
    )
    return None if set(after) == set(before.values()) else after


def _at_once(
    plan: SourcePlan, unseen: Unseen, answers: Mapping[str, LookUp], now: datetime
) -> dict[str, RepositoryRow]:
    """Give those that leave without a grace time: private now, or left out by the settings.

    What another source still has is only let go of.
    """
    leaving = {}
    out = left_out(plan, unseen.repositories, unseen.marked.aliases)
    for row in unseen.repositories:
        if isinstance(answers.get(row.id), Private):
            leaving[row.id] = farewell(row, StateReason.PRIVATE, now)
        elif row.id in out:
            kept = row.id in unseen.elsewhere
            leaving[row.id] = row if kept else farewell(row, StateReason.OUT_OF_SCOPE, now)
    return leaving


def _is_beyond(plan: SourcePlan, row: RepositoryRow) -> bool:
    """Say whether a repository lies outside of what the source reads, by no pattern.

    Patterns are written one by one; the scope may come from a list that somebody else keeps.
    """
    return row.gone_reason == StateReason.OUT_OF_SCOPE and matches(plan, row.facts.path)


def _has_left(plan: SourcePlan, answer: LookUp | None) -> bool:
    """Say whether a repository that was not seen is no longer the source's to show.

    No answer, or an unclear one, says nothing.
    """
    if isinstance(answer, Missing):
        return True
    if isinstance(answer, Found):
        return not covers(plan, answer.sighting.repository.path)
    return False


def _brake(keep: KeepPolicy, missing: int, linked: int) -> str | None:
    allowed = max(FEW, int(keep.max_vanish * linked))
    if missing <= allowed:
        return None
    return (
        f"{missing} of {linked} repositories would vanish at once, more than the {allowed} that"
        " [keep] max_vanish allows; nothing was taken from the catalogue. If they are gone for"
        " good, raise max_vanish for one crawl"
    )


def _missed(
    row: RepositoryRow,
    keep: KeepPolicy,
    answers: Mapping[str, LookUp],
    elsewhere: frozenset[str],
    now: datetime,
) -> RepositoryRow:
    since = row.missing_since or now
    sweeps = row.missing_sweeps + 1
    over = sweeps >= SWEEPS and _passed(since, keep.gone_after, now) and row.id not in elsewhere
    if not over or row.gone_reason is not None:
        return replace(row, missing_since=since, missing_sweeps=sweeps)
    found = isinstance(answers.get(row.id), Found)
    reason = StateReason.MOVED if found else StateReason.DELETED
    return replace(
        row, missing_since=since, missing_sweeps=sweeps, gone_reason=reason, updated_at=now
    )


def left_out(
    plan: SourcePlan, repositories: Iterable[RepositoryRow], aliases: Iterable[AliasRow]
) -> frozenset[str]:
    """Give the ids of those that the settings leave out, wherever they lie: nobody is to be asked.

    A repository may be in the scope by an address that it had: forges follow their own redirects.
    """
    former: dict[str, list[str]] = defaultdict(list)
    for alias in aliases:
        if is_below(alias.url, plan.forge.url):
            former[alias.repository_id].append(alias.url[len(plan.forge.url) :].strip("/"))
    return frozenset(
        row.id
        for row in repositories
        if not matches(plan, row.facts.path)
        or not any(reaches(plan, path) for path in (row.facts.path, *former[row.id]))
    )


def _unlinked(
    marked: Mapping[str, RepositoryRow], answers: Mapping[str, LookUp], unseen: Unseen
) -> set[str]:
    """Give those that live on outside this source's scope, once nothing hangs on its link."""
    return {
        key
        for key, row in marked.items()
        if isinstance(answers.get(key), Found) and (row.gone_reason or key in unseen.elsewhere)
    }


def _counted(row: FileRow, *, sweep: bool) -> FileRow:
    """Count a complete sweep that found a file absent from a repository that is there."""
    if row.state is not FileState.ABSENT or row.bad_since is None or not sweep:
        return row
    return replace(row, absent_sweeps=min(row.absent_sweeps + 1, SWEEPS))


def _losses(keep: KeepPolicy, catalog: Catalog, now: datetime) -> dict[str, StateReason]:
    """Find the entries whose grace is over."""
    losses = {}
    for entry in catalog.software.values():
        if entry.state not in (State.LISTED, State.INVALID):
            continue
        file = catalog.files.get(entry.file) if entry.file is not None else None
        reason = _loss(keep, entry, file, now)
        if reason is not None:
            losses[entry.id] = reason
    return losses


def _inherited(
    catalog: Catalog, losses: Mapping[str, StateReason]
) -> tuple[Catalog, Mapping[str, StateReason]]:
    """Let pages speak for the entries whose repository has no file any more.

    The file that is gone for good is superseded then, until it comes back.
    """
    told = {
        row.software_id
        for row in catalog.files.values()
        if row.state is FileState.VALID and is_entered(catalog.repositories[row.repository_id])
    }
    kept = {key for key, why in losses.items() if why is StateReason.FILE_REMOVED and key in told}
    files = {
        key: replace(
            row,
            outcome=Outcome.SUPERSEDED,
            reason=FileReason.REMOVED,
            software_id=None,
            bad_since=None,
            absent_sweeps=0,
        )
        if row.software_id in kept and row.state is FileState.ABSENT
        else row
        for key, row in catalog.files.items()
    }
    lost = {key: why for key, why in losses.items() if key not in kept}
    return replace(catalog, files=files), lost


def _loss(
    keep: KeepPolicy, entry: SoftwareRow, file: FileRow | None, now: datetime
) -> StateReason | None:
    if file is None:
        # Its files describe something else now.
        since = entry.stale_since or entry.updated_at
        return StateReason.FILE_REMOVED if _passed(since, keep.gone_after, now) else None
    if file.state is FileState.ABSENT:
        over = file.absent_sweeps >= SWEEPS and _passed(file.bad_since, keep.gone_after, now)
        return StateReason.FILE_REMOVED if over else None
    broken = file.state is FileState.INVALID and entry.state is State.LISTED
    if broken and _passed(file.bad_since, keep.invalid_after, now):
        return StateReason.STALE
    return None


def _passed(since: datetime | None, grace: timedelta, now: datetime) -> bool:
    return since is not None and now - since >= grace
