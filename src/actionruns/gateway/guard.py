"""Guard: which requests a gateway takes, whatever they ask for."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from actionruns.gateway.settings import GatewaySettings, is_loopback

__all__ = ["Guard", "Refused"]


class Refused(NamedTuple):
    """Why a request is not taken.

    Attributes:
        status: HTTP status.
        error: The same as a word.
        message: The same for people, with what to do.
    """

    status: int
    error: str
    message: str


class Guard:
    """Checks the headers of a request, for both adapters.

    A page of another site that a browser shows may send requests to this machine: by a name of its
    own that it has made to stand for 127.0.0.1 (DNS rebinding, seen by ``Host``), or across sites
    (seen by ``Origin``). An address in ``Host`` is no such name.

    Args:
        settings: Whom the gateway serves.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self._is_local = is_loopback(settings.host)
        self._names = frozenset({"localhost", settings.host.lower(), *settings.allowed_hosts})
        self._key = None if settings.api_key is None else settings.api_key.encode()

    def refusal(self, headers: Mapping[str, str], *, needs_key: bool = True) -> Refused | None:
        """Return why a request is not taken; None when it is.

        Args:
            headers: Its headers; look-ups ignore case.
            needs_key: Whether it has to show the key, if there is one.
        """
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._knows(_host_of(f"//{host}")):
            message = f"this gateway is not called {host!r}: --allowed-host adds a name"
            return Refused(421, "unknown_host", message)
        if origin is not None and not self._knows(_host_of(origin)):
            message = f"pages of {origin!r} may not call this gateway: --allowed-host adds a name"
            return Refused(403, "foreign_origin", message)
        if needs_key and self._key is not None and not self._shows_key(headers):
            message = "send the gateway's key, as 'Authorization: Bearer ...' or as 'x-api-key'"
            return Refused(401, "unauthorized", message)
        return None

    def _knows(self, host: str | None) -> bool:
        if host is None:
            return False
        if host in self._names:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or not self._is_local

    def _shows_key(self, headers: Mapping[str, str]) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        shown = [headers.get("x-api-key", "")]
        if scheme.lower() == "bearer":
            shown.append(bearer.strip())
        key = self._key or b""
        # In a time that does not tell how much of it is right.
        return any(hmac.compare_digest(text.encode("utf-8", "replace"), key) for text in shown)


def _host_of(url: str) -> str | None:
    """Return the host of a URL in lower case, without port and brackets."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is none makes the whole of it unreadable
    except ValueError:
        return None
    return parts.hostname
