"""From the events of a stream to typed ones."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import attrs
import orjson

from actionruns.core.codec import structure
from actionruns.core.sse import ServerSentEvent
from actionruns.errors import DecodeFailed

__all__ = ["StreamEvent", "typed_event"]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class StreamEvent(Generic[T]):
    """One event of a stream, its data decoded.

    Attributes:
        event: Its type, ``message`` when the service gives none.
        data: Its data as the specification has it. Data that is otherwise, such as that of an event
            which a newer service has added, comes as plain JSON (dicts, lists, texts, numbers),
            and data that is no JSON as the text that it is.
        text: Its data as it was sent.
        id: The id that came with it, or None. Some services count anew on every connection: equal
            ids of two connections may belong to different events.
    """

    event: str
    data: T | Any
    text: str
    id: str | None = None


def typed_event(event: ServerSentEvent, type_: type[T]) -> StreamEvent[T]:
    """Decode the data of an event; what does not fit the type is passed through.

    Args:
        event: The event as it came.
        type_: What its data is by the specification.
    """
    return StreamEvent(
        event=event.event, data=_decoded(event.data, type_), text=event.data, id=event.id
    )


def _decoded(text: str, type_: type[T]) -> T | Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    try:
        return structure(value, type_)
    except DecodeFailed:
        return value
