"""StatusWebhook: takes in the runs that servers post when their status changes."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Literal, Self

import orjson

from actionruns.acp.v01._generated.models import Run
from actionruns.acp.v02._generated.models import RunStateful, RunStateless
from actionruns.core.codec import decode
from actionruns.errors import ConfigurationError, DecodeFailed, InvalidRequest

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["AnyRun", "StatusWebhook", "read_status"]

AnyRun = Run | RunStateless | RunStateful

_log = logging.getLogger("actionruns.acp")

_VERSIONS = ("0.1", "0.2")


def read_status(body: bytes, *, version: str = "0.1") -> AnyRun:
    """Decode what a server posts to a webhook: the run as it stands.

    Args:
        body: The request's body.
        version: The version of the protocol that the server speaks, ``0.1`` or ``0.2``.

    Returns:
        The run: a `Run` of version 0.1, a `RunStateless` or `RunStateful` of version 0.2.

    Raises:
        DecodeFailed: The body is no run of that version.
        ConfigurationError: The version is not known.
    """
    if version not in _VERSIONS:
        raise ConfigurationError(f"version must be '0.1' or '0.2', but is {version!r}")
    if version == "0.1":
        return decode(body, Run)
    if _is_of_a_thread(body):
        return decode(body, RunStateful)
    return decode(body, RunStateless)


def _is_of_a_thread(body: bytes) -> bool:
    """Tell whether a run of version 0.2 is one on a thread.

    A thread's id is not enough: servers give stateless runs one of their own (facts F12). What
    becomes of that thread, ``on_completion``, is asked of stateless runs alone.
    """
    try:
        run = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False  # decoding says what is wrong
    if not isinstance(run, dict) or not run.get("thread_id"):
        return False
    creation = run.get("creation")
    return not (isinstance(creation, dict) and "on_completion" in creation)


class StatusWebhook(AsyncIterator[AnyRun]):
    """Receives the runs that servers of the Agent Connect Protocol post at each change of status.

    Mount it in an `aiohttp.web` application (`add_to`), or give bodies to `receive` in another
    framework, and name its address as ``webhook`` when you create a run. Each run that comes is
    given to ``on_run``; without that, iterate over the webhook, in as many tasks as you like.

    Every call is answered with 204, at once, whatever is in it and before ``on_run`` is done: there
    are servers whose worker dies of any other answer, and none that call again. What cannot be
    read is logged (``actionruns.acp``, WARNING) and left out.

    The calls are not signed. Whoever knows the address can say anything, so take a run that
    comes for a reason to look (``get_run``, ``wait``), not for the truth; an `error` may be
    tried again, too.

    Args:
        version: The version of the protocol that the server speaks, ``0.1`` or ``0.2``.
        on_run: Called with each run, one after the other, in the event loop; what it returns is
            awaited if it can be. When it raises, that is logged and the next run comes.
        capacity: Runs that wait for ``on_run`` or the iteration at most; one more takes the place
            of the oldest, which is logged.

    Raises:
        ConfigurationError: The version is not known, or ``capacity`` is no count above 0.
    """

    def __init__(
        self,
        *,
        version: Literal["0.1", "0.2"] = "0.1",
        on_run: Callable[[Any], object] | None = None,
        capacity: int = 1000,
    ) -> None:
        if version not in _VERSIONS:
            raise ConfigurationError(f"version must be '0.1' or '0.2', but is {version!r}")
        if isinstance(capacity, bool) or not capacity > 0:
            raise ConfigurationError(f"capacity must be a count above 0, but is {capacity!r}")
        self._version = version
        self._on_run = on_run
        self._capacity = capacity
        self._runs: deque[AnyRun] = deque()
        self._changed = asyncio.Event()
        self._handing_on: asyncio.Task[None] | None = None
        self._closed = False

    def add_to(self, app: web.Application, path: str) -> None:
        """Mount it in an application, which closes it with itself.

        Args:
            app: The application, not started yet.
            path: Where, as ``/acp/status``. One that cannot be guessed keeps others out.
        """

        async def close(_: web.Application) -> None:
            await self.aclose()

        app.router.add_post(path, self.handle)
        app.on_cleanup.append(close)

    async def handle(self, request: web.Request) -> web.Response:
        """Take in a call and answer it: a handler for `aiohttp.web`.

        A body over the application's ``client_max_size`` (1 MiB by default) is left out.
        """
        # Here, as only those need a server who receive something.
        from aiohttp import web

        try:
            body = await request.read()
        except Exception as error:  # noqa: BLE001  # too large, half, badly packed: answered anyway
            _log.warning("A call of the webhook cannot be read: %s", error)
        else:
            self.receive(body)
        return web.Response(status=204)

    def receive(self, body: bytes) -> bool:
        """Take in the body of a call, in the event loop; for other frameworks than `aiohttp.web`.

        Returns:
            Whether it could be read. Answer with 2xx all the same.
        """
        try:
            run = read_status(body, version=self._version)
        except DecodeFailed as error:
            _log.warning("What came to the webhook is no run: %s", error)
            return False
        if self._closed:
            return True
        if len(self._runs) >= self._capacity:
            lost = self._runs.popleft()
            _log.warning(
                "The webhook has %d runs that nobody takes; %s (%s) is left out",
                self._capacity,
                lost.run_id,
                lost.status,
            )
        self._runs.append(run)
        self._changed.set()
        if self._on_run is not None and self._handing_on is None:
            self._handing_on = asyncio.get_running_loop().create_task(self._hand_on(self._on_run))
        return True

    async def aclose(self) -> None:
        """End the iteration. Runs that are not taken yet, and those that come now, are left out."""
        self._closed = True
        self._runs.clear()
        self._changed.set()
        if self._handing_on is not None:
            self._handing_on.cancel()
            await asyncio.wait({self._handing_on})

    def __aiter__(self) -> Self:
        if self._on_run is not None:
            raise InvalidRequest("the runs go to on_run; make a webhook without it to iterate")
        return self

    async def __anext__(self) -> AnyRun:
        while not self._runs:
            if self._closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._runs.popleft()

    async def _hand_on(self, on_run: Callable[[AnyRun], object]) -> None:
        """Hand on what has come, until there is no more: so no task is left behind."""
        try:
            while self._runs:
                try:
                    result = on_run(self._runs.popleft())
                    if inspect.isawaitable(result):
                        await result
                except Exception:  # noqa: BLE001  # the caller's code; the next run comes all the same
                    _log.exception("on_run of the webhook failed")
        finally:
            self._handing_on = None
