# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Signatures of what harvester posts, with a secret that the receiver has too. Pure.

A secret is only ever a key: nothing of it stands in a header, whatever characters it has.
"""

import hashlib
import hmac
from datetime import datetime

PLAIN = "x-webhook-signature"
"""Header of the Software Catalog API: the hex HMAC-SHA256 of the body."""
TIMED = "x-harvester-signature"
"""Header ``t=T,v1=HEX``: T the seconds since 1970, HEX the HMAC-SHA256 of ``T.BODY``. Who checks it
refuses what is old, so that nobody can send again what he has overheard."""


def plain(body: bytes, secret: str) -> str:
    """Sign a body as the Software Catalog API does."""
    return _made(body, secret)


def timed(body: bytes, secret: str, now: datetime) -> str:
    """Sign a body with the time."""
    at = str(int(now.timestamp()))
    return f"t={at},v1={_made(at.encode() + b'.' + body, secret)}"


def _made(signed: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
