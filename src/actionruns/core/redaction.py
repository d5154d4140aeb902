"""Keep secrets out of everything that a person may read: messages, reprs, logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit, urlunsplit

__all__ = ["HIDDEN", "is_secret_name", "redact_headers", "redact_text", "redact_url"]

HIDDEN = "***"
"""What stands in the place of a secret."""

_SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "csrf-token",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
        "x-csrf-token",
        "x-xsrf-token",
        "xsrf-token",
    }
)

_NAMES = r"[\w-]*(?:secret|token|password|api[_-]?key)|authorization|cookie|session"
_NAME = re.compile(_NAMES, re.IGNORECASE)

# JSON Web Tokens, "Bearer ...", secret members of JSON and user names in URLs, wherever a service
# or a library echoes them.
# The first part, a short header, is bounded: "eyJ-eyJ-eyJ" begins anew at each of them.
_TOKEN = re.compile(r"\beyJ[\w-]{8,500}\.[\w-]+(?:\.[\w-]*)?")
_BEARER = re.compile(r"(\bbearer\s+)[^\s\"',]{6,}", re.IGNORECASE)
_MEMBER = re.compile(
    rf"""((["'])(?:{_NAMES})\2\s*:\s*(["']))(?:\\.|(?!\3).)*""", re.IGNORECASE | re.DOTALL
)
# Without the scheme before it: a search for that begins anew at each letter of "a.a.a.a".
_USER_INFO = re.compile(r"(?<=://)[^/\s@\"']+@")


def is_secret_name(name: str) -> bool:
    """Tell whether a member of this name holds a credential."""
    return _NAME.fullmatch(name) is not None


def redact_text(text: str) -> str:
    """Replace whatever looks like a credential in a text by ``***``."""
    text = _TOKEN.sub(HIDDEN, text)
    text = _BEARER.sub(rf"\g<1>{HIDDEN}", text)
    text = _MEMBER.sub(rf"\g<1>{HIDDEN}", text)
    return _USER_INFO.sub(f"{HIDDEN}@", text)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the values of those that carry credentials hidden."""
    return {
        name: HIDDEN if name.lower() in _SECRET_HEADERS else value
        for name, value in headers.items()
    }


def redact_url(url: str) -> str:
    """Return a URL without its user name and password, and with secrets in its query hidden.

    One that cannot be read at all becomes ``***``.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    query = "&".join(map(_redacted_pair, parts.query.split("&"))) if parts.query else ""
    if "@" not in parts.netloc and query == parts.query:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def _redacted_pair(pair: str) -> str:
    name, is_given, _ = pair.partition("=")
    return f"{name}={HIDDEN}" if is_given and is_secret_name(unquote(name)) else pair
