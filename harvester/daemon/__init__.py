# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The daemon: crawls what is due, for years. With ``harvester.cli``, the composition root."""
