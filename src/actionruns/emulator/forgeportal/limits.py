"""How many runs a user may create: ten action runs a minute, and five of any before a template."""

from __future__ import annotations

from actionruns.emulator.clock import Clock, timestamp
from actionruns.emulator.forgeportal.errors import ForgePortalError
from actionruns.emulator.forgeportal.run_store import RunStore
from actionruns.emulator.forgeportal.users import User
from actionruns.emulator.rates import RateWindow
from actionruns.emulator.settings import EmulatorSettings

__all__ = ["Limits"]


class Limits:
    """Count the runs that each user creates.

    Action runs are counted by their requests, in windows that a restart forgets: before the body is
    checked and before the idempotency key is looked up. Before a template run the user's action
    runs of the last minute are counted, whatever created them.
    """

    def __init__(self, settings: EmulatorSettings, clock: Clock, runs: RunStore) -> None:
        self._settings = settings
        self._clock = clock
        self._runs = runs
        self._windows: dict[str, RateWindow] = {}

    def count_run(self, user: User) -> None:
        """Count an action run.

        Raises:
            ForgePortalError: 429, with a Retry-After header, there were too many.
        """
        window = self._windows.get(user.email)
        if window is None:
            settings = self._settings
            window = RateWindow(settings.forgeportal_run_limit, settings.forgeportal_limit_period)
            self._windows[user.email] = window
        verdict = window.admit(self._clock.now())
        if not verdict.admitted:
            raise _limited("action", verdict.wait, {"Retry-After": str(verdict.wait)})

    def check_template_run(self, user: User) -> None:
        """Look whether a template may be run.

        Raises:
            ForgePortalError: 429, without that header and always with the whole period in the
                body, the user has too many new action runs.
        """
        limit = self._settings.forgeportal_template_limit
        if limit is None:
            return
        period = self._settings.forgeportal_limit_period
        newest = self._runs.page({"requested_by": user.email}, limit, 0)
        begin = timestamp(self._clock.now() - period)
        if len(newest) == limit and newest[-1]["created_at"] > begin:
            raise _limited("template", max(1, round(period)), {})


def _limited(what: str, wait: int, headers: dict[str, str]) -> ForgePortalError:
    message = f"Too many {what} runs in a minute"
    return ForgePortalError(
        429, {"error": "RateLimited", "message": message, "retryAfter": wait}, headers
    )
