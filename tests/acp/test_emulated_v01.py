"""Every operation of version 0.1 with every parameter, in both forms, against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns import RunState
from actionruns.acp.v01 import AsyncAgents, AsyncRuns, AsyncThreads
from actionruns.core.codec import unstructure
from tests.acp.emulated import LIVING, check, unsaid_statuses
from tests.callers import FORMS
from tests.cases import Case, unsaid_parameters

CREATION = {
    "agent_id": "{streamer}",
    "thread_id": "{said_thread}",
    "input": {"text": "hello"},
    "metadata": {"team": "a"},
    "config": {"depth": 2},
    "webhook": "http://127.0.0.1:9/status",
    "streaming": "custom",
}
MINE = {"agent_id": "{asker}", "status": "interrupted", "metadata": {"of": "asked"}}


def ids(runs: Any) -> list[str]:
    return [run.run_id for run in runs]


def names(agents: Any) -> list[str]:
    return [agent.metadata.ref.name for agent in agents]


def thread_ids(threads: Any) -> list[str]:
    return [thread.thread_id for thread in threads]


def words(events: Any) -> list[Any]:
    """Return the kind of each event's data, and what the last one of them tells."""
    return [event.data.type for event in events]


RUNS = (
    Case("create_run", CREATION, lambda run: unstructure(run.creation), CREATION),
    Case(
        "create_run",
        {"agent_id": "{echo}"},
        lambda run: (run.agent_id, run.state),
        ("{echo}", RunState.RUNNING),
    ),
    Case("create_run", {"agent_id": "{nowhere}"}, status=404, text="Agent"),
    Case(
        "create_run",
        {"agent_id": "{thinker}", "thread_id": "{pending_thread}"},
        status=409,
        text="is pending",
    ),
    Case("create_run", {"agent_id": "echo"}, status=422, text="body/agent_id"),
    Case("search_runs", {**MINE, "limit": 1, "offset": 0}, ids, ["{asked}"]),
    Case("search_runs", {**MINE, "limit": 1, "offset": 1}, ids, []),
    Case("search_runs", {"agent_id": "echo"}, status=422, text="body/agent_id"),
    Case("iter_runs", {**MINE, "limit": 1}, ids, ["{asked}"]),
    Case("get_run", {"run_id": "{done}"}, lambda run: run.state, RunState.SUCCEEDED),
    Case("get_run", {"run_id": "{nowhere}"}, status=404, text="Run"),
    Case(
        "resume_run",
        {"run_id": "{asked}", "body": {"approved": True}},
        lambda run: run.state,
        RunState.RUNNING,
    ),
    Case("resume_run", {"run_id": "{nowhere}", "body": {}}, status=404),
    Case("resume_run", {"run_id": "{done}", "body": {}}, status=409, text="not interrupted"),
    Case("resume_run", {"run_id": "{strict}", "body": {"approved": 1}}, status=422),
    Case(
        "delete_run",
        {"run_id": "{pending}"},
        lambda run: run.run_id,
        "{pending}",
        then=Case("get_run", {"run_id": "{pending}"}, status=404),
    ),
    Case("delete_run", {"run_id": "{nowhere}"}, status=404),
    Case(
        "get_run_output",
        {"run_id": "{done}", "block_timeout": 1},
        lambda output: (output.type, output.result),
        ("result", {"text": "done"}),
    ),
    Case(
        "get_run_output",
        {"run_id": "{asked}"},
        lambda output: output.interrupt["question"],
        "May it go on?",
    ),
    Case("get_run_output", {"run_id": "{failed}"}, lambda output: output.type, "error"),
    Case("get_run_output", {"run_id": "{pending}"}, status=204),
    Case("get_run_output", {"run_id": "{nowhere}"}, status=404),
    Case(
        "get_run_output",
        {"run_id": "{said}", "block_timeout": 10},
        lambda output: output.type,
        "result",
        emulator=LIVING,
    ),
    Case("get_run_stream", {"run_id": "{said}"}, words, ["result"] * 6),
    Case("get_run_stream", {"run_id": "{said}"}, words, ["result"] * 6, emulator=LIVING),
    Case(
        "get_run_stream",
        {"run_id": "{said}", "idle_timeout": 5.0, "last_event_id": "7"},
        words,
        ["result"] * 2,
    ),
    Case("get_run_stream", {"run_id": "{asked}"}, list, [], status=204),
    Case("get_run_stream", {"run_id": "{nowhere}"}, status=404),
)

AGENTS = (
    Case(
        "search_agents",
        {"name": "echo", "version": "1.0.0", "limit": 1, "offset": 0},
        names,
        ["echo"],
    ),
    Case("search_agents", {"limit": 2, "offset": 1}, names, ["thinker", "streamer"]),
    Case("search_agents", {"name": 5}, status=422, text="body/name"),
    Case("iter_agents", {"version": "1.0.0", "limit": 2}, len, 6),
    Case("iter_agents", {"name": "asker"}, names, ["asker"]),
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

THREADS = (
    Case(
        "create_thread",
        {"agent_id": "{echo}", "metadata": {"team": "a"}},
        lambda thread: (thread.agent_id, thread.metadata),
        ("{echo}", {"team": "a"}),
        then=Case(
            "iter_threads",
            {"agent_id": "{echo}", "metadata": {"team": "a"}, "limit": 1},
            lambda threads: [thread.agent_id for thread in threads],
            ["{echo}"],
        ),
    ),
    Case("create_thread", {"agent_id": "{nowhere}"}, status=404, text="Agent"),
    Case("create_thread", {"agent_id": 5}, status=422, text="body/agent_id"),
    Case(
        "search_threads",
        {"agent_id": "{asker}", "metadata": {}, "limit": 1, "offset": 1},
        thread_ids,
        ["{thread_asked_thread}"],
    ),
    Case("search_threads", {"agent_id": "asker"}, status=422, text="body/agent_id"),
    Case("get_thread", {"thread_id": "{done_thread}"}, lambda it: it.agent_id, "{echo}"),
    Case("get_thread", {"thread_id": "{nowhere}"}, status=404, text="Thread"),
    Case(
        "delete_thread",
        {"thread_id": "{done_thread}"},
        lambda thread: thread.thread_id,
        "{done_thread}",
        then=Case("get_thread", {"thread_id": "{done_thread}"}, status=404),
    ),
    Case("delete_thread", {"thread_id": "{nowhere}"}, status=404),
    Case("delete_thread", {"thread_id": "{pending_thread}"}, status=409, text="is pending"),
    Case(
        "get_thread_state",
        {"thread_id": "{done_thread}"},
        lambda state: state["last"],
        {"text": "done"},
    ),
    Case("get_thread_state", {"thread_id": "{nowhere}"}, status=404),
    Case("get_thread_history", {"thread_id": "{done_thread}"}, ids, ["{done}"]),
    Case("get_thread_history", {"thread_id": "{nowhere}"}, status=404),
    Case(
        "get_run_threadstate",
        {"run_id": "{done}"},
        lambda state: state["last"],
        {"text": "done"},
    ),
    Case("get_run_threadstate", {"run_id": "{nowhere}"}, status=404),
    Case("get_run_threadstate", {"run_id": "{pending}"}, status=409, text="no state"),
)

CASES = (*RUNS, *AGENTS, *THREADS)

NO_CASE = {
    "422: an id that is no UUID is one that is not there, as with the known server": {
        *((name, 422) for name in ("get_run", "delete_run", "get_run_output", "get_run_stream")),
        *((name, 422) for name in ("get_agent_by_id", "get_acp_descriptor_by_id")),
        *((name, 422) for name in ("get_thread", "delete_thread", "get_thread_state")),
        *((name, 422) for name in ("get_thread_history", "get_run_threadstate")),
    },
    "409: nothing stands against it, whatever the run or thread is doing": {
        *((name, 409) for name in ("get_run", "delete_run", "get_run_output", "get_run_stream")),
        *((name, 409) for name in ("create_thread", "get_thread", "get_thread_state")),
        ("get_thread_history", 409),
    },
}
"""Statuses of the protocol that the emulator has no reason for; test_facts_server.py has them."""


@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method}-{case.status}")
@pytest.mark.parametrize("form", FORMS)
async def test_an_operation(form: str, case: Case) -> None:
    """What is given does what it is to do; what is refused says why."""
    await check(case, form, "0.1")


def test_every_parameter_is_given() -> None:
    """Each parameter of each method is given in one case at least."""
    assert unsaid_parameters(CASES, (AsyncRuns, AsyncAgents, AsyncThreads)) == set()


def test_every_status_is_seen() -> None:
    """Each status of each operation is seen, or there is a reason why the emulator has none."""
    assert unsaid_statuses(CASES, "0.1") == set().union(*NO_CASE.values())
