# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which daemon keeps a catalogue, on both databases."""

import contextlib
from datetime import timedelta

import pytest

from harvester.ports.errors import LeaseLostError
from harvester.ports.rows import Writes
from storage.catalogue import open_catalogue
from storage.lease import holder
from tests.storage import made

OTHER = "elsewhere.example pid 4711 start 99"
SILENCE = timedelta(minutes=1)


def test_one_keeps_it_and_the_other_is_told_who(database_url: str) -> None:
    with contextlib.closing(open_catalogue(database_url)) as catalogue:
        assert catalogue.guard(OTHER, SILENCE, made.NOW) is None
        assert catalogue.guard(holder(), SILENCE, made.NOW) == "process 4711 on elsewhere.example"
        assert catalogue.guard(OTHER, SILENCE, made.NOW + SILENCE / 2) is None
        late = made.NOW + SILENCE
        assert catalogue.guard(holder(), SILENCE, late) == "process 4711 on elsewhere.example"


def test_whoever_is_silent_for_too_long_is_followed(database_url: str) -> None:
    with contextlib.closing(open_catalogue(database_url)) as catalogue:
        catalogue.guard(OTHER, SILENCE, made.NOW)
        assert catalogue.guard(holder(), SILENCE, made.NOW + SILENCE) is None
        assert catalogue.guard(OTHER, SILENCE, made.NOW + SILENCE) is not None


def test_whoever_gives_it_back_is_followed_at_once(database_url: str) -> None:
    with contextlib.closing(open_catalogue(database_url)) as catalogue:
        catalogue.guard(OTHER, SILENCE, made.NOW)
        catalogue.release(holder())
        assert catalogue.guard(holder(), SILENCE, made.NOW) is not None
        catalogue.release(OTHER)
        assert catalogue.guard(holder(), SILENCE, made.NOW) is None


def test_the_crawls_of_the_one_before_commit_nothing_more(database_url: str) -> None:
    with contextlib.closing(open_catalogue(database_url)) as catalogue:
        catalogue.guard(OTHER, SILENCE, made.NOW)
        opened = catalogue.begin(made.request(), OTHER, made.NOW)
        mine = catalogue.begin(made.request(source="mine"), holder(), made.NOW)

        assert catalogue.guard(holder(), SILENCE, made.NOW + SILENCE) is None

        later = made.NOW + SILENCE
        with pytest.raises(LeaseLostError), catalogue.page(opened, later) as page:
            page.write(Writes(), later)
        with catalogue.page(mine, later) as page:
            page.write(Writes(), later)
        again = catalogue.begin(made.request(), holder(), later)
        assert again.fence > opened.fence
