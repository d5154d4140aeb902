"""Cookies, as far as a client of one service needs them (RFC 6265, sections 4 and 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from actionruns.core.http_time import http_date
from actionruns.errors import ConfigurationError

__all__ = ["cookie_header", "cookie_value", "with_set_cookies"]

# RFC 6265, 4.1.1. A quoted value is taken with its quotes: servers compare what they gave.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r'"?[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"?')


def cookie_value(text: str, name: str) -> str:
    """Return a cookie's value from what people copy: the value, ``name=value``, a whole header.

    Args:
        text: The text given.
        name: The cookie's name.

    Raises:
        ConfigurationError: It holds no such cookie. The message does not repeat it.
    """
    text = text.strip()
    pairs = (part.strip().partition("=") for part in text.removeprefix("Cookie:").split(";"))
    named = next((value for key, _, value in pairs if key == name), None)
    value = text if named is None else named
    if not value or not _VALUE.fullmatch(value):
        raise ConfigurationError(
            f"the session cookie must be the value of {name!r} as the browser shows it, or "
            f"'{name}=<value>'; it has characters that no cookie may have, or nothing at all"
        )
    return value


def cookie_header(cookies: Mapping[str, str]) -> str:
    """Return the ``Cookie`` header that sends cookies."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def with_set_cookies(
    cookies: Mapping[str, str], lines: Iterable[str], now: datetime
) -> dict[str, str]:
    """Return cookies after an answer has set, changed or removed some.

    Domain and path are not looked at: a client asks one service only, and nobody else sees what it
    holds.

    Args:
        cookies: The cookies before.
        lines: The values of the answer's ``Set-Cookie`` headers; one that makes no sense is left
            out.
        now: The time of day, to tell cookies that are set to be removed.
    """
    found = dict(cookies)
    for line in lines:
        pair, *attributes = line.split(";")
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            continue
        if _is_over(attributes, now):
            found.pop(name, None)
        else:
            found[name] = value
    return found


def _is_over(attributes: Iterable[str], now: datetime) -> bool:
    """Tell whether a cookie is set to be removed; ``Max-Age`` goes before ``Expires``."""
    said = {}
    for attribute in attributes:
        key, _, value = attribute.partition("=")
        said[key.strip().lower()] = value.strip()
    max_age = said.get("max-age", "")
    if re.fullmatch(r"-?[0-9]+", max_age):
        return int(max_age) <= 0
    expires = http_date(said.get("expires", ""))
    return expires is not None and expires <= now
