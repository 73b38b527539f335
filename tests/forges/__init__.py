# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Stand-in forges on loopback, good enough to be wrong against."""
