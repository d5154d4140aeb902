"""Every operation of version 0.2 with every parameter, in both forms, against the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from actionruns import RunState
from actionruns.acp.v02 import AsyncAgents, AsyncStatelessRuns, AsyncThreadRuns, AsyncThreads
from actionruns.core.codec import unstructure
from tests.acp.emulated import LIVING, NOWHERE, check, unsaid_statuses
from tests.callers import FORMS
from tests.cases import Case, unsaid_parameters

CREATION: dict[str, Any] = {
    "agent_id": "{streamer}",
    "input": {"text": "hello"},
    "metadata": {"team": "a"},
    "config": {"tags": ["t"], "recursion_limit": 5, "configurable": {"depth": 2}},
    "webhook": "http://127.0.0.1:9/status",
    "stream_mode": ["values", "custom"],
    "on_disconnect": "cancel",
    "multitask_strategy": "enqueue",
    "after_seconds": 0,
}
ALONE = {**CREATION, "on_completion": "keep"}
ON_THREAD = {**CREATION, "stream_subgraphs": True, "if_not_exists": "create"}
THREAD = {"thread_id": "{thread_done_thread}"}
GONE = {"thread_id": "{nowhere}"}
BUSY = {"thread_id": "{thread_pending_thread}"}
DONE = {**THREAD, "run_id": "{thread_done}"}
MINE = {"agent_id": "{asker}", "status": "interrupted", "metadata": {"of": "asked"}}
MESSAGE = {"role": "user", "content": "hello"}


def ids(runs: Any) -> list[str]:
    return [run.run_id for run in runs]


def names(agents: Any) -> list[str]:
    return [agent.metadata.ref.name for agent in agents]


def thread_ids(threads: Any) -> list[str]:
    return [thread.thread_id for thread in threads]


def creation(run: Any) -> Any:
    return unstructure(run.creation)


def kinds(events: Any) -> list[str]:
    return [event.data.type for event in events]


def ended(waited: Any) -> tuple[RunState, str]:
    return waited.run.state, waited.output.type


def created(group: str, path: dict[str, Any], full: dict[str, Any]) -> Iterator[Case]:
    """Yield what holds for each of the three ways to create a run, alone or on a thread."""
    ways = (
        (f"create_{group}_run", lambda run: (creation(run), run.state), (full, RunState.RUNNING)),
        (f"create_and_wait_for_{group}_run_output", ended, (RunState.SUCCEEDED, "result")),
        (
            f"create_and_stream_{group}_run_output",
            lambda events: sorted(set(kinds(events))),
            ["custom", "values"],
        ),
    )
    for number, (method, look, expected) in enumerate(ways):
        streams = {"idle_timeout": 5.0, "last_event_id": "0"} if "stream_" in method else {}
        yield Case(
            method, {**path, **full, **streams}, look, expected, emulator=LIVING if number else {}
        )
        yield Case(method, {**path, "agent_id": "{nowhere}"}, status=404, text="Agent")
        yield Case(method, {**path, "after_seconds": "1"}, status=422, text="body/after_seconds")
        if group == "thread":
            yield Case(method, {**GONE, "if_not_exists": "reject"}, status=404, text="Thread")
            yield Case(method, {**BUSY, "agent_id": "{echo}"}, status=409, text="is pending")


def followed(group: str, prefix: str) -> Iterator[Case]:
    """Yield what holds for a run that is there, alone or on a thread."""

    def of(name: str, **more: Any) -> dict[str, Any]:
        thread = {"thread_id": f"{{{prefix}{name}_thread}}"} if prefix else {}
        return {**thread, "run_id": f"{{{prefix}{name}}}", **more}

    nowhere: dict[str, Any] = {**(THREAD if prefix else {}), "run_id": "{nowhere}"}
    get, wait = f"get_{group}_run", f"wait_for_{group}_run_output"
    resume, stream = f"resume_{group}_run", f"stream_{group}_run_output"
    cancel, delete = f"cancel_{group}_run", f"delete_{group}_run"
    yield Case(get, of("done"), lambda run: run.state, RunState.SUCCEEDED)
    yield Case(get, of("failed"), lambda run: run.state, RunState.FAILED)
    yield Case(wait, of("done"), ended, (RunState.SUCCEEDED, "result"))
    yield Case(wait, of("asked"), ended, (RunState.WAITING, "interrupt"))
    yield Case(wait, of("failed"), ended, (RunState.FAILED, "error"))
    yield Case(wait, of("said"), ended, (RunState.SUCCEEDED, "result"), emulator=LIVING)
    yield Case(stream, of("said"), kinds, ["values"] * 6)
    yield Case(stream, of("said"), kinds, ["values"] * 6, emulator=LIVING)
    yield Case(stream, of("said", idle_timeout=5.0, last_event_id="7"), kinds, ["values"] * 2)
    yield Case(stream, of("asked"), kinds, ["interrupt"])
    yield Case(stream, of("failed"), kinds, ["error"])
    running = RunState.RUNNING
    yield Case(resume, of("asked", body={"approved": True}), lambda run: run.state, running)
    yield Case(resume, of("asked", body="yes"), status=422, text="body")
    yield Case(resume, of("done", body={}), status=409, text="not interrupted")
    for method in (get, wait, stream, cancel, delete):
        yield Case(method, nowhere, status=404, text="Run")
    yield Case(resume, {**nowhere, "body": {}}, status=404, text="Run")
    after = Case(get, of("pending"), status=404)
    yield Case(delete, of("pending"), status=204, then=after)
    yield Case(cancel, of("pending", wait=True, action="rollback"), status=204, then=after)
    yield Case(cancel, of("pending", wait=False, action="interrupt"), status=204)
    yield Case(cancel, of("pending", action="stop"), status=422, text="query/action")


RUNS = (
    *created("stateless", {}, ALONE),
    *created("thread", THREAD, ON_THREAD),
    *followed("stateless", ""),
    *followed("thread", "thread_"),
    Case("create_stateless_run", {"stream_mode": None}, lambda run: run.agent_id, "{echo}"),
    Case(
        "create_stateless_run",
        {"agent_id": "{echo}"},
        lambda run: run.creation.on_disconnect,
        "continue",
    ),
    Case(
        "create_thread_run",
        {**GONE, "if_not_exists": "create"},
        lambda run: run.thread_id,
        NOWHERE,
    ),
    Case("search_stateless_runs", {**MINE, "limit": 1, "offset": 0}, ids, ["{asked}"]),
    Case("search_stateless_runs", {**MINE, "limit": 1, "offset": 1}, ids, []),
    Case("search_stateless_runs", {"agent_id": "echo"}, status=422, text="body/agent_id"),
    Case("iter_stateless_runs", {**MINE, "limit": 1}, ids, ["{asked}"]),
    Case("list_thread_runs", {**THREAD, "limit": 1, "offset": 0}, ids, ["{thread_done}"]),
    Case("list_thread_runs", {**THREAD, "limit": 1, "offset": 1}, ids, []),
    Case("list_thread_runs", GONE, status=404, text="Thread"),
    Case("iter_thread_runs", {**THREAD, "limit": 1}, ids, ["{thread_done}"]),
)

AGENTS = (
    Case(
        "search_agents",
        {"name": "echo", "version": "1.0.0", "limit": 1, "offset": 0},
        names,
        ["echo"],
    ),
    Case("search_agents", {"name": 5}, status=422, text="body/name"),
    Case("iter_agents", {"name": "asker", "version": "1.0.0", "limit": 1}, names, ["asker"]),
    Case("get_agent_by_id", {"agent_id": "{echo}"}, lambda agent: agent.agent_id, "{echo}"),
    Case("get_agent_by_id", {"agent_id": "{nowhere}"}, status=404, text="Agent"),
    Case(
        "get_acp_descriptor_by_id",
        {"agent_id": "{asker}"},
        lambda it: (it.metadata.ref.name, it.specs.capabilities.interrupts),
        ("asker", True),
    ),
    Case("get_acp_descriptor_by_id", {"agent_id": "{nowhere}"}, status=404, text="Agent"),
)

MADE = {"thread_id": NOWHERE, "metadata": {"team": "a"}}

THREADS = (
    Case(
        "create_thread",
        {**MADE, "if_exists": "raise"},
        lambda thread: (thread.thread_id, thread.metadata, thread.status),
        (NOWHERE, {"team": "a"}, "idle"),
        then=Case("create_thread", MADE, status=409, text="exists"),
    ),
    Case(
        "create_thread",
        {**THREAD, "if_exists": "do_nothing"},
        lambda thread: thread.thread_id,
        "{thread_done_thread}",
    ),
    Case("create_thread", {"thread_id": "mine"}, status=422, text="body/thread_id"),
    Case(
        "search_threads",
        {"metadata": {}, "values": {"last": {"text": "done"}}, "status": "idle", "limit": 5}
        | {"offset": 0},
        thread_ids,
        ["{thread_done_thread}"],
    ),
    Case("search_threads", {"status": "interrupted", "limit": 1, "offset": 5}, thread_ids, []),
    Case("search_threads", {"metadata": 5}, status=422, text="body/metadata"),
    Case(
        "iter_threads",
        {"metadata": {}, "values": {"turns": 1}, "status": "idle", "limit": 1},
        lambda threads: len({thread.thread_id for thread in threads}),
        2,
    ),
    Case("get_thread", THREAD, lambda thread: thread.thread_id, "{thread_done_thread}"),
    Case("get_thread", GONE, status=404, text="Thread"),
    Case("get_thread_history", {**THREAD, "limit": 1}, len, 1),
    Case("get_thread_history", {**THREAD, "before": NOWHERE}, status=422, text="query/before"),
    Case("get_thread_history", GONE, status=404, text="Thread"),
    Case("copy_thread", THREAD, lambda it: it.values["last"], {"text": "done"}),
    Case("copy_thread", GONE, status=404, text="Thread"),
    Case(
        "patch_thread",
        {**THREAD, "metadata": {"team": "b"}, "values": {"x": 1}, "messages": [MESSAGE]},
        lambda it: (it.metadata["team"], it.values, unstructure(it.messages)),
        ("b", {"x": 1}, [MESSAGE]),
        then=Case("get_thread_history", THREAD, len, 2),
    ),
    Case(
        "patch_thread",
        {**THREAD, "checkpoint": {"checkpoint_id": NOWHERE}, "values": 1},
        status=404,
        text="Checkpoint",
    ),
    Case("patch_thread", {**THREAD, "messages": [{"role": "user"}]}, status=422, text="body"),
    Case("delete_thread", THREAD, status=204, then=Case("get_thread", THREAD, status=404)),
    Case("delete_thread", GONE, status=404, text="Thread"),
    Case("delete_thread", BUSY, status=422, text="is pending"),
)

CASES = (*RUNS, *AGENTS, *THREADS)

_OF_RUNS = ("get_{}_run", "delete_{}_run", "wait_for_{}_run_output", "stream_{}_run_output")

NO_CASE = {
    "422: an id that is no UUID is one that is not there, as with the known server": {
        *((name.format(group), 422) for name in _OF_RUNS for group in ("stateless", "thread")),
        *((name, 422) for name in ("get_acp_descriptor_by_id", "get_thread", "copy_thread")),
    },
    "422: the client sends no limit and no offset that the protocol does not have": {
        ("list_thread_runs", 422),
    },
    "409: a stateless run is on no thread, so there is none that could be busy": {
        ("create_stateless_run", 409),
        ("create_and_wait_for_stateless_run_output", 409),
        ("create_and_stream_stateless_run_output", 409),
    },
}
"""Statuses of the protocol that the emulator has no reason for; test_facts_server.py has them."""


@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method}-{case.status}")
@pytest.mark.parametrize("form", FORMS)
async def test_an_operation(form: str, case: Case) -> None:
    """What is given does what it is to do; what is refused says why."""
    await check(case, form, "0.2")


def test_every_parameter_is_given() -> None:
    """Each parameter of each method is given in one case at least."""
    classes = (AsyncStatelessRuns, AsyncThreadRuns, AsyncAgents, AsyncThreads)
    assert unsaid_parameters(CASES, classes) == set()


def test_every_status_is_seen() -> None:
    """Each status of each operation is seen, or there is a reason why the emulator has none."""
    assert unsaid_statuses(CASES, "0.2") == set().union(*NO_CASE.values())
