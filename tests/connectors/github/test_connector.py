# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The rest of the port: look-ups, checks, recognition, Apps, estimates."""

import socket
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from connectors.github import GitHubConnector
from connectors.github.addresses import addresses
from connectors.github.options import GitHubOptions
from connectors.transport import credential, open_chain
from harvester.model import Unknown
from harvester.ports.connector import Connector, ConnectorType, ForgeAccess
from harvester.ports.errors import SourceError, UnauthorisedError, UnreachableError
from harvester.ports.listing import Found, Missing, Private, Scope, ScopeKind, Size
from tests.connectors.github.support import FILE, TOKEN, GitHub, fill, only_file, owners
from tests.forges.faults import Answer, Drop, html
from tests.forges.world import Visibility

pytestmark = pytest.mark.anyio


async def test_fulfils_the_port(github: GitHub) -> None:
    kind: ConnectorType = GitHubConnector
    connector: Connector = kind(github.access())
    assert (kind.kind, kind.profile, connector.read_batch) == ("github", "standard", 20)


@pytest.mark.parametrize("token", ["token-that-sees-all", None])
async def test_look_ups(github: GitHub, token: str | None) -> None:
    world = github.world
    world.organization("stadt")
    there = world.create("stadt/r", {"publiccode.yml": FILE})
    hidden = world.create("stadt/zu", {"publiccode.yml": FILE}, visibility=Visibility.PRIVATE)
    broken = world.create("stadt/kaputt", {"a": b""})
    world.rename(there, "s")
    github.api.faults.plan(
        Answer(status=451, body=b"{}"), when=lambda q: q.path.endswith(str(broken.id))
    )
    async with github.opened(token=token) as connector:
        ids = [str(there.id), str(hidden.id), str(broken.id), "999999"]
        answers = await connector.look_up(ids)
    assert list(answers) != []
    found = answers[str(there.id)]
    assert isinstance(found, Found)
    assert found.sighting.repository.path == "stadt/s"
    assert only_file(found.sighting).content == FILE.encode()
    assert isinstance(answers[str(hidden.id)], Private if token else Missing)
    assert isinstance(answers["999999"], Missing)
    assert isinstance(answers[str(broken.id)], Unknown)


@pytest.mark.parametrize(("token", "cost"), [("token-that-sees-all", {"graphql": 1}), (None, {})])
async def test_paths_are_resolved_also_old_ones(
    github: GitHub, token: str | None, cost: dict[str, int]
) -> None:
    world = github.world
    world.organization("stadt")
    other = world.organization("kreis")
    there, renamed, moved = (world.create(f"stadt/{name}", {}) for name in "abc")
    hidden = world.create("stadt/zu", {}, visibility=Visibility.PRIVATE)
    world.rename(renamed, "neu")
    world.transfer(moved, other)
    world.create("stadt/C", {})  # the old name is taken again
    paths = ["Stadt/A", "stadt/b", "stadt/c", hidden.path, "stadt/nie", "stadt", "stadt/a/b"]
    async with github.opened(token=token) as connector:
        answers = await connector.resolve(paths)
        spent = connector.spent()
    taken = world.find("stadt/c")
    assert taken is not None
    found = [str(one.id) for one in (there, renamed, taken)]
    assert answers == dict(zip(paths, [*found, None, None, None, None], strict=True))
    assert spent.graphql == cost.get("graphql", 0)
    assert spent.rest <= (0 if token else 7)


@pytest.mark.parametrize("token", ["token-that-sees-all", None])
@pytest.mark.parametrize("fault", [Answer(status=500), html(404), Answer(status=451, body=b"{}")])
async def test_what_a_path_leads_to_is_unknown_while_the_forge_is_ill(
    github: GitHub, token: str | None, fault: Answer
) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/a", {})
    github.api.faults.plan(fault, times=99)
    async with github.opened(token=token) as connector:
        answers = dict(await connector.resolve(["stadt/a", "stadt/b", "kein-name"]))
    assert answers.pop("kein-name") is None
    assert [type(answer) for answer in answers.values()] == [Unknown, Unknown]


async def test_a_look_up_with_a_wrong_token_ends_at_once(github: GitHub) -> None:
    async with github.opened(token="wrong") as connector:
        with pytest.raises(UnauthorisedError):
            await connector.look_up(["1", "2"])
    assert github.api.requests() == 1


async def test_look_ups_at_a_forge_that_is_down_end_soon(github: GitHub) -> None:
    github.api.faults.plan(Drop(), times=999)
    ids = [str(number) for number in range(50)]
    async with github.opened() as connector:
        with pytest.raises(UnreachableError):
            await connector.look_up(ids)
    assert github.api.requests() == 3


async def test_look_ups_at_a_forge_that_fails_end_soon(github: GitHub) -> None:
    github.api.faults.plan(Answer(status=503, body=b"{}"), times=999)
    ids = [str(number) for number in range(50)]
    async with github.opened() as connector:
        found = await connector.look_up(ids)
    assert list(found) == ids
    assert all(isinstance(answer, Unknown) for answer in found.values())
    assert github.api.requests() == 9


async def test_blocked_repositories_do_not_end_the_look_ups(github: GitHub) -> None:
    github.world.organization("stadt")
    there = github.world.create("stadt/r", {"publiccode.yml": FILE})
    github.api.faults.plan(Answer(status=451, body=b"{}"), times=4)
    async with github.opened() as connector:
        found = await connector.look_up(["1", "2", "3", "4", str(there.id)])
    assert isinstance(found["4"], Unknown)
    assert isinstance(found[str(there.id)], Found)


async def test_only_githubs_own_404_means_missing(github: GitHub, tmp_path: Path) -> None:
    github.world.organization("stadt")
    r = github.world.create("stadt/r", {"a": b""})
    github.api.faults.plan(html(404))
    async with github.opened() as connector:
        answers = await connector.look_up([str(r.id), "999999"])
    assert isinstance(answers[str(r.id)], Unknown)
    assert isinstance(answers["999999"], Missing)
    options = app(github, tmp_path)
    github.api.apps.installations.clear()
    async with github.opened(token=None, options=options) as connector:
        answers = await connector.look_up([str(r.id)])
    assert isinstance(answers[str(r.id)], Unknown)


async def test_a_look_up_agrees_with_the_listing(github: GitHub) -> None:
    github.world.organization("stadt")
    r = github.world.create("stadt/r", {"publiccode.yml": FILE})
    for token in ("token-that-sees-all", None):
        crawled = await github.crawl(owners("stadt"), token=token)
        async with github.opened(token=token) as connector:
            found = (await connector.look_up([str(r.id)]))[str(r.id)]
        assert isinstance(found, Found)
        assert found.sighting.repository.revision == (
            crawled.sightings["stadt/r"].repository.revision
        )


async def test_check(github: GitHub) -> None:
    async with github.opened() as connector:
        assert "4999 of 5000 points" in await connector.check()
        spent = connector.spent()
        assert (spent.graphql, spent.points, spent.budget_left) == (1, 1, 4999)
    async with github.opened(token=None) as connector:
        assert "60 of 60 requests" in await connector.check()
    async with github.opened(token="wrong") as connector:
        with pytest.raises(UnauthorisedError):
            await connector.check()


async def test_recognises_a_github(github: GitHub) -> None:
    assert await GitHubConnector.recognise(github.access()) is True
    assert github.api.tokens_seen == set()
    github.api.faults.plan(Answer(status=404, body=b"{}"))
    assert await GitHubConnector.recognise(github.access()) is False
    access = github.access(attempts=1)
    nobody = socket.create_server(("127.0.0.1", 0))
    port = nobody.getsockname()[1]
    nobody.close()
    unreachable = ForgeAccess(
        source="x",
        url=f"http://127.0.0.1:{port}",
        http=access.http,
        clock=github.world.clock,
        budgets=github.budgets,
        validators=github.validators,
    )
    assert await GitHubConnector.recognise(unreachable) is False


async def test_an_enterprise_server_is_reached_by_its_url(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": b"a\0b"})
    access = github.access()
    server = ForgeAccess(
        source="ghes",
        url=github.api.url,
        token=access.token,
        http=access.http,
        clock=access.clock,
        budgets=access.budgets,
        validators=access.validators,
    )
    async with GitHubConnector(server) as connector:
        (page,) = [p async for p in connector.pages(owners("stadt"))]
        (read,) = await connector.read(page.sightings)
    assert only_file(read).content == b"a\0b"
    assert {e.request.path.split("/")[1] for e in github.api.log} == {"api"}
    where = addresses(server)
    assert where.raw == f"{github.api.url}/raw"


@pytest.mark.parametrize(
    ("api_url", "graphql"),
    [
        (None, "https://api.github.com/graphql"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1/graphql"),
        ("https://ghe.example/api/v3/", "https://ghe.example/api/graphql"),
    ],
)
async def test_addresses(github: GitHub, api_url: str | None, graphql: str) -> None:
    access = github.access()
    where = addresses(
        ForgeAccess(
            source="s", url="https://github.com", api_url=api_url, http=access.http,
            clock=access.clock, budgets=access.budgets, validators=access.validators,
        )
    )  # fmt: skip
    assert where.graphql == graphql
    assert where.raw == "https://raw.githubusercontent.com"


# --- Apps -----------------------------------------------------------------------------------


def app(github: GitHub, folder: Path) -> GitHubOptions:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    github.api.apps.register(7, 42, public.decode())
    (folder / "app.pem").write_bytes(private)
    return GitHubOptions(app_id=7, installation_id=42, private_key_file=folder / "app.pem")


async def test_a_github_app_renews_its_token_in_time(github: GitHub, tmp_path: Path) -> None:
    options = app(github, tmp_path)
    github.world.organization("stadt")
    fill(github.world, "stadt", 250)
    async with github.opened(token=None, options=options) as connector:
        pages = 0
        async for _ in connector.pages(owners("stadt")):
            pages += 1
            github.world.clock.advance(minutes=40)
        assert pages == 3
        assert connector.spent().graphql == 4
    assert len(github.api.apps.issued) == 2
    assert {e.status for e in github.api.log} == {200, 201}
    assert github.raw.requests() == 0


async def test_a_github_app_that_is_not_installed(github: GitHub, tmp_path: Path) -> None:
    options = app(github, tmp_path)
    github.api.apps.installations.clear()
    async with github.opened(token=None, options=options) as connector:
        with pytest.raises(SourceError):
            await anext(aiter(connector.pages(owners("stadt"))))


async def test_an_unreadable_key_names_the_file_and_the_remedy(
    github: GitHub, tmp_path: Path
) -> None:
    options = GitHubOptions(app_id=7, installation_id=42, private_key_file=tmp_path / "missing.pem")
    with pytest.raises(SourceError, match=r"private_key_file .*missing\.pem"):
        async with github.opened(token=None, options=options):
            pass


async def test_the_keys_of_an_app_belong_together() -> None:
    with pytest.raises(ValidationError, match="belong together"):
        GitHubOptions(app_id=7)
    assert GitHubOptions() == GitHubOptions(app_id=None)


# --- estimates ------------------------------------------------------------------------------


async def test_estimates_are_what_a_sweep_costs(github: GitHub) -> None:
    sizes = {"a": 230, "b": 5, "c": 1, "d": 60, "e": 0}
    for name, size in sizes.items():
        github.world.organization(name)
        fill(github.world, name, size)
    scope = Scope(ScopeKind.OWNERS, tuple(sizes))
    known = Size(
        repositories=296, files=30, owners=5, largest_owners=tuple(sizes.values()), first=False
    )
    await github.crawl(owners(*sizes))
    github.api.forget()
    async with github.opened() as connector:
        expected = connector.estimate(scope, known)
        async for _ in connector.pages(owners(*sizes)):
            pass
    assert (expected.graphql, expected.points, expected.exact) == (
        github.api.requests(), github.api.points, True
    )  # fmt: skip
    github.api.forget()
    async with github.opened(token=None) as connector:
        told = connector.estimate(scope, known)
        async for _ in connector.pages(owners(*sizes)):
            pass
    assert (told.rest, told.graphql) == (github.api.requests("rest"), 0)
    assert told.remark is not None


async def test_estimates_of_what_was_never_read(github: GitHub) -> None:
    nothing = Size(repositories=0, files=0, owners=0, first=True)
    async with github.opened() as connector:
        by_owner = connector.estimate(Scope(ScopeKind.OWNERS, tuple("abc")), nothing)
        by_name = connector.estimate(
            Scope(ScopeKind.REPOSITORIES, tuple(f"a/{n}" for n in range(101))), nothing
        )
    assert (by_owner.graphql, by_owner.exact) == (2, False)
    assert by_name.graphql == 2
    async with github.opened(token=None) as connector:
        alone = connector.estimate(Scope(ScopeKind.OWNERS, tuple("abc")), nothing)
    assert (alone.rest, alone.exact) == (3, False)


async def test_opening_it_twice_keeps_what_was_learnt_of_the_budget(github: GitHub) -> None:
    github.api.points_limit = 1
    async with github.opened() as connector:
        await connector.check()
    sent = github.api.requests()
    async with github.opened(max_wait=60) as connector:
        with pytest.raises(SourceError):
            await connector.check()
    assert github.api.requests() == sent


# --- what costs nothing ---------------------------------------------------------------------


async def test_an_answer_that_is_not_modified_is_free_with_a_token(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 1)
    url = f"{github.api.url}/repos/stadt/r000"
    left = []
    for token in (TOKEN, None):
        access = github.access(token=token)
        who = credential(access.source, [access.api_url or ""], tokens=access.tokens)
        async with open_chain(access, who) as chain:
            for _ in range(4):
                await chain.get(url, conditional=True)
                left.append(chain.spent().budget_left)
            assert (chain.spent().rest, chain.spent().not_modified) == (4, 3)
    assert left == [4999] * 4 + [59, 58, 57, 56]
