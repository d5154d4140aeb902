from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator, StreamBehaviour
from tests.emulator.acp.plain import Acp, events_of, refused

pytestmark = pytest.mark.anyio


class Live:
    """A stream that is read while the run goes on."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def event(self) -> bytes:
        """Read up to the end of the next event."""
        return await self.response.content.readuntil(b"\n\n")

    async def rest(self) -> bytes:
        """Read what is left until the server closes."""
        return await self.response.content.read()


@asynccontextmanager
async def live(acp: Acp, run_id: str) -> AsyncIterator[Live]:
    """Join the stream of a run."""
    async with acp.request("GET", f"/runs/{run_id}/stream") as response:
        assert response.status == 200
        yield Live(response)


async def advance(acp: Acp, run_id: str, times: int) -> None:
    """Let the agent do so many steps."""
    for _ in range(times):
        await acp.control.advance(run_id)


async def test_live(acp: Acp) -> None:
    """Updates come while the run goes on, and the stream ends with the run."""
    run_id = await acp.create("streamer")
    async with live(acp, run_id) as stream:
        await advance(acp, run_id, 1)
        (first,) = events_of((await stream.event()).decode())
        assert (first["event"], first["data"]["status"]) == ("agent_event", "pending")
        await advance(acp, run_id, 5)
        rest = events_of((await stream.rest()).decode())
    assert [event["data"]["status"] for event in rest] == ["pending"] * 4 + ["success"]
    whole = "result" if acp.version == "0.1" else "values"
    assert rest[-1]["data"] == {
        "type": whole,
        "run_id": run_id,
        "status": "success",
        whole: {"text": "All is well that ends"},
    }


async def test_custom(acp: Acp) -> None:
    """In the mode ``custom`` there is news in the agent's own form, and no result."""
    mode = {"streaming": "custom"} if acp.version == "0.1" else {"stream_mode": "custom"}
    run_id = await acp.create("streamer", **mode)
    await advance(acp, run_id, 6)
    events = await acp.events(f"/runs/{run_id}/stream")
    assert [event["data"]["type"] for event in events] == ["custom"] * 5
    assert events[1]["data"]["update"] == {"step": 2, "of": 5, "word": "is"}


async def test_whole_result(acp: Acp) -> None:
    """In the mode of the whole result there is no news."""
    mode = {"streaming": "result"} if acp.version == "0.1" else {"stream_mode": "values"}
    run_id = await acp.create("streamer", **mode)
    await advance(acp, run_id, 6)
    kinds = {event["data"]["type"] for event in await acp.events(f"/runs/{run_id}/stream")}
    assert kinds == {"result" if acp.version == "0.1" else "values"}


async def test_both_modes(v02: Acp) -> None:
    """0.2 streams both forms at once when both are asked for."""
    run_id = await v02.create("streamer", stream_mode=["values", "custom"])
    await advance(v02, run_id, 2)
    await v02.control.succeed(run_id, {"text": "enough"})
    kinds = [event["data"]["type"] for event in await v02.events(f"/runs/{run_id}/stream")]
    assert kinds == ["values", "custom", "values", "custom", "values"]


async def test_v01_nothing_to_stream(v01: Acp) -> None:
    """0.1 has no events for questions and errors: there is nothing to stream."""
    for agent in ("asker", "failer"):
        run_id = await v01.create(agent)
        await advance(v01, run_id, 1)
        answer = await v01("GET", f"/runs/{run_id}/stream")
        assert (answer.status, answer.json) == (204, None)


async def test_v02_question(v02: Acp) -> None:
    """0.2 tells a question and ends the stream; after the answer there is only what is new."""
    run_id = await v02.create("asker")
    await advance(v02, run_id, 1)
    (event,) = await v02.events(f"/runs/{run_id}/stream")
    assert (event["data"]["type"], event["data"]["status"]) == ("interrupt", "interrupted")
    await v02("POST", f"/runs/{run_id}", {"approved": True})
    await advance(v02, run_id, 1)
    (event,) = await v02.events(f"/runs/{run_id}/stream")
    assert (event["data"]["type"], event["data"]["status"]) == ("values", "success")


async def test_v02_error(v02: Acp) -> None:
    """0.2 tells an error and ends the stream."""
    run_id = await v02.create("failer")
    await advance(v02, run_id, 1)
    (event,) = await v02.events(f"/runs/{run_id}/stream")
    assert event["data"] == {
        "type": "error",
        "run_id": run_id,
        "status": "error",
        "errcode": 1,
        "description": "The agent failed",
    }


@pytest.mark.parametrize("kind", ["stateless", "on a thread"])
async def test_create_and_stream(session: aiohttp.ClientSession, kind: str) -> None:
    """A run can be started and streamed in one request."""
    async with Emulator(speed=1000) as emulator:
        v02 = Acp(emulator, session, "0.2")
        path = "/runs" if kind == "stateless" else f"/threads/{await v02.thread()}/runs"
        body = {"agent_id": v02.control.agent_id("streamer")}
        events = await v02.events(f"{path}/stream", body, method="POST")
        assert len(events) == 6
        run_id = events[0]["data"]["run_id"]
        # Of the thread's run, too, by its own path.
        again = await v02.events(f"{path}/{run_id}/stream")
    assert again == events


async def test_last_event_id(acp: Acp) -> None:
    """Who names the last event gets those after it, with ids that go on."""
    run_id = await acp.create("streamer")
    await advance(acp, run_id, 6)
    path = f"/runs/{run_id}/stream"
    events = await acp.events(path)
    ids = [int(event["id"]) for event in events]
    assert sorted(set(ids)) == ids
    headers = {"Last-Event-ID": events[2]["id"]}
    assert await acp.events(path, headers=headers) == events[3:]


async def test_last_event_id_of_the_end(acp: Acp) -> None:
    """After the last event there is nothing: 204 in 0.1, an empty stream in 0.2."""
    run_id = await acp.create("echo")
    await advance(acp, run_id, 1)
    headers = {"Last-Event-ID": "1"}
    async with acp.request("GET", f"/runs/{run_id}/stream", headers=headers) as response:
        assert response.status == (204 if acp.version == "0.1" else 200)
        assert await response.read() == b""


async def test_deleted(acp: Acp) -> None:
    """The stream of a run ends when the run is deleted."""
    run_id = await acp.create("streamer")
    async with live(acp, run_id) as stream:
        await acp.control.delete(run_id)
        assert await stream.rest() == b""


async def test_left(v02: Acp) -> None:
    """A run that is cancelled with its connection is when the stream is left; others go on."""
    stays = await v02.create("streamer", on_disconnect="continue")
    goes = await v02.create("streamer")
    async with live(v02, stays), live(v02, goes):
        pass
    assert (await v02.control.settled(goes))["status"] == "interrupted"
    assert await v02.status(stays) == "pending"


class TestFaults:
    """What may go wrong in a stream."""

    async def test_heartbeat(self, acp: Acp) -> None:
        """A comment comes when nothing else does."""
        acp.control.set_stream(StreamBehaviour(heartbeat=0.01))
        async with live(acp, await acp.create("streamer")) as stream:
            assert await stream.response.content.readuntil(b"\n") == b":\n"

    async def test_bare_heartbeat(self, acp: Acp) -> None:
        """The comment may come without its line end, and then takes the id of the next event."""
        acp.control.set_stream(StreamBehaviour(heartbeat=0.01, bare_heartbeat=True))
        run_id = await acp.create("streamer")
        async with live(acp, run_id) as stream:
            assert await stream.response.content.readexactly(1) == b":"
            await advance(acp, run_id, 1)
            line = await stream.response.content.readuntil(b"\n")
        assert line.lstrip(b":") == b"id: 1\n"

    async def test_ids_of_the_connection(self, acp: Acp) -> None:
        """Ids may begin anew with each connection, which knows no last one."""
        acp.control.set_stream(StreamBehaviour(ids="connection"))
        run_id = await acp.create("streamer")
        await advance(acp, run_id, 6)
        for _ in range(2):
            headers = {"Last-Event-ID": "3"}
            events = await acp.events(f"/runs/{run_id}/stream", headers=headers)
            assert [event["id"] for event in events] == ["1", "2", "3", "4", "5", "6"]

    async def test_no_replay(self, acp: Acp) -> None:
        """What was before the connection may be lost."""
        acp.control.set_stream(StreamBehaviour(replay=False))
        run_id = await acp.create("streamer")
        await advance(acp, run_id, 5)
        async with live(acp, run_id) as stream:
            await advance(acp, run_id, 1)
            (event,) = events_of((await stream.rest()).decode())
        assert event["data"]["status"] == "success"

    async def test_hang_after_error(self, v02: Acp) -> None:
        """The stream of a run with an error may never end, and only give heartbeats."""
        v02.control.set_stream(StreamBehaviour(hang_after_error=True, heartbeat=0.01))
        run_id = await v02.create("failer")
        await advance(v02, run_id, 1)
        async with live(v02, run_id) as stream:
            assert b'"error"' in await stream.event()
            assert await stream.response.content.readexactly(6) == b":\n" * 3

    async def test_silent_interrupt(self, v02: Acp) -> None:
        """A stream may end at an interrupt without a word."""
        v02.control.set_stream(StreamBehaviour(interrupt_event=False))
        run_id = await v02.create("asker")
        await advance(v02, run_id, 1)
        assert await v02.events(f"/runs/{run_id}/stream") == []

    async def test_chunks(self, acp: Acp) -> None:
        """Events may come in pieces, which are the same events."""
        run_id = await acp.create("streamer")
        await advance(acp, run_id, 6)
        path = f"/runs/{run_id}/stream"
        whole = await acp.events(path)
        acp.control.set_stream(StreamBehaviour(chunk=3))
        async with acp.request("GET", path) as response:
            pieces = [piece async for piece, _ in response.content.iter_chunks()]
        assert events_of(b"".join(pieces).decode()) == whole
        assert len(pieces) > len(whole)

    @pytest.mark.parametrize(
        "wrong", [{"heartbeat": 0}, {"ids": "none"}, {"chunk": 0}], ids=lambda it: next(iter(it))
    )
    def test_refused(self, wrong: dict[str, Any]) -> None:
        """A behaviour out of its range is refused at once."""
        with pytest.raises(ValueError, match=next(iter(wrong))):
            StreamBehaviour(**wrong)

    async def test_setting(self, session: aiohttp.ClientSession) -> None:
        """The behaviour is a setting of the emulator, too."""
        behaviour = StreamBehaviour(interrupt_event=False)
        async with Emulator(auto_progress=False, acp_stream=behaviour) as emulator:
            v02 = Acp(emulator, session, "0.2")
            run_id = await v02.create("asker")
            await advance(v02, run_id, 1)
            assert await v02.events(f"/runs/{run_id}/stream") == []


async def test_stop(session: aiohttp.ClientSession) -> None:
    """An emulator that stops lets go those who stream and those who wait."""
    async with Emulator(auto_progress=False) as emulator:
        v02 = Acp(emulator, session, "0.2")
        run_id = await v02.create("streamer")
        waiting = asyncio.create_task(v02("GET", f"/runs/{run_id}/wait"))
        await emulator.requests.reached(1, "GET", "/acp/0.2/runs/{run_id}/wait")
        response = await v02.request("GET", f"/runs/{run_id}/stream")
    with pytest.raises(aiohttp.ClientError):
        await waiting
    with pytest.raises(aiohttp.ClientError):
        await response.read()


async def test_refused_mode(acp: Acp) -> None:
    """An agent that has no news can't be asked for them."""
    mode = {"streaming": "custom"} if acp.version == "0.1" else {"stream_mode": ["custom"]}
    body = {"agent_id": acp.control.agent_id("echo"), **mode}
    assert refused(await acp("POST", "/runs", body), 422, "custom")
