from __future__ import annotations

import pytest

from actionruns.emulator import Emulator
from actionruns.errors import ConfigurationError
from tests.emulator.acp.plain import NOWHERE, Acp

pytestmark = pytest.mark.anyio


async def test_add_runs(acp: Acp) -> None:
    """Many runs can be made at once, of any status and age, and are as requested ones."""
    first = await acp.control.add_runs(3, age=100, creation={"metadata": {"a": 1}})
    (second,) = await acp.control.add_runs(1, "echo", status="error")
    found = (await acp("POST", "/runs/search", {"metadata": {"a": 1}})).json
    assert [run["run_id"] for run in found] == first
    found = (await acp("POST", "/runs/search", {"status": "error"})).json
    assert [run["run_id"] for run in found] == [second]
    older, newer = await acp.control.run(first[0]), await acp.control.run(second)
    assert older["created_at"] < newer["created_at"]


async def test_add_run_on_a_thread(v02: Acp) -> None:
    """A run can be made on a thread."""
    run = await v02.control.run(await v02.control.add_run(on_thread=True))
    path = f"/threads/{run['thread_id']}/runs/{run['run_id']}"
    assert (await v02("GET", path)).json == run


async def test_ends(acp: Acp) -> None:
    """A run can be made to ask, to end and to fail at will."""
    asked, ended, late = await acp.control.add_runs(3)
    await acp.control.interrupt(asked, {"type": "x"})
    await acp.control.succeed(ended, {"done": True})
    await acp.control.fail(late, "too late", status="timeout")
    path = "output" if acp.version == "0.1" else "wait"
    outputs = [(await acp("GET", f"/runs/{it}/{path}")).json for it in (asked, ended, late)]
    if acp.version == "0.2":
        outputs = [answer["output"] for answer in outputs]
    assert outputs[0] == {"type": "interrupt", "interrupt": {"type": "x"}}
    assert outputs[1]["result" if acp.version == "0.1" else "values"] == {"done": True}
    assert (outputs[2]["description"], outputs[2]["errcode"]) == ("too late", 2)
    assert await acp.status(late) == "timeout"


async def test_emit(acp: Acp) -> None:
    """An update can be told to the streams."""
    run_id = await acp.control.add_run()
    await acp.control.emit(run_id, {"half": 1})
    await acp.control.succeed(run_id, {"whole": 1})
    events = await acp.events(f"/runs/{run_id}/stream")
    member = "result" if acp.version == "0.1" else "values"
    assert [event["data"][member] for event in events] == [{"half": 1}, {"whole": 1}]


async def test_set_status(acp: Acp) -> None:
    """A run can go back to pending, as on a server that tries it again."""
    run_id = await acp.create("failer")
    await acp.control.advance(run_id)
    await acp.control.set_status(run_id, "pending")
    assert (await acp("GET", f"/runs/{run_id}")).json["status"] == "pending"


async def test_only_pending_ones(acp: Acp) -> None:
    """What isn't pending can't be moved, what isn't there can't be anything."""
    run_id = await acp.control.add_run(status="success")
    with pytest.raises(ValueError, match="success"):
        await acp.control.advance(run_id)
    with pytest.raises(LookupError, match=NOWHERE):
        await acp.control.delete(NOWHERE)
    with pytest.raises(KeyError):
        await acp.control.add_run("nobody")


def test_not_running() -> None:
    """Without a running emulator there is nothing to control."""
    emulator = Emulator()
    for name in ("acp", "acp_v02", "acp_url", "acp_v02_url"):
        with pytest.raises(ConfigurationError):
            getattr(emulator, name)
