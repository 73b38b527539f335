# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""harvester keeps catalogues of public-sector software alive."""

__version__ = "0.1.0"
