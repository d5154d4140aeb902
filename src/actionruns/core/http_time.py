"""Times of day in HTTP headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from actionruns.core.zone import aware

__all__ = ["http_date", "server_time"]


def http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date (RFC 9110, 5.6.7) names; None if it is no date."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return aware(moment)


def server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return what an answer's ``Date`` says, else ``now``.

    A time that a server states is to be measured by its own clock: ours may be off by hours.
    """
    return http_date(headers.get("date", "")) or now
