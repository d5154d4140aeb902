"""TransportSource: a source whose questions a `Transport` sends."""

from __future__ import annotations

import time
from typing import TypeVar

from actionruns.states import Run
from actionruns.transport import Transport
from actionruns.watching.source import RunSource

__all__ = ["TransportSource"]

R = TypeVar("R", bound=Run)


class TransportSource(RunSource[R]):
    """Looks at the runs of a service through a client's transport, and so under its rate budget.

    Args:
        transport: Sends the questions.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def allowance(self) -> float | None:
        """Return the requests a second that the rate budget allows now; None = not known."""
        settings = self._transport.settings
        return settings.rate.allowance(settings.base_url, time.monotonic())

    def remaining(self) -> int | None:
        """Return the requests left in the service's period as last told; None = not known."""
        settings = self._transport.settings
        return settings.rate.remaining(settings.base_url)

    def refusals(self) -> int:
        """Return how many answers had status 429 so far.

        Those to other clients that share the rate budget count, too: they tell as much.
        """
        settings = self._transport.settings
        return settings.rate.refusals(settings.base_url)
