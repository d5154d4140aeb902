"""Where a server of the Agent Connect Protocol is, and what it wants to see."""

from __future__ import annotations

from typing import Final

from actionruns.errors import ConfigurationError
from actionruns.transport import (
    Authorizer,
    FixedHeaders,
    address_of,
    check_texts,
    from_environment,
)

__all__ = ["authorizer_of", "base_url_of", "check_version"]

_BASE_URL: Final = "http://localhost"

_HINT: Final = (
    "A server wants one of two: check api_key (ACP_API_KEY), sent in the header x-api-key, or "
    "token, sent in the header Authorization"
)


def check_version(given: object, own: str) -> None:
    """Refuse a version that is not the client's own.

    Raises:
        ConfigurationError: It is another one.
    """
    if given != own:
        raise ConfigurationError(f"this client speaks version '{own}', not {given!r}")


def base_url_of(base_url: str | None) -> str:
    """Return where the server is: as given, else by the environment, else on this machine.

    Raises:
        ConfigurationError: It is no text.
    """
    return address_of(base_url, "ACP_URL", _BASE_URL)


def authorizer_of(api_key: str | None, token: str | None) -> Authorizer:
    """Return what puts the credentials on; the protocol works without any, too.

    Raises:
        ConfigurationError: Both are given, or one is no text or cannot be sent.
    """
    check_texts(api_key=api_key, token=token)
    if api_key and token:
        raise ConfigurationError("give api_key or token, not both")
    if token:
        value = token.strip().removeprefix("Bearer ")
        return FixedHeaders({"Authorization": f"Bearer {value}"}, hint=_HINT)
    api_key = from_environment(api_key, "ACP_API_KEY")
    return FixedHeaders({"x-api-key": api_key.strip()} if api_key else {}, hint=_HINT)
