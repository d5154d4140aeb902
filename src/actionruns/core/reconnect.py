"""When to take up a stream again that has ended or broken."""

from __future__ import annotations

import attrs

from actionruns.core.bounds import above_zero, count_above_zero

__all__ = ["ReconnectPolicy", "Reconnection"]


@attrs.frozen(kw_only=True)
class ReconnectPolicy:
    """How a stream is taken up again.

    Attributes:
        base_delay: Seconds before the first new connection, when the service wishes nothing else
            (``retry:``); the wait doubles with each connection that brings no event.
        max_delay: Longest wait, in seconds, also when the service wishes a longer one.
        max_fruitless: Connections in a row that may end without an event; after so many there is
            no other.
    """

    base_delay: float = attrs.field(default=0.5, validator=above_zero)
    max_delay: float = attrs.field(default=30.0, validator=above_zero)
    max_fruitless: int = attrs.field(default=5, validator=count_above_zero)


@attrs.define
class Reconnection:
    """What happened to a stream over all its connections, and what to do when one has ended.

    That a connection ends in an orderly way says nothing about what it told of: servers and proxies
    end connections for reasons of their own. So there is one rule for every end; who follows the
    stream asks the service whether there is anything left to come before going on.

    Attributes:
        policy: How it is taken up again.
        last_event_id: What the next connection sends as ``Last-Event-ID``; empty = nothing.
        fruitless: Connections in a row that ended without an event.
    """

    policy: ReconnectPolicy = attrs.field(factory=ReconnectPolicy)
    last_event_id: str = ""
    fruitless: int = 0
    _progressed: bool = attrs.field(default=False, init=False)

    def progressed(self, last_event_id: str) -> None:
        """Note an event of the connection.

        Args:
            last_event_id: The last id of the stream as of this event.
        """
        self.last_event_id = last_event_id
        self._progressed = True

    def wait_after_end(self, *, retry: float | None, jitter: float) -> float | None:
        """Note the end of a connection, or that none came about, and decide about the next.

        Args:
            retry: Seconds that the service wishes to pass (``retry:``), None = it says nothing.
            jitter: A random number from 0 to 1.

        Returns:
            Seconds to wait before the next connection: up to half as long again as the plan says,
            never less, so that not all clients come back at the same moment. None = give up.
        """
        self.fruitless = 0 if self._progressed else self.fruitless + 1
        self._progressed = False
        if self.fruitless >= self.policy.max_fruitless:
            return None
        base = self.policy.base_delay if retry is None else retry
        # A wish of 0 s is a wish for the first connection only; without it nothing would double.
        if self.fruitless:
            base = max(base, self.policy.base_delay)
        planned = min(self.policy.max_delay, base * 2 ** min(self.fruitless, 32))
        return float(planned * (1 + 0.5 * jitter))
