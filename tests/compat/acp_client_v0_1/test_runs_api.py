"""The methods of runs, called as code does that was written for the generated client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from actionruns.compat import acp_client_v0_1
from actionruns.compat.acp_client_v0_1.models.run import Run
from actionruns.compat.acp_client_v0_1.models.run_create import RunCreate
from actionruns.compat.acp_client_v0_1.models.run_output import RunOutput
from actionruns.compat.acp_client_v0_1.models.run_search_request import RunSearchRequest
from tests.compat.acp_client_v0_1.living import NOWHERE, Agents


def test_create_run(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A run is created with all that is said, and returned pending."""
    run_create = RunCreate(
        agent_id=agents.id("streamer"),
        input={"text": "hello", "depth": None},
        metadata={"team": "a"},
        config={"depth": 2},
        webhook="http://127.0.0.1:9/status",
        streaming="custom",
    )
    run = runs.create_run(run_create)
    assert isinstance(run, Run)
    assert isinstance(run.created_at, datetime)
    assert (run.agent_id, run.status) == (agents.id("streamer"), "pending")
    assert run.creation == run_create


def test_create_run_of_a_mapping(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A mapping with the members of a model will do, as with the generated client."""
    run = runs.create_run({"agent_id": agents.id("echo"), "metadata": {"team": "a"}})
    assert run.creation.metadata == {"team": "a"}


def test_members_that_are_unknown_are_sent(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """What the protocol doesn't know goes to the server, and comes back."""
    run = runs.create_run({"agent_id": agents.id("echo"), "priority": 7})
    assert run.creation.to_dict()["priority"] == 7


def test_an_agent_may_be_set_later(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A body can be made without anything, and filled in afterwards."""
    run_create = acp_client_v0_1.RunCreate()
    run_create.agent_id = agents.id("echo")
    assert runs.create_run(run_create=run_create).agent_id == agents.id("echo")


def test_a_body_without_an_agent_is_refused(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """Without an agent nothing is sent; the error is a ValueError, as a validation's was."""
    with pytest.raises(acp_client_v0_1.ApiValueError, match="agent_id of RunCreate is required"):
        runs.create_run(RunCreate())
    assert len(agents.emulator.requests) == 0


def test_without_validation_the_server_refuses(
    runs: acp_client_v0_1.RunsApi, agents: Agents
) -> None:
    """With the validation switched off, a body without an agent is the server's to refuse."""
    runs.api_client.configuration.client_side_validation = False
    with pytest.raises(acp_client_v0_1.UnprocessableEntityException):
        runs.create_run(RunCreate())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (None, acp_client_v0_1.ApiTypeError),
        ("agent", acp_client_v0_1.ApiTypeError),
        (RunSearchRequest(), acp_client_v0_1.ApiTypeError),
        ({"agent_id": 5}, acp_client_v0_1.ApiValueError),
    ],
)
def test_another_body_is_refused(
    body: object, kind: type[Exception], runs: acp_client_v0_1.RunsApi
) -> None:
    """What is no such model, and no mapping that could be one, is refused."""
    with pytest.raises(kind):
        runs.create_run(body)  # type: ignore[arg-type]  # that is the case


def test_get_run(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A run has its status, which compares with texts and with the words of the protocol."""
    run = runs.get_run(run_id=agents.run("echo"))
    assert run.status == "success"
    assert run.status is acp_client_v0_1.RunStatus.SUCCESS
    assert run.status.value == "success"
    assert str(run.status) == "success"


def test_delete_run(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A deleted run is returned as it was, and unknown afterwards."""
    run_id = agents.run("thinker")
    assert runs.delete_run(run_id).run_id == run_id
    with pytest.raises(acp_client_v0_1.NotFoundException):
        runs.get_run(run_id)


@pytest.mark.parametrize(
    ("agent", "kind", "cls"),
    [
        ("echo", "result", acp_client_v0_1.RunResult),
        ("asker", "interrupt", acp_client_v0_1.RunInterrupt),
        ("failer", "error", acp_client_v0_1.RunError),
    ],
)
def test_get_run_output(
    agent: str, kind: str, cls: type, runs: acp_client_v0_1.RunsApi, agents: Agents
) -> None:
    """The output of a run that is not pending is one of three models, told by its type."""
    output = runs.get_run_output(agents.run(agent))
    assert isinstance(output, RunOutput)
    assert isinstance(output.actual_instance, cls)
    assert output.to_dict()["type"] == kind


def test_get_run_output_of_a_pending_run(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """There is no output of a run that is pending."""
    assert runs.get_run_output(agents.run("thinker")) is None


def test_get_run_output_waits(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """With a block timeout, the call returns when the run moves."""
    run_id = agents.run("echo", moved=False)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(runs.get_run_output, run_id, block_timeout=56)
        agents.portal.call(agents.emulator.requests.reached, 1)
        agents.move(run_id)
        output = call.result()
    assert output is not None
    assert output.to_dict()["result"] == {"text": "hello"}


@pytest.mark.parametrize("body", [None, {}, {"approved": True}])
def test_resume_run(
    body: dict[str, object] | None, runs: acp_client_v0_1.RunsApi, agents: Agents
) -> None:
    """A run that asks goes on with the answer; None is an empty one."""
    run_id = agents.run("asker")
    assert runs.resume_run(run_id, body).status == "pending"
    agents.move(run_id)
    output = runs.get_run_output(run_id)
    assert output is not None
    assert output.to_dict()["result"]["answer"] == (body or {})


def test_resume_run_that_does_not_ask(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A run that doesn't ask cannot be resumed."""
    with pytest.raises(acp_client_v0_1.ConflictException):
        runs.resume_run(agents.run("echo"), {})


def test_search_runs(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """Runs are listed by filters, one page of them."""
    mine = agents.run("echo")
    agents.run("thinker")
    found = runs.search_runs(RunSearchRequest(status="success", limit=1, offset=0))
    assert [run.run_id for run in found] == [mine]
    assert runs.search_runs(RunSearchRequest(agent_id=agents.id("echo"), offset=1)) == []
    assert len(runs.search_runs(acp_client_v0_1.RunSearchRequest())) == 2


@pytest.mark.parametrize("limit", [0, 1001])
def test_search_runs_with_a_limit_out_of_range(limit: int, runs: acp_client_v0_1.RunsApi) -> None:
    """A limit that is out of range is the server's to refuse."""
    with pytest.raises(acp_client_v0_1.UnprocessableEntityException):
        runs.search_runs(RunSearchRequest(limit=limit))


def test_the_answer_comes_as_well(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """With the answer come its status, its headers and its body as it was sent."""
    run_id = agents.run("echo")
    answer = runs.get_run_with_http_info(run_id)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.data == runs.get_run(run_id)
    assert Run.from_json(answer.raw_data.decode()) == answer.data


@pytest.mark.parametrize("run_id", ["", "..", None, 5])
def test_an_id_that_cannot_be_sent(run_id: object, runs: acp_client_v0_1.RunsApi) -> None:
    """An id that cannot be sent is an ApiValueError."""
    with pytest.raises(acp_client_v0_1.ApiValueError, match="run_id"):
        runs.get_run(run_id)  # type: ignore[arg-type]  # that is the case


@pytest.mark.parametrize("name", ["get_run", "get_run_stream"])
def test_an_unread_answer_is_not_given(name: str, runs: acp_client_v0_1.RunsApi) -> None:
    """The forms whose answer is urllib3's are not there, and the error says what is."""
    with pytest.raises(acp_client_v0_1.ApiAttributeError, match=f"{name}_with_http_info"):
        getattr(runs, f"{name}_without_preload_content")


def test_another_attribute_is_not_there(runs: acp_client_v0_1.RunsApi) -> None:
    """An attribute that the generated client doesn't have either is a plain AttributeError."""
    with pytest.raises(AttributeError, match="'RunsApi' object has no attribute 'cancel_run'"):
        runs.cancel_run(NOWHERE)
