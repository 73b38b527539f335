# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One canonical form of a URL, used for identity, comparison and look-ups alike. Pure.

Canonical means: ``https`` stays ``https`` and ``http`` stays ``http``, host in lower case without
``www.``, no default port, no user, no query, no fragment, no ``.git``, no slash at the end, and
none of the pages that forges show below a repository. The case of the path is kept, because forges
are asked with it; :func:`url_key` folds it, because no forge has two repositories that differ in
case alone.
"""

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_STRAY = " \t\r\n\"'<>`"
"""What people leave around an address when they copy it."""
_WEB_IDE = "/-/ide/project"
"""Where GitLab's Web IDE opens ``/GROUP/PROJECT/edit/BRANCH/-/FILE``."""
_FORGE_PAGES = re.compile(
    r"/(?:releases|tags|branches|issues|pulls|wiki|tree|blob|raw|commits?|src|archive|actions)(?:/.*)?$"
)
"""Views of a repository; recognised from the third path segment on."""


class BadUrlError(ValueError):
    """The text is not an absolute web address."""


def canonical_url(text: str) -> str:
    """Give the canonical form of a web address.

    Args:
        text: an absolute ``http`` or ``https`` address, as people write it.

    Raises:
        BadUrlError: it is not one; the message says what is wrong with it.
    """
    parts = _split(text)
    path = _clean_path(parts.path)
    return f"{parts.scheme}://{_authority(parts)}{path}"


def repository_url(text: str) -> str:
    """Give the canonical address of the repository that an address names or lies below.

    On top of :func:`canonical_url` this takes away GitLab's ``/-/…`` (also behind its Web IDE,
    ``/-/ide/project/GROUP/PROJECT/…``) and the views of GitHub and Gitea (``/releases``,
    ``/tree/main``, …).

    Raises:
        BadUrlError: not a web address, or one without a path.
    """
    parts = _split(text)
    path = parts.path
    if path.startswith(_WEB_IDE):
        path = re.sub(
            r"/(?:edit|blob|tree|merge_requests)(?:/.*)?$", "", path.removeprefix(_WEB_IDE)
        )
    path = re.sub(r"/-(?:/.*)?$", "", path)
    segments = path.strip("/").split("/")
    if len(segments) > 2:  # noqa: PLR2004 - owner and repository
        head, tail = "/".join(segments[:2]), "/" + "/".join(segments[2:])
        path = "/" + head + _FORGE_PAGES.sub("", tail)
    path = _clean_path(path)
    if path == "":
        raise BadUrlError(f"{text!r} names a host, not a repository")
    return f"{parts.scheme}://{_authority(parts)}{path}"


def url_key(url: str) -> str:
    """Give the text by which two canonical addresses are compared: no scheme, case folded."""
    return url.split("://", 1)[-1].casefold()


def with_host(url: str, aliases: dict[str, str]) -> str:
    """Replace the host of a canonical address by the one that it is an old name of, if any."""
    scheme, rest = url.split("://", 1)
    host, slash, path = rest.partition("/")
    return f"{scheme}://{aliases.get(host, host)}{slash}{path}"


def path_of(url: str) -> str:
    """Give the path of a canonical address without its leading slash."""
    return urlsplit(url).path.lstrip("/")


def path_below(url: str, base: str) -> str | None:
    """Give the path of a canonical address below another one, in its own spelling.

    None where it does not lie below it.
    """
    if not is_below(url, base):
        return None
    rest = url.split("://", 1)[1]
    return rest[len(base.split("://", 1)[1].rstrip("/")) :].strip("/") or None


def host_of(url: str) -> str:
    """Give the authority (host and port) of a canonical address."""
    return urlsplit(url).netloc


def is_below(url: str, base: str) -> bool:
    """Say whether one canonical address is, or lies below, another, whatever the case."""
    key, base_key = url_key(url), url_key(base).rstrip("/")
    return key == base_key or key.startswith(base_key + "/")


def _split(text: str) -> SplitResult:
    cleaned = text.strip(_STRAY)
    try:
        parts = urlsplit(cleaned)
        port = parts.port
    except ValueError as error:
        raise BadUrlError(f"{text!r} is not a web address: {error}") from None
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        raise BadUrlError(f"{text!r} is not an http or https address")
    if not parts.hostname or port == 0:
        raise BadUrlError(f"{text!r} names no host")
    return parts._replace(scheme=parts.scheme.lower())


def _authority(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


def _clean_path(path: str) -> str:
    decoded = unquote(path, errors="surrogateescape")
    segments = [segment for segment in decoded.split("/") if segment not in ("", ".")]
    while segments:
        last = segments[-1].strip(_STRAY)
        last = last.removesuffix(".git") or last
        if last == segments[-1]:
            break
        segments[-1:] = [last] if last not in ("", ".") else []
    joined = "/".join(segments)
    encoded = quote(joined, safe="/~!$&'()*+,;=:@-._", errors="surrogateescape")
    return f"/{encoded}" if encoded else ""
