# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""PyGithub itself, unmodified, works against the stand-in."""

from collections.abc import Iterator
from datetime import UTC, datetime

import github
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.forges.github import GitHubForge
from tests.forges.world import World, insider


@pytest.fixture
def forge() -> Iterator[GitHubForge]:
    world = World()
    world.organization("stadt", "Stadt Musterhausen")
    for n in range(5):
        world.create(f"stadt/r{n}", {"publiccode.yml": f"name: r{n}\n"})
    with GitHubForge(world, public_url="https://github.com") as running:
        running.tokens["good"] = insider()
        yield running


@pytest.fixture
def client(forge: GitHubForge) -> Iterator[github.Github]:
    yield from opened(forge, github.Auth.Token("good"))


def opened(forge: GitHubForge, auth: github.Auth.Auth | None) -> Iterator[github.Github]:
    client = github.Github(
        base_url=forge.url, auth=auth, per_page=2, retry=None, seconds_between_requests=0
    )
    yield client
    client.close()


def test_lists_in_pages(forge: GitHubForge, client: github.Github) -> None:
    organization = client.get_organization("stadt")
    assert organization.name == "Stadt Musterhausen"
    assert [r.name for r in organization.get_repos()] == ["r0", "r1", "r2", "r3", "r4"]
    assert organization.get_repos().totalCount == 5
    assert client.get_user("stadt").type == "Organization"


def test_reads_a_file(client: github.Github) -> None:
    file = client.get_repo("stadt/r3").get_contents("publiccode.yml")
    assert not isinstance(file, list)
    assert file.decoded_content == b"name: r3\n"
    with pytest.raises(github.UnknownObjectException):
        client.get_repo("stadt/r3").get_contents("publiccode.yaml")


def test_follows_a_renamed_repository(forge: GitHubForge, client: github.Github) -> None:
    r = forge.world.find("stadt/r1")
    assert r is not None
    forge.world.rename(r, "neu")
    assert client.get_repo("stadt/r1").full_name == "stadt/neu"
    assert client.get_repo(r.id).full_name == "stadt/neu"


def test_reads_the_rate_limit_and_meets_it(forge: GitHubForge, client: github.Github) -> None:
    client.get_user("stadt")
    assert client.get_rate_limit().resources.core.remaining == 4999
    forge.token_limit = 1
    with pytest.raises(github.RateLimitExceededException):
        client.get_user("stadt")


def test_refuses_wrong_tokens(forge: GitHubForge) -> None:
    for client in opened(forge, github.Auth.Token("bad")):
        with pytest.raises(github.BadCredentialsException):
            client.get_user("stadt").name  # noqa: B018 - reading it asks


def test_asks_graphql(client: github.Github) -> None:
    _, answer = client.requester.graphql_query(
        "query($login: String!) { repositoryOwner(login: $login) { login } }", {"login": "stadt"}
    )
    assert answer["data"] == {"repositoryOwner": {"login": "stadt"}}


def test_authenticates_as_an_app(forge: GitHubForge) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    forge.apps.register(7, 42, public.decode())
    # PyGithub's own signature knows no clock but the machine's
    forge.clock.advance(seconds=(datetime.now(UTC) - forge.clock.now()).total_seconds())
    auth = github.Auth.AppAuth(7, private)
    with github.GithubIntegration(auth=auth, base_url=forge.url) as integration:
        token = integration.get_access_token(42).token
        for client in opened(forge, github.Auth.Token(token)):
            assert client.get_repo("stadt/r0").name == "r0"
        with pytest.raises(github.UnknownObjectException):
            integration.get_access_token(43)
    forge.apps.keys["7"] = forge.apps.keys["7"][:40]
    with (
        github.GithubIntegration(auth=auth, base_url=forge.url) as integration,
        pytest.raises(github.GithubException),
    ):
        integration.get_access_token(42)
