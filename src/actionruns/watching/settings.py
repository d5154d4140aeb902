"""WatchSettings: how runs are followed."""

from __future__ import annotations

from typing import Any

import attrs

from actionruns.core.bounds import above_zero, count_above_zero

__all__ = ["WatchSettings"]


def _above_zero_or_none(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        above_zero(instance, attribute, value)


@attrs.frozen(kw_only=True)
class WatchSettings:
    """How runs are followed.

    Attributes:
        interval: Seconds between two looks. None = adaptive: ``shortest`` after a change, growing
            to ``longest`` while nothing changes. Both are stretched while the service refuses
            requests for their rate.
        timeout: Seconds after which the watch ends for the runs that have not; None = never.
        max_in_flight: Requests for single runs under way at once.
        shortest: Smallest adaptive interval, in seconds.
        longest: Largest adaptive interval, in seconds.
        not_found_grace: Seconds for which a run may be unknown to the service (404) before it
            counts as gone. A run that was just created may not be known everywhere yet.
        give_up_after: Seconds of uninterrupted failures after which a run counts as not to be
            followed. One failure never ends a watch.
        stale_after: Seconds from a run's start after which it counts as stale while it is running,
            and is followed no longer; by this machine's clock. None = never.
        keep_open: Whether the watch goes on when no run is followed any more, since others may be
            added; it ends when it is closed, or by its ``timeout``.
    """

    interval: float | None = attrs.field(default=None, validator=_above_zero_or_none)
    timeout: float | None = attrs.field(default=None, validator=_above_zero_or_none)
    max_in_flight: int = attrs.field(default=64, validator=count_above_zero)
    shortest: float = attrs.field(default=1.0, validator=above_zero)
    longest: float = attrs.field(default=15.0, validator=above_zero)
    not_found_grace: float = attrs.field(default=30.0, validator=above_zero)
    give_up_after: float = attrs.field(default=3600.0, validator=above_zero)
    stale_after: float | None = attrs.field(default=None, validator=_above_zero_or_none)
    keep_open: bool = False
