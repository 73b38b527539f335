# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Takes out of an exchange whatever nobody else may read. Pure, apart from what it has learnt.

Four nets, one behind the other, because any one of them may have a hole:

- headers are kept by a list of those that are needed; all others are dropped;
- in addresses, user and password, and parameters whose names speak of secrets, are blanked;
- in JSON, values whose keys speak of secrets are blanked, and e-mail addresses of commits become
  pseudonyms (who wrote a commit is not stored, law 9);
- whatever was sent as a credential is blanked wherever it stands, also percent-encoded and in
  base64.

What none of them touches stays as it is, byte for byte.
"""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.transport.credential import CREDENTIAL_HEADERS
from harvester.ports.archive import Call, NoReply, Outcome, Reply

BLANK = "redacted"
"""Stands for a secret. A replay shows it as its token, so that what it asks is what was asked."""
LEAST_SECRET = 6
"""Letters; anything shorter stands in too many harmless words to be blanked in texts."""
_LEAST_TOLD = 16
"""Letters of a value in JSON whose key speaks of a secret, for it to be blanked elsewhere too."""

ASKED = ("accept", "content-type", "git-protocol", "if-none-match", "if-modified-since")
"""Headers of requests that decide what is answered."""
_ANSWERED = frozenset(
    {
        "content-type",
        "date",
        "etag",
        "last-modified",
        "link",
        "location",
        "retry-after",
        "x-github-request-id",
        "x-gitlab-meta",
        "x-hasmore",
        "mediawiki-api-error",
    }
)
_ANSWERED_PREFIXES = (
    "x-ratelimit-",
    "ratelimit-",
    "x-total",
    "x-next-page",
    "x-prev-page",
    "x-page",
    "x-per-page",
)
_WITH_ADDRESSES = frozenset({"link", "location"})

_TELLING_NAME = (
    r"[a-z0-9_.-]*(?:token|secret|password|passwd|passphrase|private_?key|api_?key|"
    r"credentials?|authorization|jwt|cookie|session(?:_id)?)"
)
_SECRET_PARAMETER = re.compile(
    rf"([?&;](?:{_TELLING_NAME}|sig|signature|auth|x-amz-[a-z-]+)=)[^&#;>\"\s]+", re.IGNORECASE
)
_USER_PART = re.compile(r"(?<=://)[^/?#@\s\"]+@")
_SECRET_KEY = re.compile(_TELLING_NAME, re.IGNORECASE)
_ADDRESS_KEY = re.compile(r"(?:.*_)?(?:url|uri|href)|link", re.IGNORECASE)
_COMMIT_EMAIL = frozenset({"author_email", "committer_email"})
_COMMIT_PERSON = frozenset({"author", "committer"})
_SUSPICIOUS = re.compile(
    rb'"[^"]*(?:token|secret|passw|passphrase|private_?key|api_?key|credential|authorization|jwt'
    rb'|cookie|session|email)[^"]*"\s*:|://[^/?#@\s"]+@',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A call that can be shown."""

    source: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    authenticated: bool
    """Whether a credential went with it."""

    @property
    def key(self) -> str:
        """Tell apart what is asked; the same in a replay, whatever the credential is there."""
        parts = (self.source, self.authenticated, self.method, self.url, self.headers)
        return hashlib.sha256(repr(parts).encode() + self.body).hexdigest()[:32]


class Redaction:
    """Redacts one crawl; remembers what was sent as a credential.

    Args:
        salt: of the pseudonyms of e-mail addresses; kept nowhere, so that nobody can try addresses.
    """

    def __init__(self, salt: bytes | None = None) -> None:
        self._salt = salt or secrets.token_bytes(16)
        self._learnt: set[str] = set()
        self._secrets: dict[bytes, None] = {}

    def call(self, call: Call) -> Redacted:
        """Redact a request, and learn its credentials."""
        shown = [call.headers[name] for name in CREDENTIAL_HEADERS if name in call.headers]
        for value in shown:
            self.learn(value)
        return Redacted(
            source=call.source,
            method=call.method,
            url=self._address(call.url),
            headers=tuple(
                (name, self._text(call.headers[name])) for name in ASKED if name in call.headers
            ),
            body=self._body(call.body),
            authenticated=bool(shown),
        )

    def outcome(self, outcome: Outcome) -> Outcome:
        """Redact what came back."""
        if isinstance(outcome, NoReply):
            return NoReply(kind=outcome.kind, message=self._address(outcome.message))
        return Reply(
            status=outcome.status,
            reason=self._text(outcome.reason),
            headers=tuple(self._headers(outcome.headers)),
            body=self._body(outcome.body),
        )

    def learn(self, credential: str) -> None:
        """Remember the value of a header that authenticates, whole and without its scheme."""
        if credential in self._learnt:
            return
        self._learnt.add(credential)
        scheme, _, rest = credential.partition(" ")
        self._add(rest or scheme)
        if scheme.lower() == "basic":
            self._learn_basic(rest)

    # --- inside -----------------------------------------------------------------------------

    def _learn_basic(self, packed: str) -> None:
        try:
            pair = base64.b64decode(packed, validate=True).decode()
        except ValueError:
            return
        self._add(pair.partition(":")[2])

    def _add(self, secret: str) -> None:
        if len(secret) >= LEAST_SECRET:
            self._secrets |= dict.fromkeys(forms(secret))

    def _headers(self, headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
        for name, value in headers:
            known = name.lower()
            if known in _WITH_ADDRESSES:
                yield known, self._address(value)
            elif known in _ANSWERED or known.startswith(_ANSWERED_PREFIXES):
                yield known, self._text(value)

    def _address(self, text: str) -> str:
        return self._text(_without_secrets(text))

    def _text(self, text: str) -> str:
        return self._known(text.encode("utf-8", "surrogateescape")).decode(
            "utf-8", "surrogateescape"
        )

    def _body(self, body: bytes) -> bytes:
        if _SUSPICIOUS.search(body):
            body = self._json(body)
        return self._known(body)

    def _known(self, content: bytes) -> bytes:
        for secret in self._secrets:
            if secret in content:
                content = content.replace(secret, BLANK.encode())
        return content

    def _json(self, body: bytes) -> bytes:
        """Blank values by their keys; the text stays as it is where there is none."""
        try:
            told = json.loads(body)
            cleaned = self._value(told, "", in_commit=False)
        except (ValueError, RecursionError):
            return body
        if cleaned == told:
            return body
        return json.dumps(cleaned, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )

    def _value(self, value: Any, key: str, *, in_commit: bool) -> Any:
        if isinstance(value, Mapping):
            person = key in _COMMIT_PERSON
            return {
                name: self._value(inner, name, in_commit=person) for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._value(inner, key, in_commit=in_commit) for inner in value]
        if not isinstance(value, str) or not value:
            return value
        if _SECRET_KEY.fullmatch(key):
            if len(value) >= _LEAST_TOLD and " " not in value:
                self._add(value)
            return BLANK
        if key in _COMMIT_EMAIL or (in_commit and key == "email"):
            return self._pseudonym(value)
        return _without_secrets(value) if _ADDRESS_KEY.fullmatch(key) else value

    def _pseudonym(self, email: str) -> str:
        """Give another address for an address, the same throughout this crawl."""
        name = hashlib.blake2b(email.encode(), key=self._salt, digest_size=6).hexdigest()
        return f"{name}@redacted.invalid"


def forms(secret: str) -> tuple[bytes, ...]:
    """Give what a secret looks like: as it is, percent-encoded, and inside of base64.

    Base64 packs three bytes into four letters, so that a secret looks in three ways, by where it
    begins; the letters at its ends also depend on its neighbours, and are left out.
    """
    plain = secret.encode("utf-8", "surrogateescape")
    found = {plain: None, quote(plain, safe="").encode(): None}
    for before in range(3):
        packed = base64.b64encode(bytes(before) + plain).rstrip(b"=")
        core = packed[(0, 2, 3)[before] :]
        if (before + len(plain)) % 3:
            core = core[:-1]
        if len(core) >= LEAST_SECRET:
            found |= {core: None, core.replace(b"+", b"-").replace(b"/", b"_"): None}
    return tuple(sorted(found, key=len, reverse=True))


def _without_secrets(text: str) -> str:
    """Blank user and password of addresses, and parameters that speak of secrets."""
    return _SECRET_PARAMETER.sub(rf"\g<1>{BLANK}", _USER_PART.sub(f"{BLANK}@", text))
