# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The settings as typed, immutable values; the descriptions become the JSON Schema's."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, InstanceOf
from pydantic.json_schema import SkipJsonSchema
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from harvester.ports.directory import DirectoryOptions
from harvester.schedule import Schedule
from harvester.settings.values import (
    BlockedAddress,
    Cron,
    Duration,
    ForgePaths,
    Globs,
    Line,
    Listen,
    Networks,
    Origins,
    RateLimit,
    Reason,
    Share,
    SourceAddress,
    Topics,
    Variable,
    WebAddress,
    Zone,
)

ENV_PREFIX = "HARVESTER_"
ENV_DELIMITER = "__"


class _Table(BaseModel):
    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class Http(_Table):
    """How forges are asked."""

    contact: str | None = None
    """Web address or e-mail address where the operator can be reached; part of the User-Agent."""
    timeout: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """Seconds for one request, from its first byte to the answer's last."""
    max_wait: Duration = timedelta(minutes=15)
    """A longer wait that a forge demands is not slept: the crawl ends and goes on later."""
    max_body: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
    """Bytes; a larger answer is refused."""
    ca_file: str | None = None
    """PEM file with certificates of a private authority, trusted beside the system's."""
    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    """How often one request is tried before it counts as failed."""


class TitlePage(_Table):
    """What the catalogue says of itself where it is handed out: in DCAT, Atom and code.json."""

    title: Line = "Software of public bodies"
    """Name of the catalogue."""
    description: Line = "Software that public bodies publish with a publiccode.yml."
    """What is in it."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    """Language of title and description: `de`, `en`, …"""
    publisher: Line = "harvester"
    """Who keeps the catalogue."""
    publisher_url: WebAddress | None = None
    """Web address that names who keeps it."""
    url: WebAddress | None = None
    """Where the catalogue is found on the web; ids in Atom are made of its host."""


class Keep(_Table):
    """How long the catalogue keeps what is no longer there, and when it waits for a person."""

    gone_after: Duration = timedelta(days=3)
    """How long a repository is missing, in at least two complete sweeps, before it is gone."""
    invalid_after: Duration = timedelta(days=30)
    """How long the last good record stays listed while the file is broken."""
    max_vanish: Share = 0.10
    """Share of a source (and at least 5 entries) that may vanish in one sweep."""
    crawls: Duration = timedelta(weeks=13)
    """How long it is remembered what a crawl did."""
    changes: Duration = timedelta(weeks=52)
    """How far back the change feed goes, and logs that were written over the API."""
    gate: Share = 0.10
    """Share of the listed catalogue that one crawl may take away at once; not acted on yet."""


class OptOut(_Table):
    """How publishers say that a repository is not to be listed, beside key and file."""

    topics: Topics = ("publiccode-ignore",)
    """Topics of repositories that are not listed, whatever the case."""


class Privacy(_Table):
    """What is kept of people."""

    contacts: bool = True
    """Whether the contacts that publiccode.yml files name are kept and shown. Without them, the
    bytes of files are not kept either. `harvester database purge contacts` deletes those that are
    there."""


class BlockRule(_Table):
    """Something that is never listed, and why."""

    url: BlockedAddress
    """Address of a repository, an owner or a host, with all that lies below it; or a pattern."""
    reason: Reason
    """What publishers are told by `harvester status`."""


class Daemon(_Table):
    """How `harvester daemon` goes about its work."""

    tick: Duration = timedelta(seconds=10)
    """How often it looks for sources that are due, and says that it is alive."""
    parallel: Annotated[int, Field(ge=1, le=32)] = 1
    """How many sources are crawled at once; never two of one forge."""
    stall_after: Duration = timedelta(minutes=30)
    """A crawl that makes no progress for so long is ended."""
    lease: Duration = timedelta(minutes=1)
    """A daemon that was silent for so long is taken for dead, and another one takes over."""
    listen: Listen = "127.0.0.1:9464"
    """Where `/metrics`, `/livez` and `/readyz` are served."""


class Api(_Table):
    """What `harvester serve`, and `harvester daemon --api`, give front-ends over HTTP."""

    listen: Listen = "127.0.0.1:8080"
    """Where `harvester serve` answers; `harvester daemon --api` does so where it listens anyway."""
    page_size: Annotated[int, Field(ge=1, le=100_000)] = 25
    """How many entries a page of a list has, where a request does not say."""
    max_page_size: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    """A request for more entries at once gets so many."""
    cors_origins: Origins = ("*",)
    """Origins of web pages whose scripts may read the API; `*` stands for all."""
    cache_for: Duration = timedelta(seconds=10)
    """How long browsers and caches may show an answer again without asking."""
    rate_limit: RateLimit = "off"
    """How many requests each address may make in how long, such as `600/1m`; `off`: any number. Of
    IPv6, a site (/64) counts as one. An answer 304 counts for a tenth."""
    trusted_proxies: Networks = ("127.0.0.1", "::1")
    """Addresses and networks of the proxies before harvester: whom they name in `X-Forwarded-For`
    counts as the client, and what `X-Forwarded-Proto` they say as the scheme."""


class Notify(_Table):
    """Where the daemon tells an operator what wants a person."""

    url: WebAddress | None = None
    """Address that notices are posted to; it may be on a private network."""
    secret_env: Variable | None = None
    """Environment variable with the secret that notices are signed with."""
    secret_file: str | None = None
    """File with that secret."""
    failing_after: Duration = timedelta(days=1)
    """A source that was not read to its end for so long is told."""


class Webhooks(_Table):
    """How those are told of changes who registered an address over the API."""

    allow_private: Networks = ()
    """Networks that are not public and may be posted to all the same; `["10.0.0.0/8"]`."""
    give_up_after: Duration = timedelta(days=3)
    """How long an event is tried that its receiver does not take."""


class Source(_Table):
    """A configured thing to harvest: a forge and a scope. Keys of the connector stand beside."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """The word for it in commands and messages."""
    kind: str
    """Which connector reads it."""
    url: SourceAddress
    """What people see of the forge; identity is made of it. Of a list or another catalogue, where
    it is: a web address, or a file; of a list also `builtin:de`."""
    scope: Literal["instance"] | None = None
    """The whole forge."""
    owners: ForgePaths | None = None
    """Groups, organisations and users of the forge, by path."""
    repositories: ForgePaths | None = None
    """Single repositories, by path."""
    publishers: str | None = None
    """A list of public bodies: a TOML file, or `builtin:de`. The source takes the rows of its own
    host. With `scope = "instance"` the list gives names and levels only."""
    include: Globs = ("*",)
    """Patterns of repository paths that are harvested."""
    exclude: Globs = ()
    """Patterns of repository paths that are not."""
    token_env: Variable | None = None
    """Environment variable with the token. Unset, and no other token: the source is read
    anonymously."""
    token_file: str | None = None
    """File with the token."""
    token_envs: Annotated[tuple[Variable, ...], Field(strict=False, min_length=1)] | None = None
    """Environment variables with more tokens, used in this order where the first has nothing
    left."""
    token_files: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    """Files with more tokens, used after those of the variables."""
    reserve: Annotated[float, Field(ge=0)] = 0.0
    """What of each token's limits is left to its other users: below 1 a share, else a number of
    requests or points."""
    token_required: bool = False
    """Refuse to run without a token."""
    webhook_secret_env: Variable | None = None
    """Environment variable with the secret that the forge's webhooks are signed with."""
    webhook_secret_file: str | None = None
    """File with that secret."""
    every: Duration | None = None
    """How long after its last crawl it is due again."""
    cron: Cron | None = None
    """When it is due, in its time zone; weekdays from 0 (Sunday) to 7 (Sunday again)."""
    timezone: Zone = "UTC"
    """The time zone that `cron` is written in: an IANA name."""
    jitter: Duration | None = None
    """By how much at most a run is put off, so that not everybody asks the forge on the hour."""
    sweep_every: Duration = timedelta(days=7)
    """How often the whole listing is read, not only what moved."""
    api_url: WebAddress | None = None
    """REST base, where it is not the derived one."""
    graphql_url: WebAddress | None = None
    """GraphQL address, where it is not the derived one."""
    raw_url: WebAddress | None = None
    """Base of raw files, where it is not the derived one."""
    address: SkipJsonSchema[str | None] = None
    """Of a list or another catalogue, `url` as it was written, query and all; set by the loader."""
    options: SkipJsonSchema[InstanceOf[BaseModel] | None] = None
    """The connector's own keys, made by the loader from those that are not named above."""

    @property
    def directory(self) -> DirectoryOptions | None:
        """Give the keys of a list or another catalogue, which names what is harvested."""
        return self.options if isinstance(self.options, DirectoryOptions) else None

    @property
    def schedule(self) -> Schedule:
        """When it is to be crawled."""
        return Schedule(
            every=self.every,
            cron=self.cron,
            zone=self.timezone,
            jitter=self.jitter or timedelta(0),
        )


class Settings(BaseSettings):
    """Everything that an operator decides."""

    model_config = SettingsConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=ENV_DELIMITER,
        title="harvester settings",
    )

    database_url: str = "sqlite:///harvester.db"
    """`sqlite:///PATH` or `postgresql://USER@HOST/NAME`; no password in it."""
    database_password_env: Variable | None = None
    """Environment variable with the database's password."""
    database_password_file: str | None = None
    """File with the database's password."""
    http: Http = Http()
    catalogue: TitlePage = TitlePage()
    keep: Keep = Keep()
    opt_out: OptOut = OptOut()
    privacy: Privacy = Privacy()
    blocks: Annotated[tuple[BlockRule, ...], Field(strict=False)] = ()
    daemon: Daemon = Daemon()
    api: Api = Api()
    notify: Notify = Notify()
    webhooks: Webhooks = Webhooks()
    sources: Annotated[tuple[Source, ...], Field(strict=False)] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings names them
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, which comes as keyword arguments."""
        return env_settings, init_settings


def environment_keys() -> dict[str, tuple[str, ...]]:
    """Give every environment variable that is a key outside the lists of tables, with its path."""
    keys: dict[str, tuple[str, ...]] = {}
    for name, field in Settings.model_fields.items():
        table = field.annotation
        if isinstance(table, type) and issubclass(table, BaseModel):
            for inner in table.model_fields:
                keys[f"{ENV_PREFIX}{name}{ENV_DELIMITER}{inner}".upper()] = (name, inner)
        elif name not in ("sources", "blocks"):
            keys[f"{ENV_PREFIX}{name}".upper()] = (name,)
    return keys
