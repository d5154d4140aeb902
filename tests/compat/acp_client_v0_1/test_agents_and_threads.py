"""The methods of agents and threads, of which the generated client has those of the protocol."""

from __future__ import annotations

import pytest

from actionruns.compat import acp_client_v0_1
from actionruns.compat.acp_client_v0_1 import AgentsApi, ThreadsApi
from tests.compat.acp_client_v0_1.living import NOWHERE, Agents


@pytest.fixture
def agents_api(api_client: acp_client_v0_1.ApiClient) -> AgentsApi:
    """The methods of agents."""
    return AgentsApi(api_client)


@pytest.fixture
def threads_api(api_client: acp_client_v0_1.ApiClient) -> ThreadsApi:
    """The methods of threads."""
    return ThreadsApi(api_client)


def test_agents(agents_api: AgentsApi) -> None:
    """An agent is found by name, got by id, and described."""
    (agent,) = agents_api.search_agents(acp_client_v0_1.AgentSearchRequest(name="asker"))
    assert agents_api.get_agent_by_id(agent.agent_id) == agent
    descriptor = agents_api.get_acp_descriptor_by_id(agent.agent_id)
    assert (descriptor.metadata, descriptor.specs.capabilities.interrupts) == (agent.metadata, True)
    with pytest.raises(acp_client_v0_1.NotFoundException):
        agents_api.get_agent_by_id(NOWHERE)


def test_threads(threads_api: ThreadsApi, agents: Agents) -> None:
    """A thread is created, found, got and deleted."""
    created = threads_api.create_thread(
        acp_client_v0_1.ThreadCreate(agent_id=agents.id("echo"), metadata={"team": "a"})
    )
    wanted = acp_client_v0_1.ThreadSearchRequest(metadata={"team": "a"})
    assert threads_api.search_threads(wanted) == [created]
    assert threads_api.get_thread(created.thread_id) == created
    assert threads_api.delete_thread(created.thread_id) == created
    with pytest.raises(acp_client_v0_1.NotFoundException):
        threads_api.get_thread(created.thread_id)


def test_a_thread_needs_an_agent(threads_api: ThreadsApi) -> None:
    """A thread without an agent is refused before it is sent."""
    with pytest.raises(acp_client_v0_1.ApiValueError, match="agent_id of ThreadCreate"):
        threads_api.create_thread(acp_client_v0_1.ThreadCreate())


def test_states_of_a_thread(
    threads_api: ThreadsApi, runs: acp_client_v0_1.RunsApi, agents: Agents
) -> None:
    """A thread has its runs, its state, and the state that each run left it in."""
    run = runs.get_run(agents.run("echo"))
    assert run.thread_id is not None
    assert threads_api.get_thread_history(run.thread_id) == [run]
    state = threads_api.get_thread_state(run.thread_id)
    assert state["last"] == {"text": "hello"}
    assert threads_api.get_run_threadstate(run.run_id) == state
