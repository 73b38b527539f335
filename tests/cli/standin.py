# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A connector that a third party might have installed: its forge is a JSON file."""

import asyncio
import json
import logging
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from harvester.model import FileVersion, Origin, Sighting, Unknown
from harvester.ports import errors
from harvester.ports.connector import ForgeAccess
from harvester.ports.listing import Listing, Page
from tests.crawl.build import FORGE, Scripted, broken, file, good, sighting


class Options(BaseModel):
    world_file: str | None = None


class StandIn(Scripted):
    """Lists what the world file says, with the accidents that it says."""

    kind = "standin"
    profile = "standard"
    origin = Origin.CRAWL
    host_aliases: dict[str, str] = {}  # noqa: RUF012 - the port's shape
    Options = Options

    def __init__(self, access: ForgeAccess) -> None:
        file = access.options.world_file if isinstance(access.options, Options) else None
        self.world = read_world(Path(file) if file else None)
        self.access = access
        if "log" in self.world:
            logging.getLogger("standin").info(self.world["log"])
        super().__init__(
            [made(row) for row in self.world.get("repositories", [])],
            page_size=self.world.get("page_size", 100),
        )

    @staticmethod
    async def recognise(access: ForgeAccess) -> bool:
        if "down" in access.url:
            raise errors.UnreachableError(f"{access.url} does not answer; check the address")
        return access.url == FORGE.url

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        number = 0
        async for page in super().pages(listing):
            await self._accident(number)
            yield page
            number += 1

    async def _accident(self, number: int) -> None:
        accident = self.world.get("accident", {})
        if accident.get("page") != number:
            return
        match accident["kind"]:
            case "signal":
                for _ in range(1 + accident.get("twice", False)):
                    os.kill(os.getpid(), signal.Signals[accident["name"]])
                    await asyncio.sleep(0)
                await asyncio.sleep(30)
            case "wait":
                self.access.waiting(datetime(2030, 1, 1, tzinfo=UTC), "the forge wants a pause")
            case "hold":
                await asyncio.sleep(30)
            case "defect":
                raise ZeroDivisionError("division by zero")
            case "budget":
                raise errors.BudgetExhaustedError(
                    "the budget is used up; a token has more", datetime(2030, 1, 1, tzinfo=UTC)
                )
            case kind:
                raise getattr(errors, kind)(accident["message"])

    async def check(self) -> str:
        await self._accident(0)
        names = ", ".join(token.name for token in self.access.tokens)
        return f"answers {f'with {names}' if names else 'anonymously'}"


def read_world(path: Path | None) -> dict[str, Any]:
    """Read a world; without a file, one repository."""
    if path is None:
        return {"repositories": [{"id": 1, "path": "city/one"}]}
    world: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return world


def made(row: dict[str, Any]) -> Sighting:
    """Make one repository of a world."""
    path = row["path"]
    files: tuple[FileVersion, ...]
    match row.get("file", "good"):
        case "good":
            files = (good(path, row.get("name", "Werkzeug")),)
        case "broken":
            files = (broken(path),)
        case None:
            files = ()
        case text:
            files = (file(text),)
    seen = sighting(row["id"], path, *files, stars=row.get("stars", 0))
    return replace(seen, files=Unknown(reason=row["unknown"])) if "unknown" in row else seen
