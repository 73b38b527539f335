# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The verdict of the reference parser (italia/publiccode-parser-go), for ``--strict``."""

from harvester.publiccode.reference.surroundings import LocalFiles, Surroundings
from harvester.publiccode.reference.verdict import is_valid, judge

__all__ = ["LocalFiles", "Surroundings", "is_valid", "judge"]
