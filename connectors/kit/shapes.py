# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Answers that are not of the shape that a forge documents. Pure."""

from harvester.ports.errors import UnexpectedAnswerError

MISSHAPEN = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What reading an answer raises that lacks something, or has something else in its place."""


def misshapen(source: str, subject: str, error: Exception) -> UnexpectedAnswerError:
    """Say that an answer could not be understood.

    Args:
        source: the configured name.
        subject: what was asked about, as a person would look for it.
        error: one of :data:`MISSHAPEN`.
    """
    return UnexpectedAnswerError(
        f"source {source}: the forge describes {subject} in an unknown way"
        f" ({type(error).__name__}: {error}); the next crawl tries again"
    )
