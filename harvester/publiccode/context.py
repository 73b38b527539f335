# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the place of a file tells about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PROFILES = ("standard", "opencode", "v1", "hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContext:
    """What a file's place tells; all optional."""

    path: str = "publiccode.yml"
    """The file's name, with or without folders."""
    profile: str = "standard"
    """``standard``, ``opencode`` (what OpenCoDE's directory demands), ``v1`` (the standard's
    release candidate of 1.0) or ``hand`` (fields that people entered somewhere, without ever
    having promised a publiccode.yml: only a name is demanded)."""
    repository_url: str | None = None
    """Canonical address of the repository that the file lies in."""
    raw_base: str | None = None
    """Address, with a slash at its end, that relative paths are resolved against."""
    host_aliases: Mapping[str, str] = field(default_factory=dict)
    """Old name of a host to the name it has now."""
    strict: bool = False
    """The reference parser's verdict in place of harvester's own."""

    def __post_init__(self) -> None:
        """Refuse a profile that does not exist."""
        if self.profile not in PROFILES:
            raise ValueError(
                f"profile {self.profile!r} is unknown; take one of {', '.join(PROFILES)}"
            )
