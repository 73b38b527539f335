# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Keeps every answer of a crawl as redacted JSON, and replays a crawl from it without a network."""

from connectors.transport.archive.recording import Recording
from connectors.transport.archive.redaction import BLANK
from connectors.transport.archive.replay import Replay
from connectors.transport.archive.tape import Head, read, text_of
from connectors.transport.archive.transport import Archived

__all__ = ["BLANK", "Archived", "Head", "Recording", "Replay", "read", "text_of"]
