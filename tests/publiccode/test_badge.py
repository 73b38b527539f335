# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from xml.etree import ElementTree as ET

import pytest

from harvester.publiccode.badge import COLOURS, LABEL_COLOUR, BadgeState, badge_state, render_badge
from harvester.publiccode.messages import LANGUAGES
from tests.publiccode.examples import GOOD, check, spoiled


def test_the_state_is_that_of_the_file() -> None:
    assert badge_state(check(GOOD.encode())) is BadgeState.VALID
    assert badge_state(check(spoiled("stable", "stabel"))) is BadgeState.WARNINGS
    assert badge_state(check(spoiled("EUPL-1.2", "eupl-1.2"))) is BadgeState.VALID
    assert badge_state(check(b"")) is BadgeState.INVALID
    assert badge_state(None) is BadgeState.MISSING


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", BadgeState)
def test_a_badge_says_in_words_what_it_shows(state: BadgeState, language: str) -> None:
    root = ET.fromstring(render_badge(state, language))  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    title = root.findtext(f"{space}title")
    assert title == root.attrib["aria-label"]
    texts = [element.text for element in root.iter(f"{space}text")]
    assert title == ": ".join(text or "" for text in texts)


@pytest.mark.parametrize("colour", [LABEL_COLOUR, *COLOURS.values()])
def test_white_text_can_be_read_on_every_colour(colour: str) -> None:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(colour[start : start + 2]) for start in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert 1.05 / (luminance + 0.05) >= 4.5
