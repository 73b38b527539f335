# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Crawls that were archived once: each folder is one, with the settings that it was made with."""
