# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import re
import string
import tomllib
from importlib import resources

import pytest

from harvester.model import Finding
from harvester.publiccode.codes import Code
from harvester.publiccode.messages import LANGUAGES, message, why

CATALOGUES = {
    language: tomllib.loads(
        resources.files("harvester.publiccode")
        .joinpath("catalogue", f"{language}.toml")
        .read_text(encoding="utf-8")
    )
    for language in LANGUAGES
}


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_no_code_is_used_twice() -> None:
    assert len({code.code for code in Code}) == len(Code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_message_and_a_reason_and_there_are_no_others(language: str) -> None:
    told = {name for name in CATALOGUES[language] if name.startswith("PC")}
    assert told == {code.code for code in Code}
    for name in told:
        assert CATALOGUES[language][name]["message"].endswith((".", "?"))
        assert CATALOGUES[language][name]["why"].endswith(".")


def test_the_languages_name_the_same_things() -> None:
    english = CATALOGUES["en"]
    for other in LANGUAGES:
        catalogue = CATALOGUES[other]
        assert catalogue.keys() == english.keys()
        for name, entry in english.items():
            assert catalogue[name].keys() == entry.keys(), name
            for part, template in entry.items():
                assert names(catalogue[name][part]) == names(template), f"{name}.{part}"


def test_german_is_not_english() -> None:
    for code in Code:
        assert CATALOGUES["de"][code.code]["message"] != CATALOGUES["en"][code.code]["message"]
        assert not re.search(r"\b(the|and|is|of)\b", CATALOGUES["de"][code.code]["why"])


def finding(code: Code, suggestion: str | None = None, **arguments: str) -> Finding:
    return Finding(
        code=code.code, severity=code.severity, key="a", line=1, column=1,
        arguments=tuple(arguments.items()), suggestion=suggestion,
    )  # fmt: skip


def test_a_suggestion_is_a_question() -> None:
    told = finding(Code.NOT_IN_VOCABULARY, "stable", value="stabel", allowed="beta, stable")
    assert message(told, "en").endswith("Did you mean `stable`?")
    assert message(told, "de").endswith("Meinten Sie `stable`?")


def test_words_for_kinds_are_in_the_language() -> None:
    told = finding(Code.WRONG_TYPE, expected="list", found="text", value="x")
    assert "eine Liste" in message(told, "de")
    assert "ein Text" in message(told, "de")


def test_braces_in_a_value_are_no_placeholders() -> None:
    told = finding(Code.BAD_LINK, value="https://{host}/")
    assert "`https://{host}/`" in message(told, "en")
    assert why(told, "de")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError, match="fr"):
        message(finding(Code.HTML), "fr")
