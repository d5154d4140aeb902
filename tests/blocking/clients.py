"""Stand-ins: async clients as the SDK has them, and blocking twins as the generator writes them."""

from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType

import aiohttp

from actionruns.blocking import (
    BlockingClient,
    BlockingContext,
    BlockingEndpoints,
    BlockingIterator,
    PrivateLoop,
)


class Journal:
    """What happened, in order; a thread can wait for an entry."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self._changed = threading.Condition()

    def note(self, entry: str) -> None:
        with self._changed:
            self.entries.append(entry)
            self._changed.notify_all()

    def wait_for(self, entry: str, times: int = 1) -> None:
        def happened() -> bool:
            return self.entries.count(entry) >= times

        with self._changed:
            assert self._changed.wait_for(happened, timeout=20), self.entries


class AsyncReport:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def log(self, message: str) -> int:
        self._journal.note(f"log {message}")
        return len(message)


class AsyncRuns:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def get(self, run_id: str, *, version: int = 1) -> str:
        return f"{run_id} v{version}"

    async def fail(self, error: BaseException) -> None:
        raise error

    async def wait_forever(self) -> None:
        """Wait until cancelled, and clean up with a turn of the loop."""
        self._journal.note("waiting")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self._journal.note("cleaned up")

    async def count(self, stop: int, *, then: BaseException | None = None) -> AsyncIterator[int]:
        """Give 0, 1, ... and then end or fail; wait for ever when ``stop`` is negative."""
        try:
            task = asyncio.current_task()
            for number in range(stop):
                self._journal.note(f"item {number}")
                yield number
                assert asyncio.current_task() is task
            if stop < 0:
                self._journal.note("waiting")
                await asyncio.Event().wait()
            if then is not None:
                raise then
        finally:
            await asyncio.sleep(0)
            self._journal.note("generator closed")


class AsyncThing:
    """An async client without a network."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.runs = AsyncRuns(self.journal)

    async def aclose(self) -> None:
        self.journal.note(f"closed on {threading.current_thread().name}")

    @asynccontextmanager
    async def report(
        self, run_id: str, *, swallow: type[Exception] | None = None
    ) -> AsyncIterator[AsyncReport]:
        task = asyncio.current_task()
        self.journal.note(f"enter {run_id}")
        try:
            yield AsyncReport(self.journal)
        except BaseException as error:
            self.journal.note(f"failure {type(error).__name__}")
            if swallow is None or not isinstance(error, swallow):
                raise
        else:
            self.journal.note("success")
        finally:
            assert asyncio.current_task() is task

    def __repr__(self) -> str:
        return "AsyncThing(colour='blue')"


class Report(BlockingEndpoints[AsyncReport]):
    def log(self, message: str) -> int:
        return self._loop.call(self._async.log, message)


class Runs(BlockingEndpoints[AsyncRuns]):
    def get(self, run_id: str, *, version: int = 1) -> str:
        return self._loop.call(self._async.get, run_id, version=version)

    def fail(self, error: BaseException) -> None:
        return self._loop.call(self._async.fail, error)

    def wait_forever(self) -> None:
        return self._loop.call(self._async.wait_forever)

    def count(self, stop: int, *, then: BaseException | None = None) -> BlockingIterator[int]:
        return self._loop.iterate(self._async.count, stop, then=then)


class Thing(BlockingClient[AsyncThing]):
    def __init__(self) -> None:
        super().__init__(AsyncThing())
        self.journal = self._async.journal
        self.runs = Runs(self._async.runs, self._loop)

    @property
    def loop(self) -> PrivateLoop:
        return self._loop

    def report(
        self, run_id: str, *, swallow: type[Exception] | None = None
    ) -> BlockingContext[AsyncReport, Report]:
        return self._loop.enter(self._async.report, Report, run_id, swallow=swallow)


class AsyncEcho:
    """An async client with a kept connection for each event loop, as the real ones have."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: dict[
            asyncio.AbstractEventLoop, tuple[asyncio.StreamReader, asyncio.StreamWriter]
        ] = {}

    async def ask(self, question: str) -> str:
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            self._open[loop] = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open[loop]
        writer.write(f"{question}\n".encode())
        return (await reader.readline()).decode().strip()

    async def aclose(self) -> None:
        _, writer = self._open.pop(asyncio.get_running_loop())
        writer.close()
        await writer.wait_closed()


class Echo(BlockingClient[AsyncEcho]):
    def __init__(self, port: int) -> None:
        super().__init__(AsyncEcho(port))

    def ask(self, question: str) -> str:
        return self._loop.call(self._async.ask, question)


class AsyncPages:
    """An async client over an aiohttp session, which complains when it isn't closed."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/"
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.get(self._url) as answer:
            return answer.status

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


class Pages(BlockingClient[AsyncPages]):
    def __init__(self, port: int) -> None:
        super().__init__(AsyncPages(port))

    def fetch(self) -> int:
        return self._loop.call(self._async.fetch)


class _EchoLines(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, EchoServer)
        self.server.journal.note("connected")
        for line in self.rfile:
            self.wfile.write(line)
        self.server.journal.note("disconnected")


class EchoServer(socketserver.ThreadingTCPServer):
    """Answers each line with itself, and keeps a journal of its connections."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _EchoLines)
        self.journal = Journal()

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    def __enter__(self) -> EchoServer:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()
        self.server_close()


@contextmanager
def in_thread(target: threading.Thread) -> Iterator[threading.Thread]:
    """Run a thread beside the body and join it."""
    target.start()
    try:
        yield target
    finally:
        target.join(20)
        assert not target.is_alive()
