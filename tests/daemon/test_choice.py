# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from harvester.daemon.choice import Candidate, chosen

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

candidates = st.lists(
    st.builds(
        Candidate,
        name=st.sampled_from("abcdefghij"),
        forge=st.sampled_from(["https://one.example", "https://two.example", "https://x.example"]),
        due=st.integers(-100, 100).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    ),
    unique_by=lambda one: one.name,
)


@given(candidates, st.data(), st.integers(1, 5))
def test_what_is_begun(known: list[Candidate], data: st.DataObject, parallel: int) -> None:
    running = data.draw(
        st.lists(st.sampled_from(known), unique_by=lambda one: one.forge, max_size=parallel)
        if known
        else st.just([])
    )
    begun = chosen(known, running, parallel=parallel, now=NOW)
    together = [*running, *begun]
    assert len(together) <= max(parallel, len(running))
    assert all(one.due <= NOW for one in begun)
    assert len({one.forge for one in together}) == len(together)
    left = [
        one
        for one in known
        if one.due <= NOW and one not in together and one.forge not in {r.forge for r in together}
    ]
    assert not left or len(together) >= parallel
    assert all(one.due >= begun[-1].due for one in left if begun)
