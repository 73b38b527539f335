# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Checked settings with what stands behind them: the files and variables that they name.

Secrets and lists are read when a command asks for them, and only those that it asks for.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BaseModel

from harvester.nearest import did_you_mean
from harvester.ports.connector import AccessToken
from harvester.ports.listing import Scope, ScopeKind
from harvester.publishers import PublisherDirectory, PublishersError, builtin_file
from harvester.settings.errors import Places, Problem, SettingsError, refusal
from harvester.settings.model import Settings, Source

_SQLITE = "sqlite:///"


def absolute_sqlite(url: str, folder: Path) -> str:
    """Make the path of ``sqlite:///PATH`` absolute; any other address stays as it is."""
    path, question, query = url.removeprefix(_SQLITE).partition("?")
    if not url.startswith(_SQLITE) or path in ("", ":memory:"):
        return url
    return f"{_SQLITE}{folder / Path(path).expanduser()}{question}{query}"


class UnknownSourceError(SettingsError):
    """No source of that name is configured."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a source is read with."""

    found: tuple[AccessToken, ...]
    """In the order in which they are used."""
    missing: tuple[str, ...] = ()
    """The variables that should have held more of them, but are unset."""


@dataclass(frozen=True)
class Configuration:
    """The settings of one start of harvester."""

    settings: Settings
    places: Places
    environ: Mapping[str, str] = field(repr=False)
    packaged: bool
    """True: the packaged default is in use, since no file was named or found."""

    @property
    def path(self) -> Path:
        """The file that was read."""
        return self.places.document.path

    def sources(self, names: Sequence[str]) -> list[Source]:
        """Give the sources of these names, all if there is none, in the order of the file.

        Raises:
            UnknownSourceError: there is none of one of the names.
        """
        known = {source.name: source for source in self.settings.sources}
        for name in names:
            if name not in known:
                raise UnknownSourceError(
                    f'{self.path}: there is no source "{name}"; {did_you_mean(name, known)}'
                )
        return [source for name, source in known.items() if not names or name in names]

    def tokens(self, source: Source) -> Tokens:
        """Read a source's tokens.

        Raises:
            SettingsError: a file cannot be read or is empty, or ``token_required`` and there is
                none.
        """
        found: list[AccessToken] = []
        missing: list[str] = []
        first = (source.token_env,) if source.token_env is not None else ()
        if source.token_file is not None:
            found.append(self._token_file(source, source.token_file, "token_file"))
        for variable in (*first, *(source.token_envs or ())):
            value = self.environ.get(variable, "").strip()
            if value:
                found.append(AccessToken(value=value, name=variable))
            else:
                missing.append(variable)
        for number, path in enumerate(source.token_files or ()):
            found.append(self._token_file(source, path, "token_files", number))
        if source.token_required and missing and not found:
            is_one = len(missing) == 1
            raise self._refuse(
                self._key(source, "token_env" if first else "token_envs"),
                f"the environment variable{'' if is_one else 's'} {', '.join(missing)} "
                f"{'is' if is_one else 'are'} not set, and token_required is true; "
                f"set {'it' if is_one else 'one'}, or remove token_required to read anonymously",
            )
        return Tokens(tuple(found), tuple(missing))

    def _token_file(self, source: Source, path: str, *key: str | int) -> AccessToken:
        at = ("sources", self.settings.sources.index(source), *key)
        return AccessToken(value=self._named_file(at, path), name=path)

    def webhook_secret(self, source: Source) -> str | None:
        """Read the secret that a forge's webhooks are signed with; None if it sends none.

        Raises:
            SettingsError: it is named, and its file cannot be read or its variable is not set.
        """
        if source.webhook_secret_file is not None:
            return self._named_file(
                self._key(source, "webhook_secret_file"), source.webhook_secret_file
            )
        if source.webhook_secret_env is None:
            return None
        value = self.environ.get(source.webhook_secret_env, "").strip()
        if not value:
            raise self._refuse(
                self._key(source, "webhook_secret_env"),
                f"the environment variable {source.webhook_secret_env} is not set; set it to the "
                "secret that the forge signs its webhooks with, or remove this key",
            )
        return value

    def notify_secret(self) -> str | None:
        """Read the secret that notices to the operator are signed with; None if there is none.

        Raises:
            SettingsError: it is named, and its file cannot be read or its variable is not set.
        """
        notify = self.settings.notify
        if notify.secret_file is not None:
            return self._named_file(("notify", "secret_file"), notify.secret_file)
        if notify.secret_env is None:
            return None
        value = self.environ.get(notify.secret_env, "").strip()
        if not value:
            raise self._refuse(
                ("notify", "secret_env"),
                f"the environment variable {notify.secret_env} is not set; set it to the secret "
                "that notices are to be signed with, or remove this key",
            )
        return value

    def options(self, source: Source) -> BaseModel | None:
        """Give a source's own options, once the files that they name are known to be readable.

        Raises:
            SettingsError: one is not.
        """
        made = source.options
        for key in type(made).model_fields if made is not None else ():
            value = getattr(made, key)
            if key.endswith("_file") and value is not None:
                self._named_file(self._key(source, key), str(value))
        return made

    def ca_file(self) -> str | None:
        """Give the file of a private authority's certificates.

        Raises:
            SettingsError: it cannot be read.
        """
        path = self.settings.http.ca_file
        if path is not None:
            self._named_file(("http", "ca_file"), path)
        return path

    def database_url(self) -> str:
        """Give the database's address with its password, if one is named.

        Raises:
            SettingsError: the file carries a password, or it cannot be had from where it is.
        """
        settings = self.settings
        # The loader has resolved what the file says; a variable's path counts from here.
        url = absolute_sqlite(settings.database_url, Path.cwd())
        parts = urlsplit(url)
        if parts.password and ("database_url",) not in self.places.variables:
            raise self._refuse(
                ("database_url",),
                "a password does not stand in the file; name it with database_password_env or "
                "database_password_file, or set HARVESTER_DATABASE_URL",
            )
        password: str | None = None
        if settings.database_password_file is not None:
            password = self._named_file(
                ("database_password_file",), settings.database_password_file
            )
        elif settings.database_password_env is not None:
            password = self.environ.get(settings.database_password_env)
            if not password:
                raise self._refuse(
                    ("database_password_env",),
                    f"the environment variable {settings.database_password_env} is not set; "
                    "set it, or remove this key",
                )
        if password is None:
            return url
        user, at, host = parts.netloc.rpartition("@")
        if not at:
            raise self._refuse(
                ("database_url",), "a password needs a user; write postgresql://USER@HOST/NAME"
            )
        user = user.partition(":")[0]
        return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))

    def publishers(self, source: Source) -> PublisherDirectory:
        """Read the list of public bodies that a source names; an empty one if it names none.

        Raises:
            SettingsError: there is no such list, or it is wrong.
        """
        if source.publishers is None:
            return PublisherDirectory(())
        try:
            return PublisherDirectory.read(builtin_file(source.publishers))
        except PublishersError as error:
            raise self._refuse(self._key(source, "publishers"), str(error)) from None

    @cached_property
    def directory(self) -> PublisherDirectory:
        """Everything that the lists of all sources know together; the first list wins.

        Raises:
            SettingsError: one of the lists cannot be used.
        """
        named = {source.publishers: source for source in reversed(self.settings.sources)}
        return PublisherDirectory.union(
            self.publishers(named[name])
            for name in dict.fromkeys(source.publishers for source in self.settings.sources)
        )

    def scope(self, source: Source) -> Scope:
        """Say which part of its forge a source harvests.

        Raises:
            SettingsError: its list has no row of its host.
        """
        if source.directory is not None:
            return Scope(ScopeKind.ADDRESSES)  # what it names is known once it was read
        if source.scope is not None:
            return Scope(ScopeKind.INSTANCE)
        if source.owners is not None:
            return Scope(ScopeKind.OWNERS, source.owners)
        if source.repositories is not None:
            return Scope(ScopeKind.REPOSITORIES, source.repositories)
        scope = self.publishers(source).scope(source.url)
        if scope is None:
            raise self._refuse(
                self._key(source, "publishers"),
                f"the list {source.publishers} has no publisher on {source.url}; add one, or take "
                "another list",
            )
        return scope

    def _key(self, source: Source, key: str) -> tuple[str, int, str]:
        return "sources", self.settings.sources.index(source), key

    def _named_file(self, key: tuple[str | int, ...], path: str) -> str:
        try:
            content = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            reason = error.strerror or os.strerror(error.errno or 0)
            raise self._refuse(
                key, f"{path} cannot be read: {reason}; mend the path or its permissions"
            ) from None
        except UnicodeDecodeError:
            raise self._refuse(key, f"{path} is not text; save it as UTF-8") from None
        if not content:
            raise self._refuse(key, f"{path} is empty; write the secret into it")
        return content

    def _refuse(self, key: tuple[str | int, ...], text: str) -> SettingsError:
        return refusal([Problem(key, text)], self.places)
