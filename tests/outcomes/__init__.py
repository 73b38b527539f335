# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every fault of a forge, wherever it strikes: what a crawl concludes from it."""
