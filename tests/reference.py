# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reference data: real files, the reference parser's cases, forges' schemas.

It is not part of the project; tests that need it are skipped, with a word, where it is absent.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared"
REFERENCE = Path(os.environ.get("REFERENCE_DATA", _BESIDE)) / "data"
"""Named by the environment, else in the folder ``shared`` beside the clone.

It lacks harvester's own prefix, because a name with that which is no setting is refused.
"""

Test = TypeVar("Test", bound=Callable[..., object])


def needs_reference(test: Test) -> Test:
    """Mark a test or a class of tests that reads the reference data."""
    absent = not REFERENCE.is_dir()
    skip = pytest.mark.skipif(
        absent, reason=f"no reference data at {REFERENCE}; name its folder in REFERENCE_DATA"
    )
    marked: Test = pytest.mark.integration(skip(test))
    return marked
