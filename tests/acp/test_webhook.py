"""StatusWebhook: what servers post is taken in, answered at once and handed on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from actionruns import ConfigurationError, DecodeFailed, InvalidRequest, RunState
from actionruns.acp import AsyncAcpClient, StatusWebhook, read_status, v01, v02
from actionruns.emulator import Emulator
from tests.acp.servers import RUN, run_json

PATH = "/acp/status"

Mount = Callable[..., Any]


def posted(status: str = "success", **members: Any) -> bytes:
    """What a server posts."""
    return orjson.dumps({**run_json(status=status), **members})


@pytest.fixture
async def mount() -> AsyncIterator[Mount]:
    """Mount a webhook in a server of its own, and return its address."""
    servers: list[TestServer] = []

    async def mount(webhook: StatusWebhook, **settings: Any) -> str:
        app = web.Application(**settings)
        webhook.add_to(app, PATH)
        server = TestServer(app, host="127.0.0.1")
        servers.append(server)
        await server.start_server()
        return str(server.make_url(PATH))

    yield mount
    for server in servers:
        await server.close()


async def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        return response.status


@pytest.mark.parametrize(
    ("version", "members", "made"),
    [
        ("0.1", {}, v01.Run),
        ("0.2", {}, v02.RunStateless),
        ("0.2", {"thread_id": "t"}, v02.RunStateful),
        ("0.2", {"thread_id": "t", "creation": {"on_completion": "delete"}}, v02.RunStateless),
        ("0.2", {"thread_id": "t", "creation": {"if_not_exists": None}}, v02.RunStateful),
    ],
)
def test_what_is_posted_is_a_run(version: str, members: dict[str, Any], made: type) -> None:
    """The body is the version's run; one on a thread is told from one with its own thread (F12)."""
    run = read_status(posted("interrupted", **members), version=version)
    assert type(run) is made
    assert (run.run_id, run.state) == (RUN, RunState.WAITING)


@pytest.mark.parametrize("version", ["0.1", "0.2"])
@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", ""),
        (b"{", ""),
        (b'"text"', ""),
        (b"[]", ""),
        (posted(run_id=None), "run_id"),
        (posted(updated_at="now"), "updated_at"),
        (posted(thread_id="t", creation=5), "creation"),
    ],
)
def test_what_is_no_run_is_a_typed_error(version: str, body: bytes, path: str) -> None:
    """A body that is no run is DecodeFailed, with the place where it is none."""
    with pytest.raises(DecodeFailed) as caught:
        read_status(body, version=version)
    assert caught.value.path == path
    assert caught.value.body == body


def test_a_version_that_is_not_known() -> None:
    """A version that isn't known is refused, when it is given."""
    with pytest.raises(ConfigurationError, match=r"'0\.1' or '0\.2', but is '0\.3'"):
        StatusWebhook(version="0.3")  # type: ignore[arg-type]  # that is the case
    with pytest.raises(ConfigurationError, match=r"'0\.1' or '0\.2', but is '0\.3'"):
        read_status(posted(), version="0.3")


@pytest.mark.parametrize("capacity", [0, -1, True])
def test_a_capacity_that_is_no_count(capacity: Any) -> None:
    """A capacity that is no count above 0 is refused."""
    with pytest.raises(ConfigurationError, match="capacity must be a count above 0"):
        StatusWebhook(capacity=capacity)


@pytest.mark.anyio
@pytest.mark.parametrize("version", ["0.1", "0.2"])
async def test_runs_of_the_emulator(mount: Mount, version: Any) -> None:
    """F11: each change of an emulated run's status comes, `pending` included, in order."""
    webhook = StatusWebhook(version=version)
    url = await mount(webhook)
    async with Emulator(auto_progress=False) as emulator:
        base = emulator.acp_url if version == "0.1" else emulator.acp_v02_url
        control = emulator.acp if version == "0.1" else emulator.acp_v02
        async with AsyncAcpClient(version=version, base_url=base, trust_env=False) as acp:
            runs: Any = acp.runs if version == "0.1" else acp.stateless_runs
            create = runs.create_run if version == "0.1" else runs.create_stateless_run
            resume = runs.resume_run if version == "0.1" else runs.resume_stateless_run
            run = await create(agent_id=control.agent_id("asker"), webhook=url)
            await control.advance(run.run_id)
            await resume(run.run_id, body={"approved": True})
            await control.advance(run.run_id)
        came = [await anext(webhook) for _ in range(4)]
    assert {it.run_id for it in came} == {run.run_id}
    assert {type(it) for it in came} == {type(run)}
    assert [it.state for it in came] == [
        RunState.RUNNING,
        RunState.WAITING,
        RunState.RUNNING,
        RunState.SUCCEEDED,
    ]


@pytest.mark.anyio
async def test_runs_on_threads_of_the_emulator(mount: Mount) -> None:
    """A run on a thread comes as one, with its thread's id."""
    webhook = StatusWebhook(version="0.2")
    url = await mount(webhook)
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncAcpClient(version="0.2", base_url=emulator.acp_v02_url, trust_env=False) as acp,
    ):
        thread = await acp.threads.create_thread()
        agent = emulator.acp_v02.agent_id("echo")
        await acp.thread_runs.create_thread_run(thread.thread_id, agent_id=agent, webhook=url)
        run = await anext(webhook)
    assert isinstance(run, v02.RunStateful)
    assert run.thread_id == thread.thread_id


@pytest.mark.anyio
async def test_what_cannot_be_read_is_answered(
    mount: Mount, caplog: pytest.LogCaptureFixture
) -> None:
    """F11: a server whose call is answered with an error may lose its worker: none is."""
    webhook = StatusWebhook()
    url = await mount(webhook, client_max_size=2000)
    assert await post(url, b"{}") == 204
    assert await post(url, b"not packed", {"Content-Encoding": "gzip"}) == 204
    assert await post(url, b" " * 3000) == 204
    assert await post(url, posted("error")) == 204
    assert (await anext(webhook)).state is RunState.FAILED
    told = [record.levelno for record in caplog.records if record.name == "actionruns.acp"]
    assert told == [logging.WARNING] * 3
    assert "creation in the answer should be an object but is missing" in caplog.text


@pytest.mark.anyio
async def test_no_secret_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """What is logged of a body that can't be read holds no secret."""
    webhook = StatusWebhook()
    assert not webhook.receive(b'Authorization: Bearer abcdefghijklmnop0123456789 {"x": 1}')
    assert "abcdefghijklmnop0123456789" not in caplog.text
    assert "is not JSON" in caplog.text


@pytest.mark.anyio
async def test_the_answer_does_not_wait(mount: Mount) -> None:
    """A call is answered while on_run is still busy; runs are handed on one after the other."""
    free = asyncio.Event()
    taken: asyncio.Queue[str] = asyncio.Queue()

    async def on_run(run: v01.Run) -> None:
        taken.put_nowait(run.status)
        await free.wait()

    url = await mount(StatusWebhook(on_run=on_run))
    for status in ("pending", "success"):
        assert await post(url, posted(status)) == 204
    assert await taken.get() == "pending"
    assert taken.empty()
    free.set()
    assert await taken.get() == "success"


@pytest.mark.anyio
async def test_on_run_may_be_a_plain_function(mount: Mount) -> None:
    """A plain function is called with each run, also after a pause."""
    taken: asyncio.Queue[v01.Run] = asyncio.Queue()
    url = await mount(StatusWebhook(on_run=taken.put_nowait))
    for status in ("pending", "error", "pending"):
        assert await post(url, posted(status)) == 204
        assert (await taken.get()).status == status


@pytest.mark.anyio
async def test_a_callback_that_raises(mount: Mount, caplog: pytest.LogCaptureFixture) -> None:
    """What on_run raises is logged; the call is answered, and the next run comes."""
    taken: asyncio.Queue[str] = asyncio.Queue()

    def on_run(run: v01.Run) -> None:
        taken.put_nowait(run.status)
        raise LookupError("no such job")

    url = await mount(StatusWebhook(on_run=on_run))
    assert await post(url, posted("pending")) == 204
    assert await post(url, posted("success")) == 204
    assert [await taken.get(), await taken.get()] == ["pending", "success"]
    assert "LookupError: no such job" in caplog.text


@pytest.mark.anyio
async def test_the_queue_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """When nobody takes the runs, the oldest make room, and the log says so."""
    webhook = StatusWebhook(capacity=2)
    for status in ("pending", "error", "success"):
        assert webhook.receive(posted(status))
    assert [(await anext(webhook)).status for _ in range(2)] == ["error", "success"]
    assert f"{RUN} (pending) is left out" in caplog.text


@pytest.mark.anyio
async def test_closing_ends_the_iteration() -> None:
    """Who waits for a run when the webhook is closed is let go, and later runs are left out."""
    webhook = StatusWebhook()

    async def listen() -> list[Any]:
        return [run async for run in webhook]

    listening = asyncio.create_task(listen())
    webhook.receive(posted("pending"))
    webhook.receive(posted("success"))
    await asyncio.sleep(0)
    await webhook.aclose()
    assert [run.status for run in await listening] == ["pending", "success"]
    assert webhook.receive(posted())
    assert [run async for run in webhook] == []


@pytest.mark.anyio
async def test_closing_ends_the_handing_on(mount: Mount) -> None:
    """Closing ends an on_run that is busy; the application closes the webhook with itself."""
    busy, ended = asyncio.Event(), asyncio.Event()

    async def on_run(run: v01.Run) -> None:
        busy.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    app = web.Application()
    webhook = StatusWebhook(on_run=on_run)
    webhook.add_to(app, PATH)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    assert await post(str(server.make_url(PATH)), posted()) == 204
    await busy.wait()
    await server.close()
    assert ended.is_set()


def test_a_callback_and_an_iteration_are_two_ways() -> None:
    """A webhook that gives its runs to on_run can't be iterated over, and says so."""
    webhook = StatusWebhook(on_run=print)
    with pytest.raises(InvalidRequest, match="go to on_run"):
        aiter(webhook)
