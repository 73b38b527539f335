# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitHub Apps: a JWT signed with the App's key buys a token for an installation, for an hour."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

TOKEN_LIFE = timedelta(hours=1)
LONGEST_JWT = 600
"""Seconds; GitHub refuses a JWT that lives longer."""


class BadJwtError(Exception):
    """The JWT does not prove that its bearer is the App; the message is GitHub's."""


@dataclass(slots=True)
class Apps:
    """The Apps that are registered, and the tokens that their installations were given."""

    keys: dict[str, str] = field(default_factory=dict)
    """Public keys in PEM, by App id."""
    installations: dict[int, str] = field(default_factory=dict)
    """App ids, by installation id."""
    issued: dict[str, datetime] = field(default_factory=dict)
    """When each token ends."""

    def register(self, app_id: int, installation_id: int, public_key: str) -> None:
        """Install an App."""
        self.keys[str(app_id)] = public_key
        self.installations[installation_id] = str(app_id)

    def issue(self, bearer: str, installation_id: int, now: datetime) -> tuple[str, datetime]:
        """Give a token.

        Raises:
            BadJwtError: the JWT is not good for this installation.
        """
        app_id = self._app_of(bearer, now)
        if self.installations.get(installation_id) != app_id:
            raise BadJwtError("Not Found")
        token = f"ghs_{installation_id}_{len(self.issued) + 1}"
        self.issued[token] = now + TOKEN_LIFE
        return token, self.issued[token]

    def _app_of(self, bearer: str, now: datetime) -> str:
        """Check the JWT, its times by the forge's clock."""
        try:
            claims: dict[str, Any] = jwt.decode(bearer, options={"verify_signature": False})
            issuer = str(claims.get("iss"))
            jwt.decode(
                bearer,
                self.keys.get(issuer, ""),
                algorithms=["RS256"],
                options={
                    "require": ["iss", "iat", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise BadJwtError("A JSON web token could not be decoded") from error
        if claims["iat"] > now.timestamp():
            raise BadJwtError("'Issued at' claim ('iat') must be an Integer in the past")
        if claims["exp"] <= now.timestamp():
            raise BadJwtError("'Expiration time' claim ('exp') must be in the future")
        if claims["exp"] > now.timestamp() + LONGEST_JWT:
            raise BadJwtError("'Expiration time' claim ('exp') is too far in the future")
        return issuer
