# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The keys that a source of kind ``github`` may have beside those of all sources."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class GitHubOptions(BaseModel):
    """How to authenticate as a GitHub App instead of with a token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_id: int | None = Field(default=None, gt=0, description="Number of the GitHub App")
    installation_id: int | None = Field(
        default=None, gt=0, description="Number of the App's installation at an account"
    )
    private_key_file: Path | None = Field(
        default=None, description="File with the App's private key, PEM, as GitHub gives it"
    )

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        given = [self.app_id, self.installation_id, self.private_key_file]
        if any(v is not None for v in given) and any(v is None for v in given):
            raise ValueError(
                "app_id, installation_id and private_key_file belong together:"
                " give all three, or none of them"
            )
        return self
