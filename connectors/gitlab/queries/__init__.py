# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The GraphQL documents; each query is sent together with ``project.graphql``."""
