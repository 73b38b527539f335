# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from harvester.model import Severity
from harvester.publiccode import FileContext, addresses
from harvester.publiccode.addresses import Address, AddressKind
from harvester.publiccode.codes import Code
from harvester.publiccode.links_check import Answer, Hindrance, followed, judged, page_of
from harvester.publiccode.messages import LANGUAGES, message, word
from tests.publiccode.examples import spoiled


def address(url: str, key: str = "landingURL", kind: AddressKind = AddressKind.LINK) -> Address:
    return Address(url=url, kind=kind, key=key, line=4, column=1)


def test_videos_are_not_followed_and_everything_else_is() -> None:
    content = spoiled(
        "    features:",
        "    videos: [https://youtube.com/watch?v=1]\n"
        "    documentation: https://d.example/\n"
        "    apiDocumentation: https://d.example/api\n"
        "    screenshots: [a.png]\n"
        "    features:",
    )
    content += b"logo: logo.svg\nroadmap: https://r.example/\nisBasedOn: https://o.example/a/b\n"
    content = content.replace(
        b"maintenance:\n",
        b"maintenance:\n  contractors: [{name: A, until: 2030-01-01, website: https://a.example}]\n",
    )
    found = followed(addresses(content, FileContext(raw_base="https://raw.example/")))
    assert {one.key for one in found} == {
        "url",
        "logo",
        "roadmap",
        "isBasedOn",
        "description.de.documentation",
        "description.de.apiDocumentation",
        "description.de.screenshots[0]",
        "maintenance.contractors[0].website",
    }


def test_places_on_one_page_are_asked_for_once() -> None:
    found = followed([address("https://a.example/x#one"), address("https://a.example/x#two")])
    assert [page_of(one) for one in found] == ["https://a.example/x"]


@pytest.mark.parametrize("status", [200, 204, 301, 304])
def test_what_answers(status: int) -> None:
    report = judged([address("https://a.example/")], {"https://a.example/": status})
    assert (report.answered, len(report.silent), len(report.unchecked)) == (1, 0, 0)


@pytest.mark.parametrize(
    "answer", [401, 403, 405, 429, 451, Hindrance.NOT_PUBLIC, Hindrance.SPARED]
)
def test_what_does_not_let_itself_be_checked_is_never_broken(answer: Answer) -> None:
    report = judged([address("https://a.example/")], {"https://a.example/": answer})
    assert (report.answered, len(report.silent), len(report.unchecked)) == (0, 0, 1)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (404, AddressKind.LINK, Code.UNREACHABLE),
        (404, AddressKind.REPOSITORY, Code.UNREACHABLE),
        (404, AddressKind.FILE, Code.FILE_MISSING),
        (410, AddressKind.FILE, Code.FILE_MISSING),
        (500, AddressKind.FILE, Code.UNREACHABLE),
        (Hindrance.NO_TIME, AddressKind.FILE, Code.UNREACHABLE),
    ],
)
def test_what_gives_no_good_answer_is_a_notice(
    answer: Answer, kind: AddressKind, code: Code
) -> None:
    here = address("https://a.example/", kind=kind)
    (finding,) = judged([here], {here.url: answer}).silent
    assert (finding.code, finding.severity) == (code.code, Severity.NOTICE)
    assert (finding.key, finding.line, finding.column) == ("landingURL", 4, 1)


def test_reasons_are_told_in_every_language() -> None:
    here = address("https://a.example/")
    (finding,) = judged([here], {here.url: Hindrance.NO_HOST}).silent
    assert "there is no such host" in message(finding, "en")
    assert "diesen Server gibt es nicht" in message(finding, "de")
    for reason in Hindrance:
        for language in LANGUAGES:
            assert word(reason, language) != reason
    assert word("HTTP 404", "de") == "HTTP 404"
