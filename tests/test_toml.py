# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.toml import KeyPath, TomlDocument, TomlError, shown

TEXT = '''\
# a comment
database_url = "x"
quoted."odd key" = 1

[http]     # line 5
timeout = 30
text = """
timeout = 99
[sources]
"""
after = true

[[sources]]
name = "one"
owners = [
  "a",
  "b",
]

[[sources]]   # line 20
name = "two"
inline = { a = 1, b = 2 }
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("database_url",), 2),
        (("quoted", "odd key"), 3),
        (("http",), 5),
        (("http", "timeout"), 6),
        (("http", "text"), 7),
        (("http", "after"), 11),
        (("sources", 0), 13),
        (("sources", 0, "owners"), 15),
        (("sources", 0, "owners", 1), 15),
        (("sources", 1), 20),
        (("sources", 1, "name"), 21),
        (("sources", 1, "inline", "b"), 22),
        (("sources", 1, "missing"), 20),
        (("nowhere",), 1),
        ((), 1),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_of_a_key(key: KeyPath, line: int, newline: str) -> None:
    document = TomlDocument.parse(TEXT.replace("\n", newline), Path("x.toml"))
    assert document.line(key) == line


@given(st.lists(st.sampled_from(["# c", "", 'm = """\nx\n"""', "l = [\n1,\n]"]), max_size=8))
def test_line_of_a_key_after_anything(noise: list[str]) -> None:
    before = "\n".join(f"[t{number}]\n{text}" for number, text in enumerate(noise))
    text = f"{before}\n[wanted]\nkey = 1\n[later]\nkey = 2\n"
    line = TomlDocument.parse(text, Path("x")).line(("wanted", "key"))
    assert text.split("\n")[line - 2 : line] == ["[wanted]", "key = 1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = 1\nb = \n", ":2: not TOML: Invalid value"),
        (b"a = 1\na = 2\n", ":2: not TOML: Cannot overwrite a value"),
        (b'a = 1\n\nb = """\nnever closed', ":4: not TOML:"),
        (b"a = 1\nb = '\xff'\n", ":2: not UTF-8; save the file as UTF-8"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(TomlError) as caught:
        TomlDocument.read(path)
    assert str(caught.value).startswith(f"{path}{said}")


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match="no such file"):
        TomlDocument.read(tmp_path / "none.toml")
    with pytest.raises(TomlError, match="cannot be read: Is a directory"):
        TomlDocument.read(tmp_path)


def test_a_byte_order_mark_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert TomlDocument.read(path).data == {"a": 1}


def test_keys_are_shown_as_people_write_them() -> None:
    assert shown(("sources", 1, "token_file")) == "sources[1].token_file"
