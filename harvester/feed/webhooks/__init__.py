# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Tells those who asked what has changed: at least once, in order, or shown as given up.

The rules are pure (``message``, ``signing``, ``patience``); ``delivery`` asks an outbox what
is due, and posts it.
"""
