"""A service that streams ticks, and how the tests follow it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal

from actionruns.core.events import StreamEvent
from actionruns.core.model import Model, model
from actionruns.core.operation import Operation, Parameter


@model
class Tick(Model):
    """What the events of the service carry."""

    kind: Literal["tick"]
    number: int


FOLLOW = Operation(
    name="follow",
    method="GET",
    path="/things/{thing_id}/stream",
    result=Tick,
    parameters=(Parameter(name="thing_id", wire="thing_id", place="path", required=True),),
    idempotent=True,
)
START = Operation(name="start", method="POST", path="/stream", result=Tick)

ONE_TICK = b'id: 1\nevent: tick\ndata: {"kind": "tick", "number": 1}\n\n'
TWO_TICKS = ONE_TICK + ONE_TICK.replace(b"1", b"2")


async def gathered(stream: AsyncIterator[StreamEvent[Any]]) -> list[StreamEvent[Any]]:
    return [event async for event in stream]


def numbers(events: list[StreamEvent[Any]]) -> list[int]:
    return [event.data.number for event in events]
