# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The protocols that connectors, the HTTP chain and storage fulfil, and the errors they raise."""
