# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Hypothesis strategies for publiccode: mostly plausible, now and then absurd."""

from typing import Any

from hypothesis import strategies as st

from harvester.publiccode.standard import LANGUAGE, Key, standard

_TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        (
            "", " ", "1.10", "no", "yes", "true", "~", "null", "2017-04-15", "12.3.2021",
            "1/2/2021", "https://example.org/a/b.git", "HTTP://WWW.Example.ORG/A/B/", "foo",
            "git@example.org:a/b.git", "https://example.org", "EUPL-1.2", "eupl", "AGPL-3.0",
            "LicenseRef-x", "MIT AND (Apache-2.0 OR GPL-2.0+)", "de", "DE", "it", "en_GB", "deu",
            "ca@valencia", "Germany", "+49 30 1234567", "0049 30 1234567", "030 12345",
            "a@example.org", "text/csv", "urn:x-italian-pa:pcm", "urn:foo:bar", "alias:gdpr",
            "logo.svg", "./a/../logo.png", "/logo.png", "../logo.png", "file:///logo.png",
            "<script>x</script>", "standalone/web", "stabel", "web", "internal", "contract",
            "0", "0.2", "1", "x" * 200, ".inf", "9" * 40, "\ufeff", "\u2028", "\x85",
        )
    ),
)  # fmt: skip
_SCALARS = st.one_of(
    _TEXTS,
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**20), max_value=10**20),
    st.floats(allow_nan=False, allow_infinity=False),
)
ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
_LANGUAGES = st.sampled_from(("de", "en", "en_GB", "en-GB", "EN-gb", "deu", "xxx", "ca@valencia"))
_OLD_NAMES = st.sampled_from(
    ("it", "tags", "publiccode-yaml-version", "genericName", "nl", "x-foo", "naem", "CH", "DE")
)


def _value(key: Key) -> st.SearchStrategy[Any]:
    if key.type == "languages":
        inner = _section(key.children[LANGUAGE])
        return st.dictionaries(_LANGUAGES, inner, max_size=3) | ANYTHING
    plain = _section(key) if key.children else (st.sampled_from(key.words) if key.words else _TEXTS)
    fitting = st.lists(plain, max_size=3) if key.is_list else plain
    return st.one_of(fitting, fitting, fitting, plain, ANYTHING)


def _section(key: Key) -> st.SearchStrategy[dict[str, Any]]:
    known = {name: _value(child) for name, child in key.children.items() if name != LANGUAGE}
    return st.fixed_dictionaries({}, optional=known)


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Give whole files as JSON values."""
    strangers = st.dictionaries(_OLD_NAMES | _TEXTS, ANYTHING, max_size=2)
    return st.builds(lambda a, b: {**a, **b}, strangers, _section(standard(0).root))
