# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Generated cases are new ones at every run, except where a run decides about a change."""

import os

from hypothesis import settings

settings.register_profile("decisive", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("decisive")
