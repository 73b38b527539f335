# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Connectors: one package per kind of forge, and the HTTP chain that they share."""
