# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The one place that knows where the files of ``config/`` are at run time."""

from importlib.resources import files
from pathlib import Path


def config_folder() -> Path:
    """Give the folder of the packaged configuration.

    The wheel holds it as ``harvester/_config``. A clone (an editable installation) does not map
    it; there it is the clone's own ``config``.
    """
    package = Path(str(files("harvester")))
    installed = package / "_config"
    return installed if installed.is_dir() else package.parent / "config"
