# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every refusal names file, line, key and remedy, and no refusal shows a secret."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from harvester.settings import Configuration, SettingsError, load


class NoOptions(BaseModel):
    pass


class AppOptions(BaseModel):
    app_id: int | None = None
    private_key_file: str | None = None


OPTIONS: Mapping[str, type[BaseModel]] = {"gitlab": NoOptions, "github": AppOptions}
SOURCE = """\
[[sources]]
name = "one"
kind = "gitlab"
url = "https://git.example.org"
owners = ["city"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "harvester.toml"


def read(file: Path, text: str, environ: Mapping[str, str] | None = None) -> Configuration:
    file.write_text(text, encoding="utf-8")
    return load(file, environ or {}, OPTIONS)


def refused(file: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(file, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("databse_url = 'x'", '1: databse_url: unknown key; did you mean "database_url"?'),
        ("\n[htp]\ntimeout = 1", '2: htp: unknown key; did you mean "http"?'),
        ("[http]\n\ntimout = 1", '3: http.timout: unknown key; did you mean "timeout"?'),
        ("[[blocks]]\nurl = 'x'", "1: blocks[0].reason: is missing"),
        ("[api]\nrate_limit = 600", "2: api.rate_limit: 600 is no rate; write how many in how"),
        ("[api]\nrate_limit = '0/1m'", "2: api.rate_limit: '0/1m' is no rate"),
        ("[api]\nrate_limit = '9/m'", "2: api.rate_limit: 'm' is no duration"),
        ("[api]\ntrusted_proxies = ['*']", "2: api.trusted_proxies[0]: '*' is no network"),
        (
            "[api]\ntrusted_proxies = ['10.0.0.1/8']",
            "2: api.trusted_proxies[0]: '10.0.0.1/8' is no network",
        ),
        ("[[blocks]]\nurl = 'x'\nreason = 'y'", "2: blocks[0].url: 'x' is no address"),
        (
            "[[blocks]]\nurl = 'https://'\nreason = 'y'",
            "2: blocks[0].url: 'https://' names no host",
        ),
        (
            "[[blocks]]\nurl = 'https://a.b/c'\nreason = ''",
            "3: blocks[0].reason: publishers are told",
        ),
        (
            "[[blocks]]\nurl = 'https://a.b'\nreason = 'x'\nurll = 'x'",
            '4: blocks[0].urll: unknown key; did you mean "url"?',
        ),
        ("[opt_out]\ntopics = ['']", "2: opt_out.topics[0]: an empty topic is none"),
        ("[opt_out]\ntopic = 'x'", '2: opt_out.topic: unknown key; did you mean "topics"?'),
        ("[http]\ntimeout = '30'", "2: http.timeout: expects a number, not text"),
        ("[http]\ntimeout = true", "2: http.timeout: expects a number, not true or false"),
        ("[http]\ntimeout = 0", "2: http.timeout: expects a value greater than 0"),
        ("[http]\nattempts = 1.5", "2: http.attempts: expects a whole number"),
        ("[http]\nattempts = 'x'", "2: http.attempts: expects a whole number, not text"),
        ("http = 3", "1: http: expects a table, not a number"),
        ("[http]\nmax_wait = 900", "2: http.max_wait: 900 is no duration; write a number and"),
        ("[keep]\ngone_after = '3 days'", "2: keep.gone_after: '3 days' is no duration"),
        ("[keep]\ngone_after = '0d'", "2: keep.gone_after: '0d' is no duration"),
        ("[keep]\ngate = 10", "2: keep.gate: expects a value less than or equal to 1"),
        ("[keep]\ngate = -0.1", "2: keep.gate: expects a value greater than or equal to 0"),
        ("database_url = 1979-05-27", "1: database_url: expects text in quotes, not a date"),
        ("sources = 3", "1: sources: expects a list"),
        ("[keep\n", "1: not TOML: Expected ']' at the end of a table declaration"),
    ],
)
def test_wrong_keys_and_types(file: Path, text: str, said: str) -> None:
    assert refused(file, text).startswith(f"{file}:{said}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("kindd = 1", '6: sources[0].kindd (source "one"): unknown key; did you mean "kind"?'),
        (
            "token = 'glpat-hidden'",
            '6: sources[0].token (source "one"): unknown key; secrets do not stand here, name',
        ),
        (
            "app_id = 3",
            '6: sources[0].app_id (source "one"): is a key of kind github, not',
        ),
        ("options = 3", '6: sources[0].options (source "one"): unknown key;'),
        ("include = 'x'", '6: sources[0].include (source "one"): expects a list, such as'),
        ("include = ['/x']", "6: sources[0].include[0] (source \"one\"): '/x' is no pattern of"),
        ("include = [3]", '6: sources[0].include[0] (source "one"): expects text in quotes, not a'),
        ("token_env = 'ghp_hidden'", '6: sources[0].token_env (source "one"): expects the name of'),
        ("api_url = 'ftp://x'", "6: sources[0].api_url (source \"one\"): 'ftp://x' is not an http"),
        (
            "api_url = 'https://user:hidden@x'",
            '6: sources[0].api_url (source "one"): an address with a user or password in it',
        ),
        ("every = 'often'", "6: sources[0].every (source \"one\"): 'often' is no duration"),
        ("cron = '* * *'", "6: sources[0].cron (source \"one\"): '* * *' has 3 fields; write five"),
        ("cron = '99 * * * *'", "6: sources[0].cron (source \"one\"): '99 * * * *' is no cron"),
        (
            "every = '1d'\ncron = '0 0 * * *'",
            '7: sources[0].cron (source "one"): a source goes by every or by cron; remove one',
        ),
        (
            "scope = 'instance'",
            '5: sources[0].owners (source "one"): stands beside scope; a source has exactly one',
        ),
        (
            "repositories = []",
            '6: sources[0].repositories (source "one"): expects at least one',
        ),
        (
            "repositories = ['https://x/y']",
            "6: sources[0].repositories[0] (source \"one\"): 'https://x/y' is no path on the forge",
        ),
        (
            "token_env = 'A'\ntoken_file = 'b'",
            '7: sources[0].token_file (source "one"): take this or token_env, not both',
        ),
        ("token_envs = ['ghp_hidden']", '6: sources[0].token_envs[0] (source "one"): expects'),
        ("token_envs = []", '6: sources[0].token_envs (source "one"): expects at least one'),
        ("token_files = 'a'", '6: sources[0].token_files (source "one"): expects a list, such'),
        ("token_files = [1]", '6: sources[0].token_files[0] (source "one"): expects text in'),
        ("reserve = -1", '6: sources[0].reserve (source "one"): expects a value greater than'),
        ("reserve = '10%'", '6: sources[0].reserve (source "one"): expects a number, not text'),
        (
            "api_url = 'http://git.example.org'\ntoken_envs = ['A']",
            '6: sources[0].api_url (source "one"): a token over plain http is refused',
        ),
        (
            "token_required = true",
            '6: sources[0].token_required (source "one"): needs token_env or token_file',
        ),
        (
            "api_url = 'http://git.example.org/api/v4'\ntoken_env = 'A'",
            '6: sources[0].api_url (source "one"): a token over plain http is refused',
        ),
        ("name = 'x'", "6: not TOML: Cannot overwrite a value"),
    ],
)
def test_wrong_sources(file: Path, line: str, said: str) -> None:
    message = refused(file, SOURCE + line)
    assert message.startswith(f"{file}:{said}")
    assert "hidden" not in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "one"\n', "", "1: sources[0].name: is missing; add it"),
        ('"one"', '"o n e"', '2: sources[0].name (source "o n e"): expects letters, digits'),
        ('"one"', '"manual"', '2: sources[0].name (source "manual"): "manual" is kept for'),
        ('kind = "gitlab"\n', "", '1: sources[0].kind (source "one"): is missing; add it'),
        (
            '"gitlab"',
            '"gitlub"',
            "3: sources[0].kind (source \"one\"): no connector for 'gitlub'; did you mean",
        ),
        (
            '"gitlab"',
            "3",
            '3: sources[0].kind (source "one"): expects text in quotes, not a number',
        ),
        ("https://", "", "4: sources[0].url (source \"one\"): 'git.example.org' is not an http"),
        ('owners = ["city"]', "", '1: sources[0] (source "one"): says nothing of what to harvest'),
        ('["city"]', "[]", '5: sources[0].owners (source "one"): expects at least one'),
    ],
)
def test_sources_that_lack_or_mistake_something(file: Path, old: str, new: str, said: str) -> None:
    message = refused(file, SOURCE.replace(old, new))
    assert message.startswith(f"{file}:{said}")


def test_scope_is_instance_or_nothing(file: Path) -> None:
    text = SOURCE.replace('owners = ["city"]', 'scope = "all"')
    assert refused(file, text) == f"{file}:5: sources[0].scope (source \"one\"): expects 'instance'"


def test_two_sources_of_one_name(file: Path) -> None:
    assert refused(file, SOURCE + SOURCE) == (
        f'{file}:7: sources[1].name (source "one"): sources[0] has this name already; '
        "give each source its own"
    )


def test_everything_wrong_is_told_at_once_in_order(file: Path) -> None:
    lines = refused(file, SOURCE + "kindd = 1\nevery = 'x'\n\n[http]\ntimout = 1").splitlines()
    assert [line.removeprefix(f"{file}:").split(":")[0] for line in lines] == ["6", "7", "10"]


def test_options_of_a_connector(file: Path) -> None:
    github = SOURCE.replace("gitlab", "github")
    assert refused(file, github + "app_id = 'x'") == (
        f'{file}:6: sources[0].app_id (source "one"): expects a whole number, not text'
    )
    made = read(file, github + "app_id = 7\nprivate_key_file = 'key.pem'").settings.sources[0]
    assert made.options == AppOptions(app_id=7, private_key_file=str(file.parent / "key.pem"))


@pytest.mark.parametrize("host", ["http://localhost:8080", "http://127.0.0.9", "http://[::1]:3"])
def test_a_token_may_go_to_loopback(file: Path, host: str) -> None:
    read(file, SOURCE.replace("https://git.example.org", host) + "token_env = 'A'")


def test_plain_http_without_a_token_is_fine(file: Path) -> None:
    read(file, SOURCE.replace("https:", "http:"))


def test_a_stand_in_on_loopback_plays_a_real_host_with_a_token(file: Path) -> None:
    read(file, SOURCE + "token_env = 'A'\napi_url = 'http://127.0.0.1:99/api/v4'")


# --- the environment ------------------------------------------------------------------------


def test_unknown_variables(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(SOURCE, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file, {"HARVESTER_HTTP__TIMOUT": "hidden", "HARVESTER_SOURCES": "hidden"}, OPTIONS)
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "environment: HARVESTER_HTTP__TIMOUT: is no setting; "
        'did you mean "HARVESTER_HTTP__TIMEOUT"?'
    )
    assert lines[1].startswith("environment: HARVESTER_SOURCES: is no setting;")
    assert "hidden" not in str(caught.value)


def test_a_wrong_value_of_a_variable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVESTER_HTTP__TIMEOUT", "soon")
    with pytest.raises(SettingsError) as caught:
        read(file, SOURCE, {"HARVESTER_HTTP__TIMEOUT": "soon"})
    assert str(caught.value) == ("environment: HARVESTER_HTTP__TIMEOUT: expects a number, not text")


def test_variables_win_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {
        "HARVESTER_HTTP__TIMEOUT": "12.5",
        "HARVESTER_HTTP__ATTEMPTS": "2",
        "HARVESTER_KEEP__GONE_AFTER": "9d",
        "HARVESTER_DATABASE_URL": "postgresql://u:p@db/h",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    made = read(file, SOURCE + "[http]\ntimeout = 1\ncontact = 'https://x.example'", environ)
    assert (made.settings.http.timeout, made.settings.http.attempts) == (12.5, 2)
    assert made.settings.http.contact == "https://x.example"
    assert made.settings.keep.gone_after.days == 9
    assert made.database_url() == "postgresql://u:p@db/h"


# --- secrets --------------------------------------------------------------------------------


def test_a_token_file_is_read_when_asked_for(file: Path) -> None:
    made = read(file, SOURCE + "token_file = 'secrets/token'")
    source = made.settings.sources[0]
    with pytest.raises(SettingsError) as caught:
        made.tokens(source)
    path = file.parent / "secrets" / "token"
    assert str(caught.value) == (
        f'{file}:6: sources[0].token_file (source "one"): {path} cannot be read: '
        "No such file or directory; mend the path or its permissions"
    )
    path.parent.mkdir()
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is empty; write the secret into it"):
        made.tokens(source)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not text"):
        made.tokens(source)
    path.write_text("hidden\n", encoding="utf-8")
    assert [token.value for token in made.tokens(source).found] == ["hidden"]
    assert "hidden" not in repr(made.tokens(source))


def test_a_token_variable(file: Path) -> None:
    text = SOURCE + "token_env = 'MY_TOKEN'"
    made = read(file, text, {"MY_TOKEN": " hidden\n"})
    assert [t.value for t in made.tokens(made.settings.sources[0]).found] == ["hidden"]
    assert "hidden" not in repr(made)
    unset = read(file, text)
    tokens = unset.tokens(unset.settings.sources[0])
    assert (tokens.found, tokens.missing) == ((), ("MY_TOKEN",))
    strict = read(file, text + "\ntoken_required = true")
    with pytest.raises(SettingsError) as caught:
        strict.tokens(strict.settings.sources[0])
    assert str(caught.value) == (
        f'{file}:6: sources[0].token_env (source "one"): the environment variable MY_TOKEN is not '
        "set, and token_required is true; set it, or remove token_required to read anonymously"
    )


def test_a_pool_of_tokens(file: Path) -> None:
    text = SOURCE + (
        "token_env = 'ONE'\ntoken_envs = ['TWO', 'THREE']\ntoken_files = ['a', 'b']\n"
        "token_required = true"
    )
    made = read(file, text, {"ONE": "1", "THREE": "3"})
    source = made.settings.sources[0]
    (file.parent / "a").write_text("4\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        made.tokens(source)
    assert f'{file}:8: sources[0].token_files[1] (source "one"): {file.parent}/b cannot' in str(
        caught.value
    )
    (file.parent / "b").write_text("5\n", encoding="utf-8")
    tokens = made.tokens(source)
    assert [(token.name, token.value) for token in tokens.found] == [
        ("ONE", "1"),
        ("THREE", "3"),
        (f"{file.parent}/a", "4"),
        (f"{file.parent}/b", "5"),
    ]
    assert tokens.missing == ("TWO",)


def test_a_pool_without_any_token(file: Path) -> None:
    text = SOURCE + "token_envs = ['ONE', 'TWO']\ntoken_required = true"
    made = read(file, text)
    with pytest.raises(SettingsError, match="variables ONE, TWO are not set, and token_required"):
        made.tokens(made.settings.sources[0])
    assert read(file, text, {"TWO": "2"}).tokens(made.settings.sources[0]).missing == ("ONE",)


def test_files_of_options_and_of_http_are_tried_when_asked_for(file: Path) -> None:
    github = SOURCE.replace("gitlab", "github")
    made = read(file, github + "private_key_file = 'key.pem'\n[http]\nca_file = 'ca.pem'")
    with pytest.raises(SettingsError, match=r"8: http\.ca_file: .*ca\.pem cannot be read"):
        made.ca_file()
    with pytest.raises(SettingsError, match=r":6: sources\[0\]\.private_key_file .*cannot be read"):
        made.options(made.settings.sources[0])
    (file.parent / "key.pem").write_text("x", encoding="utf-8")
    assert made.options(made.settings.sources[0]) == made.settings.sources[0].options


def test_the_password_of_the_database(file: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(file, 'database_url = "postgresql://u:hidden@db/h"').database_url()
    assert str(caught.value).startswith(f"{file}:1: database_url: a password does not stand in")
    assert "hidden" not in str(caught.value)
    text = 'database_url = "postgresql://u@db:5/h?x=1"\n'
    named = text + 'database_password_env = "DB_PASSWORD"'
    assert read(file, text).database_url() == "postgresql://u@db:5/h?x=1"
    assert (
        read(file, named, {"DB_PASSWORD": "p/@:"}).database_url()
        == "postgresql://u:p%2F%40%3A@db:5/h?x=1"
    )
    with pytest.raises(SettingsError, match=r":2: database_password_env: .*DB_PASSWORD is not set"):
        read(file, named).database_url()
    (file.parent / "pw").write_text("secret\n", encoding="utf-8")
    from_file = text + 'database_password_file = "pw"'
    assert read(file, from_file).database_url() == "postgresql://u:secret@db:5/h?x=1"
    assert "take this or database_password_env" in refused(
        file, named + '\ndatabase_password_file = "pw"'
    )
    with pytest.raises(SettingsError, match="a password needs a user"):
        read(file, from_file.replace("u@", "")).database_url()
