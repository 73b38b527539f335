# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What Shelf says about a repository, in the words of harvester's model. Pure."""

from datetime import datetime
from urllib.parse import quote

from connectors.kit import PATHS
from harvester.model import (
    Activity,
    Details,
    FileVersion,
    JsonObject,
    Owner,
    Repository,
    Sighting,
)


def sighting(row: JsonObject, forge_url: str) -> Sighting | None:
    """Read a repository; None: not everybody may see it, whatever our token sees.

    Args:
        row: as every address of the API gives it.
        forge_url: canonical web address of the forge.
    """
    if row["public"] is not True:
        return None
    path, branch = str(row["full_name"]), row["branch"]
    web_url = f"{forge_url}/{path}"
    repository = Repository(
        forge_id=str(row["id"]),
        path=path,
        web_url=web_url,
        name=str(row["title"]),
        description=row["summary"],
        owner=Owner(path=path.partition("/")[0], name=None, kind=row["owned_by"]),
        default_branch=branch,
        archived=row["archived"],
        fork=row["copied_from"] is not None,
        mirror=False,
        created_at=datetime.fromisoformat(row["created"]),
        raw_base=None if branch is None else f"{web_url}/raw/{quote(branch)}/",
        details=Details(topics=tuple(row["topics"]), languages=tuple(row["languages"])),
        activity=Activity(pushed_at=datetime.fromisoformat(row["updated"])),
        revision=row["updated"],
    )
    blobs = {file["path"]: file for file in row["files"]}
    files = tuple(
        FileVersion(path=path, blob_id=blobs[path]["blob"], size=blobs[path]["size"])
        for path in PATHS
        if path in blobs
    )
    return Sighting(repository=repository, files=files)
