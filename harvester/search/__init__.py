# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Searching the catalogue: how words are treated, what an entry is found by, how one asks."""
