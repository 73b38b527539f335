# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The crawl: plan, run, decide, conclude; written against the ports."""
