"""How many runs a user may create: fixed windows, one for each user, forgotten at a restart."""

from __future__ import annotations

from actionruns.emulator.clock import Clock
from actionruns.emulator.forgeportal.errors import ForgePortalError
from actionruns.emulator.forgeportal.users import User
from actionruns.emulator.rates import RateWindow
from actionruns.emulator.settings import EmulatorSettings

__all__ = ["Limits"]


class Limits:
    """Count the runs that each user creates.

    A request counts before its body is checked and before its idempotency key is looked up.
    """

    def __init__(self, settings: EmulatorSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._windows: dict[tuple[str, str], RateWindow] = {}

    def count_run(self, user: User) -> None:
        """Count an action run.

        Raises:
            ForgePortalError: 429, with a Retry-After header, there were too many.
        """
        wait = self._count("run", user, self._settings.forgeportal_run_limit)
        if wait:
            raise _limited("action runs", wait, {"Retry-After": str(wait)})

    def count_template_run(self, user: User) -> None:
        """Count a template run.

        Raises:
            ForgePortalError: 429, without that header and always with the whole period in the
                body, there were too many.
        """
        if self._count("template", user, self._settings.forgeportal_template_limit):
            period = max(1, round(self._settings.forgeportal_limit_period))
            raise _limited("template runs", period, {})

    def _count(self, kind: str, user: User, limit: int | None) -> int:
        window = self._windows.setdefault(
            (kind, user.email), RateWindow(limit, self._settings.forgeportal_limit_period)
        )
        verdict = window.admit(self._clock.now())
        return 0 if verdict.admitted else verdict.wait


def _limited(what: str, wait: int, headers: dict[str, str]) -> ForgePortalError:
    message = f"Too many {what}. Try again in {wait} seconds."
    return ForgePortalError(
        429, {"error": "RateLimited", "message": message, "retryAfter": wait}, headers
    )
