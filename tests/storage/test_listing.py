# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How lists are read; what they give is shown by the tests of the API."""

from contextlib import closing
from typing import Any

from sqlalchemy import event

from harvester.model import FileState, State
from harvester.ports.feed import SoftwareQuestion
from harvester.ports.paging import Place, Window
from storage.catalogue import open_catalogue
from storage.serving import SqlFeed
from tests.storage import made


def test_a_page_is_read_in_the_order_of_an_index(sqlite_url: str) -> None:
    """Sorting all entries for a page of a few took fifteen times as long."""
    with closing(open_catalogue(sqlite_url)) as catalogue:
        made.swept(catalogue, *map(made.repository, range(9)))
        feed = SqlFeed(catalogue.store)
        sent: list[tuple[str, Any]] = []
        event.listen(
            catalogue.store.engine, "before_cursor_execute", lambda *told: sent.append(told[2:4])
        )
        place = Place(made.NOW, "5")
        for window in (Window(size=2), Window(size=2, after=place), Window(size=2, before=place)):
            for states in (None, frozenset({State.LISTED}), frozenset(State)):
                question = SoftwareQuestion(states=states, file_states=frozenset(FileState))
                feed.latest(question, window)
                if states is None or len(states) == 1:
                    feed.software(question, window, documents=True)
        lists = [one for one in sent if "ORDER BY" in one[0]]
        assert len(lists) == 15
        with catalogue.store.reading() as connection:
            for statement, values in lists:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                assert not any("TEMP B-TREE" in str(step) for step in plan), (statement, plan)
