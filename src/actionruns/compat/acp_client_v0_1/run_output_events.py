"""RunOutputEvents: the events of a run, to iterate over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from actionruns.blocking import PrivateLoop
from actionruns.compat.acp_client_v0_1.models import RunOutputStream, StreamEventPayload
from actionruns.compat.acp_client_v0_1.raising import as_generated
from actionruns.errors import ActionRunsError, ClientClosed
from actionruns.transport import EventStream

__all__ = ["RunOutputEvents"]


class RunOutputEvents(Iterator[RunOutputStream]):
    """The events of the stream of a run, each as it comes; what `RunsApi.get_run_stream` returns.

    Iterate over it once. The stream is open already: that there is no such run was told by the
    call. It holds a connection until it ends, `close` is called, ``with`` is left or it is dropped.
    Its end says nothing about the run: ask `RunsApi.get_run`. Of a run that has no output and will
    have none (the server's status 204), there are no events.

    Args:
        run_id: The run.
        stream: Its events.
        loop: What they come on.

    Attributes:
        run_id: The run.
        latest: The event that came last, or None.
    """

    def __init__(
        self, run_id: str, stream: EventStream[StreamEventPayload], loop: PrivateLoop
    ) -> None:
        self.run_id = run_id
        self.latest: RunOutputStream | None = None
        self._count = 0
        self._stream = stream
        self._loop = loop
        self._items = loop.iterate(lambda: stream)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> RunOutputStream:
        try:
            event = next(self._items)
        except ActionRunsError as error:
            generated = as_generated(error)
            if generated is error:
                raise
            raise generated from error
        data = event.data
        if not isinstance(data, StreamEventPayload):  # of a kind that the protocol does not know
            data = StreamEventPayload(data)
        self.latest = RunOutputStream(id=event.id, event=event.event, data=data)
        self._count += 1
        return self.latest

    def close(self) -> None:
        """End the stream. Closing again does nothing."""
        self._items.close()
        with suppress(ClientClosed):  # and its streams with it
            self._loop.call(self._stream.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        latest = "" if self.latest is None else f", latest: {self.latest!r}"
        return f"<events of run {self.run_id}: {self._count} read{latest}>"
