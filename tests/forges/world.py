# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a forge holds: owners, repositories and their files, without any protocol.

One world can be played by a GitLab and by a GitHub. It is deterministic: ids are counted, times
come from the clock that it is given, blob ids are git's. Everything that happens to a repository in
its life is one method here. Servers read it under ``lock``, and so does every method.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tests.forges.clock import ManualClock


class Visibility(StrEnum):
    """Who may see a repository or an owner."""

    PUBLIC = "public"
    INTERNAL = "internal"
    """Everybody who is signed in."""
    PRIVATE = "private"


class OwnerKind(StrEnum):
    """What sort of account owns repositories."""

    GROUP = "group"
    ORGANIZATION = "organization"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at the forge."""

    name: str
    sees: frozenset[Visibility]


ANONYMOUS = Viewer("anonymous", frozenset({Visibility.PUBLIC}))


def insider(name: str = "insider") -> Viewer:
    """Make an account that sees everything; a token is bound to such a one."""
    return Viewer(name, frozenset(Visibility))


def outsider(name: str = "outsider") -> Viewer:
    """Make an account that is signed in but a member of nothing: public and internal."""
    return Viewer(name, frozenset({Visibility.PUBLIC, Visibility.INTERNAL}))


def blob_id(content: bytes) -> str:
    """Give git's object id of a file's bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass(eq=False, slots=True)
class Owner:
    """An account. Groups may have parents; its path is computed, so that a rename moves all."""

    id: int
    slug: str
    name: str
    kind: OwnerKind
    created_at: datetime
    parent: "Owner | None" = None
    visibility: Visibility = Visibility.PUBLIC
    description: str | None = None

    @property
    def path(self) -> str:
        """The full path, with all parents."""
        return f"{self.parent.path}/{self.slug}" if self.parent else self.slug

    @property
    def line(self) -> "Iterator[Owner]":
        """This owner and its parents, upwards."""
        owner: Owner | None = self
        while owner is not None:
            yield owner
            owner = owner.parent


@dataclass(eq=False, slots=True, kw_only=True)
class Repository:
    """A repository with the files of its branches."""

    id: int
    owner: Owner
    slug: str
    name: str
    """The display name; a GitHub shows the slug."""
    description: str | None
    default_branch: str | None
    """None as long as nothing was pushed."""
    branches: dict[str, dict[str, bytes]]
    created_at: datetime
    updated_at: datetime
    """Moves with settings and with pushes."""
    pushed_at: datetime
    activity_at: datetime
    visibility: Visibility = Visibility.PUBLIC
    code: Visibility = Visibility.PUBLIC
    """Who may read the files: GitLab can keep the code of a public project for its members."""
    archived: bool = False
    disabled: bool = False
    """Its git repository cannot be read; GitHub shuts repositories off, disks fail."""
    marked_for_deletion: bool = False
    parent: "Repository | None" = None
    """What it was forked from."""
    mirror_of: str | None = None
    """The address that it is pulled from."""
    topics: tuple[str, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    """Names with bytes of code."""
    license: str | None = None
    """SPDX id."""
    stars: int = 0
    forks: int = 0
    commits: int = 0
    history: tuple[tuple[datetime, str], ...] = ()
    """Commits of the default branch: when, and the address of who wrote it; the newest first."""
    releases: tuple[datetime, ...] = ()
    """The newest first."""

    @property
    def path(self) -> str:
        """The full path."""
        return f"{self.owner.path}/{self.slug}"

    @property
    def files(self) -> dict[str, bytes]:
        """The files of the default branch; none in an empty repository."""
        return {} if self.default_branch is None else self.branches[self.default_branch]

    @property
    def head(self) -> str | None:
        """A commit id that moves with each push; None in an empty repository."""
        if self.default_branch is None:
            return None
        seed = f"commit {self.id} {self.commits}".encode()
        return hashlib.sha1(seed, usedforsecurity=False).hexdigest()

    def branch(self, ref: str | None) -> dict[str, bytes] | None:
        """Give the files at a ref; ``HEAD`` and None mean the default branch."""
        if ref in (None, "HEAD"):
            return self.files if self.default_branch else None
        return self.branches.get(ref or "")


@dataclass(slots=True)
class World:
    """All that one forge holds."""

    clock: ManualClock = field(default_factory=ManualClock)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _owners: dict[int, Owner] = field(default_factory=dict)
    _repositories: dict[int, Repository] = field(default_factory=dict)
    _owner_ids: dict[str, int] = field(default_factory=dict)
    _repository_ids: dict[str, int] = field(default_factory=dict)
    """Paths of today, case folded, with ids; old ones are apart."""
    _old_paths: dict[str, int] = field(default_factory=dict)
    _last_id: int = 100

    # --- reading ----------------------------------------------------------------------------

    @property
    def owners(self) -> tuple[Owner, ...]:
        """All owners, by id."""
        with self.lock:
            return tuple(self._owners.values())

    @property
    def repositories(self) -> tuple[Repository, ...]:
        """All repositories, by id."""
        with self.lock:
            return tuple(self._repositories.values())

    def by_id(self, repository_id: int) -> Repository | None:
        """Find a repository by id."""
        return self._repositories.get(repository_id)

    def owner_by_id(self, owner_id: int) -> Owner | None:
        """Find an owner by id."""
        return self._owners.get(owner_id)

    def find(self, path: str) -> Repository | None:
        """Find a repository by its path of today, whatever the case."""
        return self._repositories.get(self._repository_ids.get(path.casefold(), 0))

    def moved(self, path: str) -> Repository | None:
        """Find the repository that had a path before, unless the path is taken again."""
        found = self._old_paths.get(path.casefold())
        return None if found is None or self.find(path) else self._repositories.get(found)

    def owner(self, path: str) -> Owner | None:
        """Find an owner by path, whatever the case."""
        return self._owners.get(self._owner_ids.get(path.casefold(), 0))

    def of(self, owner: Owner, *, nested: bool = False) -> tuple[Repository, ...]:
        """Give an owner's repositories, with those of its subgroups where asked for."""
        return tuple(
            r
            for r in self.repositories
            if r.owner is owner or (nested and any(o is owner for o in r.owner.line))
        )

    # --- owners -----------------------------------------------------------------------------

    def group(self, path: str, name: str | None = None, **facts: Any) -> Owner:
        """Make a group, and the parents that it lacks."""
        parent_path, _, slug = path.rpartition("/")
        parent = (self.owner(parent_path) or self.group(parent_path)) if parent_path else None
        return self._own(slug, name, OwnerKind.GROUP, parent, facts)

    def organization(self, path: str, name: str | None = None, **facts: Any) -> Owner:
        """Make an organisation."""
        return self._own(path, name, OwnerKind.ORGANIZATION, None, facts)

    def user(self, path: str, name: str | None = None, **facts: Any) -> Owner:
        """Make a user account."""
        return self._own(path, name, OwnerKind.USER, None, facts)

    def rename_owner(self, owner: Owner, slug: str) -> None:
        """Rename an owner; the repositories below it move, their old paths redirect."""
        with self.lock:
            for repository in self.of(owner, nested=True):
                self._old_paths[repository.path.casefold()] = repository.id
            owner.slug = slug
            self._owner_ids = {o.path.casefold(): o.id for o in self.owners}
            self._repository_ids = {r.path.casefold(): r.id for r in self.repositories}

    # --- the life of a repository -----------------------------------------------------------

    def create(
        self,
        path: str,
        files: Mapping[str, bytes | str] | None = None,
        *,
        branch: str = "main",
        at: datetime | None = None,
        **facts: Any,
    ) -> Repository:
        """Make a repository; its owner must exist. Without files it is empty.

        Args:
            path: full path.
            files: what the default branch holds; text is encoded as UTF-8.
            branch: the name of the default branch.
            at: when it was created, pushed and active; the clock's time if None.
            facts: more fields of :class:`Repository`.
        """
        owner_path, _, slug = path.rpartition("/")
        with self.lock:
            owner = self.owner(owner_path)
            if owner is None:
                raise ValueError(f"no owner {owner_path!r} in this world")
            if self.find(path):
                raise ValueError(f"there is already a repository {path!r}")
            moment = at or self.clock.now()
            repository = Repository(
                id=self._next_id(),
                owner=owner,
                slug=slug,
                name=str(facts.pop("name", slug)),
                description=None,
                default_branch=branch if files is not None else None,
                branches={} if files is None else {branch: _encoded(files)},
                created_at=moment,
                updated_at=moment,
                pushed_at=moment,
                activity_at=moment,
            )
            for fact, value in facts.items():
                setattr(repository, fact, value)
            self._repositories[repository.id] = repository
            self._repository_ids[path.casefold()] = repository.id
            if repository.parent:
                repository.parent.forks += 1
            return repository

    def push(
        self,
        repository: Repository,
        files: Mapping[str, bytes | str | None],
        branch: str | None = None,
    ) -> None:
        """Write files, or remove those given as None; the first push makes the default branch."""
        with self.lock:
            name = branch or repository.default_branch or "main"
            tree = repository.branches.setdefault(name, {})
            repository.default_branch = repository.default_branch or name
            tree.update(_encoded({p: c for p, c in files.items() if c is not None}))
            for path in (p for p, c in files.items() if c is None):
                tree.pop(path, None)
            repository.commits += 1
            repository.pushed_at = self.clock.now()
            self._touch(repository)

    def fork(
        self,
        repository: Repository,
        path: str,
        *,
        at: datetime | None = None,
        **facts: Any,
    ) -> Repository:
        """Copy a repository to another owner."""
        with self.lock:
            copy = self.create(path, at=at, parent=repository, **facts)
            copy.default_branch = repository.default_branch
            copy.branches = {name: dict(tree) for name, tree in repository.branches.items()}
            return copy

    def rename(self, repository: Repository, slug: str) -> None:
        """Give a repository another name; the old one redirects."""
        self.transfer(repository, repository.owner, slug)

    def transfer(self, repository: Repository, owner: Owner, slug: str | None = None) -> None:
        """Move a repository to another owner; the old path redirects."""
        with self.lock:
            old = repository.path.casefold()
            repository.owner = owner
            repository.slug = slug or repository.slug
            del self._repository_ids[old]
            self._old_paths[old] = self._repository_ids[repository.path.casefold()] = repository.id
            self._touch(repository)

    def delete(self, repository: Repository) -> None:
        """Remove a repository for good, and what redirected to it."""
        with self.lock:
            del self._repositories[repository.id]
            del self._repository_ids[repository.path.casefold()]
            if repository.parent:
                repository.parent.forks -= 1
            for path in [p for p, i in self._old_paths.items() if i == repository.id]:
                del self._old_paths[path]

    def recreate(self, repository: Repository) -> Repository:
        """Delete a repository and make one of the same path and files: another id."""
        with self.lock:
            self.delete(repository)
            branch = repository.default_branch or "main"
            return self.create(repository.path, dict(repository.files), branch=branch)

    def show_to(self, repository: Repository, visibility: Visibility) -> None:
        """Change who may see a repository."""
        with self.lock:
            repository.visibility = visibility
            self._touch(repository)

    def archive(self, repository: Repository, *, archived: bool = True) -> None:
        """Archive a repository, or bring it back; its activity does not move."""
        with self.lock:
            repository.archived = archived
            repository.updated_at = self.clock.now()

    def change(self, repository: Repository, **facts: Any) -> None:
        """Change settings: description, topics, stars, languages, disabled, …"""
        with self.lock:
            for fact, value in facts.items():
                if not hasattr(repository, fact):
                    raise AttributeError(f"a repository has no {fact!r}")
                setattr(repository, fact, value)
            repository.updated_at = self.clock.now()

    # --- inside -----------------------------------------------------------------------------

    def _own(
        self,
        slug: str,
        name: str | None,
        kind: OwnerKind,
        parent: Owner | None,
        facts: dict[str, Any],
    ) -> Owner:
        with self.lock:
            owner = Owner(self._next_id(), slug, name or slug, kind, self.clock.now(), parent)
            if self.owner(owner.path):
                raise ValueError(f"there is already an owner {owner.path!r}")
            for fact, value in facts.items():
                setattr(owner, fact, value)
            self._owners[owner.id] = owner
            self._owner_ids[owner.path.casefold()] = owner.id
            return owner

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _touch(self, repository: Repository) -> None:
        repository.updated_at = repository.activity_at = self.clock.now()


def visible(viewer: Viewer, repository: Repository) -> bool:
    """Say whether somebody may see a repository and all groups that it lies in."""
    return repository.visibility in viewer.sees and sees_owner(viewer, repository.owner)


def reads_code(viewer: Viewer, repository: Repository) -> bool:
    """Say whether somebody may read the files of a repository."""
    return visible(viewer, repository) and repository.code in viewer.sees


def is_member(viewer: Viewer, repository: Repository) -> bool:
    """Say whether somebody belongs to a repository; those who see private things belong to all."""
    return visible(viewer, repository) and Visibility.PRIVATE in viewer.sees


def sees_owner(viewer: Viewer, owner: Owner) -> bool:
    """Say whether somebody may see an owner and all its parents."""
    return all(o.visibility in viewer.sees for o in owner.line)


def seen_by(viewer: Viewer, repositories: Iterable[Repository]) -> list[Repository]:
    """Keep what somebody may see."""
    return [r for r in repositories if visible(viewer, r)]


def newest_activity(repository: Repository) -> tuple[datetime, int]:
    """Sort key: when something last happened, ties by id."""
    return repository.activity_at, repository.id


def _encoded(files: Mapping[str, bytes | str]) -> dict[str, bytes]:
    return {p: c.encode() if isinstance(c, str) else c for p, c in files.items()}
