# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every way in which a list is written, and what is no list."""

import pytest

from connectors.list.formats import recognise, rows
from connectors.list.options import Format, ListError, ListOptions
from harvester.leads import LeadKind, LeadReason, Leads, gather
from harvester.publiccode import plain_yaml

PUBLISHERS = b"""
[[publisher]]
name = "Town"
url = "https://github.com/town"
level = "municipal"
kind = "public-body"
confidence = "high"
uri = "urn:x:1"

[[left_out]]
url = "https://github.com/joke"
reason = "no authority"
"""
SECTIONS = b"""
# Official institutions
Germany:
  - gbv
  - 18f
Norway:
  - no
  - 1e3
"""
FORGES = b"""
github.com:
  forge: github
  owners:
    etalab:
      pso_id: db2b74d4
      floss_policy: https://code.gouv.fr/policy
    former:
      ignored_since: 2024-01-01
gitlab.body.example:
  forge: gitlab
  pso_id: 929f8575
git.old.example:
  forge: gogs
  ignored_since: "2023-05-05"
git.forgejo.example:
  forge: forgejo
  owners: [town, state]
"""
MARKDOWN = b"""<!-- a comment -->
# Index

See [the rules](#rules) and <https://github.com/first>.

## Federal
* https://github.com/admin-ch
* * https://github.com/cdc-si/
- [Town of **X**](https://github.com/town), bare: https://git.example.org/a/b.
- [https://github.com/same](https://github.com/same)

### Sub
| body | code |
| --- | --- |
| State | [State](https://gitlab.com/state) |

## Others
`https://github.com/in-code`
* [mail](mailto:post@example.org)
"""
OTHER = ListOptions()


def read(content: bytes, options: ListOptions = OTHER) -> tuple[Format, Leads]:
    form = options.format or recognise(content, plain_yaml)
    return form, gather(rows(content, form, options, plain_yaml))


def told(content: bytes, options: ListOptions = OTHER) -> list[tuple[str, str, str | None]]:
    return [
        (lead.url, lead.kind.value, lead.publisher.name if lead.publisher else None)
        for lead in read(content, options)[1].leads
    ]


def test_toml_as_our_own() -> None:
    form, found = read(PUBLISHERS)
    assert form is Format.PUBLISHERS
    (lead,) = found.leads
    assert (lead.url, lead.kind) == ("https://github.com/town", LeadKind.ANY)
    assert lead.publisher is not None
    assert (lead.publisher.name, lead.publisher.level.value) == ("Town", "municipal")


def test_yaml_with_sections() -> None:
    form, found = read(SECTIONS)
    assert form is Format.SECTIONS
    assert [(lead.url, lead.kind) for lead in found.leads] == [
        (f"https://github.com/{name}", LeadKind.OWNER) for name in ("18f", "1e3", "gbv", "no")
    ], "a login is a name, whatever YAML could take it for"
    some = ListOptions(sections=("Germany",), accounts_at="https://git.example.org/")
    assert [url for url, *_ in told(SECTIONS, some)] == [
        "https://git.example.org/18f",
        "https://git.example.org/gbv",
    ]
    with pytest.raises(ListError, match='no section "Utopia"'):
        read(SECTIONS, ListOptions(sections=("Utopia",)))


def test_yaml_with_forges() -> None:
    form, found = read(FORGES)
    assert form is Format.FORGES
    assert {lead.url: (lead.kind.value, lead.forge_kind) for lead in found.leads} == {
        "https://github.com/etalab": ("owner", "github"),
        "https://gitlab.body.example": ("forge", "gitlab"),
        "https://git.forgejo.example/town": ("owner", "gitea"),
        "https://git.forgejo.example/state": ("owner", "gitea"),
    }
    assert [(one.subject, one.reason) for one in found.left_out] == [
        ("https://git.old.example", LeadReason.IGNORED),
        ("https://github.com/former", LeadReason.IGNORED),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "name,url,level\nTown,https://github.com/town,municipal\n",
        "\ufeffName;URL;Level\r\nTown;https://github.com/town;municipal\r\n",
        "level\turl\tname\nmunicipal\thttps://github.com/town\tTown\n",
        'publisher_name,web_url\n"Town",https://github.com/town\n\n,\n',
    ],
)
def test_csv_with_whatever_delimiter(text: str) -> None:
    form, _ = read(text.encode())
    assert form is Format.CSV
    assert told(text.encode()) == [("https://github.com/town", "any", "Town")]


def test_csv_whose_columns_are_named() -> None:
    content = b"what,where\nTown,https://github.com/town\n"
    options = ListOptions(format=Format.CSV, column="Where", name_column="what")
    assert told(content, options) == [("https://github.com/town", "any", "Town")]
    for wrong in (
        ListOptions(format=Format.CSV),
        ListOptions(format=Format.CSV, column="nowhere"),
        ListOptions(format=Format.CSV, column="where", name_column="who"),
    ):
        with pytest.raises(ListError, match="column"):
            told(content, wrong)


def test_a_name_alone_is_the_software_s() -> None:
    """An export of a catalogue has the software's name in that column; no body is called so."""
    content = b"id,url,name\n1,https://github.com/town/tool,Tool\n"
    assert told(content) == [("https://github.com/town/tool", "any", None)]


def test_markdown_with_links() -> None:
    form, _ = read(MARKDOWN)
    assert form is Format.MARKDOWN
    assert told(MARKDOWN) == [
        ("https://git.example.org/a/b", "any", None),
        ("https://github.com/admin-ch", "any", None),
        ("https://github.com/cdc-si", "any", None),
        ("https://github.com/first", "any", None),
        ("https://github.com/same", "any", None),
        ("https://github.com/town", "any", "Town of X"),
        ("https://gitlab.com/state", "any", "State"),
    ]
    federal = ListOptions(sections=("Federal",))
    assert [url for url, *_ in told(MARKDOWN, federal)] == [
        "https://git.example.org/a/b",
        "https://github.com/admin-ch",
        "https://github.com/cdc-si",
        "https://github.com/same",
        "https://github.com/town",
        "https://gitlab.com/state",
    ]
    with pytest.raises(ListError, match='no heading "State"'):
        told(MARKDOWN, ListOptions(sections=("State",)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><p>", "HTML"),
        (b"\xef\xbb\xbf <!-- x --><html>", "HTML"),
        (b'{"url": "https://x.example"}', "JSON"),
        (b'[{"url": "https://x.example"}]', "JSON"),
        (b"just some words", "none of the known ways"),
        (b"url\n\xff\xfe", "line 2 is not UTF-8"),
        (b"[" * 30_000, "none of the known ways"),
        (b"a: [" * 30_000, "none of the known ways"),
        (b"\x00\x01\x02" * 100, "none of the known ways"),
    ],
)
def test_what_is_no_list_says_why(content: bytes, said: str) -> None:
    with pytest.raises(ListError, match=said):
        read(content)


@pytest.mark.parametrize(
    ("form", "content", "said"),
    [
        (Format.CSV, b"<html><a href='https://x.example'>", "HTML"),
        (Format.MARKDOWN, b"<!-- --> <!doctype HTML>", "HTML"),
        (Format.PUBLISHERS, b"[[publisher]\n", "not TOML"),
        (Format.PUBLISHERS, b"publisher = 3\n", "no list of tables"),
        (Format.PUBLISHERS, b"[[publisher]]\nname = 'x'\n", "number 1 has no url"),
        (Format.SECTIONS, b"Germany: gbv\n", "no list of accounts"),
        (Format.SECTIONS, b"Germany:\n- [a]\n", "more than names"),
        (Format.SECTIONS, b"- gbv\n", "not YAML"),
        (Format.FORGES, b"github.com:\n- a\n", "neither forge nor owners"),
        (Format.FORGES, b"github.com: {owners: 3}\n", "no list of accounts"),
        (Format.FORGES, b"a: &a [*a]\n", "not YAML"),
    ],
)
def test_what_is_written_otherwise_says_what(form: Format, content: bytes, said: str) -> None:
    with pytest.raises(ListError, match=said):
        told(content, ListOptions(format=form))


def test_a_hundred_thousand_rows_of_csv() -> None:
    content = b"url\n" + b"".join(b"https://x%d.example/o\n" % n for n in range(100_000))
    assert len(read(content)[1].leads) == 100_000


def test_a_key_that_stands_twice_counts_once() -> None:
    content = b"github.com:\n  owners:\n    a: {}\n    a: {}\n    b: {}\n"
    assert len(read(content)[1].leads) == 2
