# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Entries of a list in their shape, however many: a few documents are held at a time."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from harvester.feed.api import shapes
from harvester.feed.api.context import Context
from harvester.feed.api.shapes import Form
from harvester.model import State

AT_ONCE = 100
"""Entries whose documents are read at once."""


def shaped(
    context: Context, ids: Sequence[str], form: Form, states: Collection[State] | None = None
) -> Iterator[dict[str, Any]]:
    """Give entries as lists have them, in the order of their ids.

    No connection is held while they are sent. Who has gone since the ids were read is left out, and
    so is who left the states that were asked for: the next turn tells of it.

    Args:
        context: what is at hand.
        ids: which ones.
        form: of their publiccode.
        states: only entries in these; all if None.
    """
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        titles = dict(context.feed.titles(part, documents=form is not Form.NONE))
        for key in part:
            title = titles.pop(key, None)  # what is written is not held while others are read
            if title is not None and (states is None or title.state in states):
                yield shapes.software(title, form)
