# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The life of repositories in a world."""

import subprocess

import pytest

from tests.forges.world import (
    ANONYMOUS,
    Visibility,
    World,
    blob_id,
    insider,
    newest_activity,
    outsider,
    seen_by,
    visible,
)


@pytest.fixture
def world() -> World:
    made = World()
    made.group("a/b", "Group B")
    made.user("mona")
    return made


def test_blob_ids_are_gits() -> None:
    content = "name: Grüße\r\n".encode()
    git = subprocess.run(
        ["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True
    )
    assert blob_id(content) == git.stdout.decode().strip()


def test_groups_have_the_parents_they_lack(world: World) -> None:
    assert [o.path for o in world.owners] == ["a", "a/b", "mona"]
    with pytest.raises(ValueError, match="already an owner 'a/B'"):
        world.group("A/B")


def test_create(world: World) -> None:
    empty = world.create("a/b/empty")
    assert (empty.default_branch, empty.files, empty.head, empty.branch("HEAD")) == (
        None,
        {},
        None,
        None,
    )
    full = world.create("a/b/full", {"x.yml": "ä"}, branch="trunk", stars=3, archived=True)
    assert full.files == {"x.yml": "ä".encode()}
    assert (full.branch("trunk"), full.branch("main")) == (full.files, None)
    assert (full.stars, full.archived, full.id) == (3, True, empty.id + 1)
    with pytest.raises(ValueError, match="already a repository"):
        world.create("A/B/Full")
    with pytest.raises(ValueError, match="no owner 'nobody'"):
        world.create("nobody/x")
    with pytest.raises(AttributeError):
        world.create("a/b/wrong", colour="red")


def test_push_moves_head_and_activity(world: World) -> None:
    repository = world.create("mona/x")
    world.clock.advance(hours=1)
    world.push(repository, {"a": "1", "b": "2"})
    head = repository.head
    world.push(repository, {"a": None, "gone": None})
    assert repository.files == {"b": b"2"}
    assert repository.head != head
    assert repository.pushed_at == repository.activity_at == world.clock.now()
    world.push(repository, {"c": "3"}, branch="other")
    assert (repository.default_branch, repository.branch("other")) == ("main", {"c": b"3"})


def test_old_paths_lead_to_the_repository_until_taken(world: World) -> None:
    repository = world.create("mona/x")
    world.rename(repository, "y")
    owner = world.owner("a/b")
    assert owner is not None
    world.transfer(repository, owner)
    assert repository.path == "a/b/y"
    assert world.moved("Mona/X") is world.moved("mona/y") is repository
    taken = world.create("mona/x")
    assert world.moved("mona/x") is None
    assert world.find("MONA/x") is taken
    world.rename_owner(owner, "c")
    assert world.find("a/c/y") is world.moved("a/b/y") is repository
    world.delete(repository)
    assert world.moved("mona/y") is None


def test_recreated_has_another_id(world: World) -> None:
    first = world.create("mona/x", {"f": "1"}, branch="dev")
    second = world.recreate(first)
    assert (second.path, second.files, second.default_branch) == (
        "mona/x",
        {"f": b"1"},
        "dev",
    )
    assert second.id != first.id
    assert world.by_id(first.id) is None


def test_fork(world: World) -> None:
    first = world.create("mona/x", {"f": "1"}, branch="dev")
    copy = world.fork(first, "a/b/x", stars=1)
    world.push(copy, {"f": "2"})
    assert (copy.parent, first.forks, first.files) == (first, 1, {"f": b"1"})


def test_a_deleted_fork_does_not_count(world: World) -> None:
    first = world.create("mona/x", {"f": "1"})
    world.delete(world.fork(first, "a/b/x"))
    assert first.forks == 0


def test_visibility(world: World) -> None:
    world.group("shut", visibility=Visibility.PRIVATE)
    public = world.create("mona/public")
    internal = world.create("mona/internal", visibility=Visibility.INTERNAL)
    hidden = world.create("shut/public")
    assert seen_by(ANONYMOUS, world.repositories) == [public]
    assert seen_by(outsider(), world.repositories) == [public, internal]
    assert visible(insider(), hidden)
    world.show_to(public, Visibility.PRIVATE)
    assert not visible(ANONYMOUS, public)


def test_archiving_and_settings_leave_activity_alone(world: World) -> None:
    older, newer = world.create("mona/x"), world.create("mona/y")
    world.clock.advance(days=1)
    world.archive(older)
    world.change(older, stars=5, topics=("a",))
    assert (older.archived, older.stars) == (True, 5)
    assert older.updated_at > newer.updated_at
    assert newest_activity(older) < newest_activity(newer)
    with pytest.raises(AttributeError, match="no 'colour'"):
        world.change(older, colour="red")


def test_nested_listing(world: World) -> None:
    inner, user = world.create("a/b/x"), world.create("mona/x")
    top = world.owner("a")
    assert top is not None
    assert world.of(top) == ()
    assert world.of(top, nested=True) == (inner,)
    assert world.of(user.owner) == (user,)
    assert world.owner_by_id(top.id) is top
