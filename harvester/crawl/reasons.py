# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The closed lists of words that say why."""

from enum import StrEnum


class FileReason(StrEnum):
    """Why a file has its outcome."""

    VALID = "valid"
    """Listed: the file is good and describes the repository that it lies in."""
    ENTERED = "entered"
    """Listed: it lies on a page or in another catalogue, and what it describes is no repository
    that this catalogue knows."""
    ERRORS = "errors"
    """Invalid: the findings say what to mend."""
    DECLARES_KNOWN = "declares-known-repository"
    """Other place: its ``url`` names another repository that the catalogue knows."""
    DECLARES_UNKNOWN = "declares-unknown-address"
    """Other place: its ``url`` names an address that no source of the catalogue covers."""
    YML_WINS = "yml-wins"
    """Superseded: ``publiccode.yml`` stands beside it."""
    REMOVED = "removed"
    """Superseded: it is gone, and another file, or what a page says, took its place."""


class StateReason(StrEnum):
    """Why an entry has its state: ``state_reason`` of an export."""

    VALID = "valid"
    """Listed: the newest file is good."""
    LAST_GOOD = "last-good"
    """Listed: the newest file is broken or absent; the last good record is shown for a while."""
    NEVER_VALID = "never-valid"
    """Invalid: there was no good file yet."""
    STALE = "stale"
    """Invalid: the last good record is too old."""
    DELETED = "deleted"
    """Gone: the repository is no longer there for an anonymous visitor."""
    PRIVATE = "private"
    """Gone: the repository is there, but not for an anonymous visitor."""
    MOVED = "moved"
    """Gone: the repository left what the sources cover."""
    RETRACTED = "retracted"
    """Gone: it was written by somebody, and is deleted by somebody who may write."""
    FILE_REMOVED = "file-removed"
    """Gone: the repository is there, its publiccode file is not."""
    OPT_OUT_TOPIC = "opt-out-topic"
    """Withdrawn: the repository has a topic that says so."""
    OPT_OUT_KEY = "opt-out-key"
    """Withdrawn: its publiccode file says so."""
    OPT_OUT_FILE = "opt-out-file"
    """Withdrawn: :data:`~harvester.model.IGNORE_FILE` lies in the repository's root."""
    DEACTIVATED = "deactivated"
    """Withdrawn: somebody who may write said that it is not active."""
    WRITTEN_INACTIVE = "written-inactive"
    """Withdrawn: who first wrote it said so as of something that is not to be listed yet."""
    OUT_OF_SCOPE = "out-of-scope"
    """Withdrawn: the settings leave the repository out, which they did not before."""
    BLOCKED = "blocked"
    """Blocked: the operator's block list names it."""
    MERGED = "merged"
    """Only in the change feed: the entry lives on under another id."""
    PURGED = "purged"
    """Only in the change feed: the operator deleted all that was known of it."""
    UNFOUNDED = "unfounded"
    """Only in the change feed: no file describes it, and none that could be listed ever did, apart
    from what was believed for the length of one crawl."""


class ItemReason(StrEnum):
    """Why an item was skipped or errored, beside :class:`~harvester.ports.listing.FailureCode`."""

    OUT_OF_SCOPE = "out-of-scope"
    OPT_OUT_TOPIC = "opt-out-topic"
    OPT_OUT_KEY = "opt-out-key"
    OPT_OUT_FILE = "opt-out-file"
    BLOCKED = "blocked"
    FILE_UNKNOWN = "file-unknown"
    LOOK_UP_UNKNOWN = "look-up-unknown"
    """A sweep did not see it, and the look-up by id said nothing."""
    NAME_REUSED = "name-reused"
    """It is new, by its id, and has an address that another repository had before: a warning."""
