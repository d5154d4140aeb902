"""How the emulated event streams behave, and what may go wrong in them."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = ["StreamBehaviour"]


@attrs.frozen(kw_only=True)
class StreamBehaviour:
    """The event streams of the Agent Connect Protocol; the defaults are those of a good server.

    Attributes:
        heartbeat: Seconds (real ones) without an event until a comment is sent.
        bare_heartbeat: Send that comment without its line end, as one known server does: it then
            swallows the first line of the next event.
        ids: Number the events over the whole "run", so that ``Last-Event-ID`` works, or begin anew
            with each "connection" and ignore that header.
        replay: Begin with the events from before the connection. False: they are lost.
        hang_after_error: Don't close the stream of a run that is ``error``: only heartbeats come.
        interrupt_event: Send an event at an interrupt (0.2 only; 0.1 has none). False: the stream
            just ends.
        chunk: Bytes of each piece that an event is sent in; None: in one piece.
    """

    heartbeat: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))
    bare_heartbeat: bool = False
    ids: Literal["run", "connection"] = attrs.field(
        default="run", validator=attrs.validators.in_(("run", "connection"))
    )
    replay: bool = True
    hang_after_error: bool = False
    interrupt_event: bool = True
    chunk: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.ge(1))
    )
