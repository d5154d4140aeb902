"""Settling: when an `error` counts as the end of a run."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from actionruns.errors import ConfigurationError
from actionruns.states import RunState

__all__ = ["SETTLE_SECONDS", "Settling", "check_settle"]

SETTLE_SECONDS: Final = 3.0
"""Seconds for which a run has to stay `error` until that counts as its end."""

# When to look meanwhile, as shares of the time. The first look is early, because the known server
# tries again at once when it has a worker free; each look may be the one that sees `pending`.
_LOOKS: Final = (0.1, 0.3, 0.6)

# The known server makes three attempts, others may make more; but a server that tells another time
# of change with each answer must not be looked at for ever.
_MOST_ERRORS: Final = 20


class _Run(Protocol):
    @property
    def state(self) -> RunState: ...
    @property
    def updated_at(self) -> datetime: ...


class Settling:
    """Decides, from one look at a run to the next, whether its `error` is for good.

    Nothing in the protocol tells: `error` is also what a run is between two attempts, and neither
    their count nor the next one's time is part of it. What does tell is that the run stays as it
    is, by its status and by ``updated_at``. That is compared with itself only, since servers write
    it in a time zone that they don't name.

    Args:
        seconds: How long it has to stay so; 0 = the first `error` is the end.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: datetime | None = None
        self._errors = 0
        self._looks = 0

    def wait(self, run: _Run) -> float | None:
        """Take in how a run stands.

        Returns:
            Seconds until the next look; None = it stands as it is said to.
        """
        if run.state is not RunState.FAILED or not self._seconds:
            return None
        if run.updated_at != self._since:
            self._since = run.updated_at
            self._errors += 1
            self._looks = 0
        if self._looks == len(_LOOKS) or self._errors > _MOST_ERRORS:
            return None
        self._looks += 1
        return self._seconds * _LOOKS[self._looks - 1]


def check_settle(settle: object) -> None:
    """Refuse a time that is no number from 0 on.

    Raises:
        ConfigurationError: It is none.
    """
    if isinstance(settle, bool) or not isinstance(settle, int | float) or not 0 <= settle < 3600:
        problem = f"settle must be seconds from 0 to below 3600, but is {settle!r}"
        raise ConfigurationError(problem)
