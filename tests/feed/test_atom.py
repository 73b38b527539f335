# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given, settings

from harvester.feed.atom import NEWEST
from harvester.feed.heading import Setting
from tests.feed.catalogue import HEADING, RECORD, UNADDRESSED, UPDATED, catalogue, entry
from tests.feed.test_forms import STRANGE, hostile, written

ATOM = "{http://www.w3.org/2005/Atom}"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# RFC 4287, 4.1.1 and 4.1.2: elements that stand exactly once, and those that may stand once.
ONCE = ("id", "title", "updated")
AT_MOST_ONCE = ("subtitle", "published", "summary", "content", "rights")


def read(text: str) -> ET.Element:
    """Read a feed as XML, and hold it against RFC 4287."""
    feed = ET.fromstring(text.encode())  # noqa: S314 - our own
    assert feed.tag == f"{ATOM}feed"
    assert feed.find(f"{ATOM}author") is not None, "or each entry would need one"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ONCE:
            assert len(element.findall(ATOM + name)) == 1, name
        for name in AT_MOST_ONCE:
            assert len(element.findall(ATOM + name)) <= 1, name
        assert re.match(r"(tag|urn|https?):\S+$", element.findtext(f"{ATOM}id", ""))
        assert TIME.fullmatch(element.findtext(f"{ATOM}updated", ""))
        alternates = element.findall(f"{ATOM}link[@rel='alternate']")
        assert len(alternates) <= 1
        for author in element.findall(f"{ATOM}author"):
            assert author.findtext(f"{ATOM}name")
        if element is not feed:
            assert alternates or element.find(f"{ATOM}content") is not None
    names = [name.text for name in feed.iterfind(f"{ATOM}entry/{ATOM}id")]
    assert len(names) == len(set(names))
    return feed


def test_a_feed_reader_reads_it() -> None:
    text = written("atom", catalogue())
    read(text)
    found = feedparser.parse(text.encode())
    assert not found.bozo
    assert found.version == "atom10"
    assert found.feed.title == HEADING.title
    newest, _, last = found.entries
    assert newest.updated == "2026-03-02T00:00:00Z"
    assert last.id == (
        "tag:katalog.example,2026-01-02:software/00000000-0000-4000-8000-000000000001"
    )
    assert last.summary == "Zeigt <Wege> & Ämter.", "in the catalogue's language"
    assert last.author == "Stadt Beispiel"
    assert last.link == "https://forge.example/city/wegweiser"


def test_what_is_gone_has_a_tombstone() -> None:
    feed = read(written("atom", catalogue()))
    (deleted,) = feed.findall(DELETED)
    assert deleted.attrib == {
        "ref": "tag:katalog.example,2026-01-02:software/00000000-0000-4000-8000-000000000004",
        "when": "2026-03-01T12:30:15Z",
    }


def test_the_newest_and_no_more() -> None:
    entries = [
        entry(number, publiccode=RECORD, updated_at=UPDATED + timedelta(minutes=number % 7))
        for number in range(1, NEWEST + 50)
    ]
    feed = read(written("atom", entries))
    times = [one.text or "" for one in feed.iterfind(f"{ATOM}entry/{ATOM}updated")]
    assert len(times) == NEWEST
    assert times == sorted(times, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == times[0]


def test_a_catalogue_without_an_address_names_its_entries_all_the_same() -> None:
    feed = read(written("atom", catalogue(), Setting(heading=UNADDRESSED)))
    assert feed.findtext(f"{ATOM}entry/{ATOM}id") == (
        "urn:uuid:00000000-0000-4000-8000-000000000003"
    )
    empty = read(written("atom", [], Setting(heading=UNADDRESSED)))
    assert empty.findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")
    assert empty.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_it_says_where_it_is_served() -> None:
    address = "https://katalog.example/feed?a=1&b=2"
    feed = read(written("atom", [], Setting(heading=HEADING, address=address)))
    assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] == [address]


@pytest.mark.parametrize("url", ["https://a b/", "no address"])
def test_an_entry_that_leads_nowhere_has_content(url: str) -> None:
    read(written("atom", [entry(url=url, publiccode=RECORD)]))


@settings(max_examples=60, deadline=None)
@given(STRANGE)
def test_strangers_add_no_elements(text: str) -> None:
    feed = read(written("atom", [hostile(text)]))
    assert len(feed.findall(f"{ATOM}entry")) == 1
    allowed = {*ONCE, *AT_MOST_ONCE, "author", "category", "link", "name", "entry", "feed"}
    assert {element.tag.removeprefix(ATOM) for element in feed.iter()} <= allowed
