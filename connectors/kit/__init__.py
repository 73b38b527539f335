# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What connectors of forges with owners and repositories share beside the HTTP chain.

``docs/connectors.md`` shows how a connector is made of it.
"""

from connectors.kit.aliases import numbered, repeated
from connectors.kit.files import LARGEST, PATHS, object_id, with_bytes
from connectors.kit.one_by_one import OneByOne, each
from connectors.kit.position import counts, key
from connectors.kit.rows import only, slice_of
from connectors.kit.walk import Listed, Slice, failure, walk

__all__ = [
    "LARGEST",
    "PATHS",
    "Listed",
    "OneByOne",
    "Slice",
    "counts",
    "each",
    "failure",
    "key",
    "numbered",
    "object_id",
    "only",
    "repeated",
    "slice_of",
    "walk",
    "with_bytes",
]
