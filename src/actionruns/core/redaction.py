"""Keep secrets out of everything that a person may read: messages, reprs, logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

__all__ = ["redact_headers", "redact_text", "redact_url"]

_HIDDEN = "***"

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

# JSON Web Tokens, "Bearer ..." and secret members of JSON, wherever a service echoes them.
_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?")
_BEARER = re.compile(r"(\bbearer\s+)[^\s\"',]{6,}", re.IGNORECASE)
_MEMBER = re.compile(
    r"""(["'](?:client_?secret|access_?token|api_?key|password|session)["']\s*:\s*["'])[^"']*""",
    re.IGNORECASE,
)


def redact_text(text: str) -> str:
    """Replace whatever looks like a credential in a text by ``***``."""
    text = _TOKEN.sub(_HIDDEN, text)
    text = _BEARER.sub(rf"\g<1>{_HIDDEN}", text)
    return _MEMBER.sub(rf"\g<1>{_HIDDEN}", text)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the values of those that carry credentials hidden."""
    return {
        name: _HIDDEN if name.lower() in _SECRET_HEADERS else value
        for name, value in headers.items()
    }


def redact_url(url: str) -> str:
    """Return a URL without its user name and password."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
