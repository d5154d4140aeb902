"""The models of the generated client: their members are the protocol's, and nothing gets lost."""

from __future__ import annotations

import inspect
import pickle
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from actionruns.acp import v01
from actionruns.compat.acp_client_v0_1 import ApiTypeError, ApiValueError, models
from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import UNSET
from tests.acp.servers import RUN, run_json
from tests.specs.documents import spec

# Models that are named otherwise in actionruns.acp.v01, and bodies, which are arguments there.
OWN_NAMES = {"RunCreate": "RunCreation", "AgentACPSpecInterruptsInner": "AgentInterrupt"}
BODIES = {
    "RunSearchRequest": "/runs/search",
    "AgentSearchRequest": "/agents/search",
    "ThreadSearchRequest": "/threads/search",
    "ThreadCreate": "/threads",
    "RunCreate": "/runs",
}
MODELS = {
    name: cls
    for name in models.__all__
    if inspect.isclass(cls := getattr(models, name)) and issubclass(cls, ApiModel)
}
ALONE = {"RunOutputStream", *BODIES} - set(OWN_NAMES)


def fields(cls: Any) -> dict[str, Any]:
    return {field.name: field.default for field in attrs.fields(cls)}


@pytest.mark.parametrize("name", sorted(MODELS.keys() - ALONE))
def test_members_are_those_of_the_typed_model(name: str) -> None:
    """A model has the members of its counterpart; what may be absent there is None here."""
    counterpart = fields(getattr(v01, OWN_NAMES.get(name, name)))
    counterpart = {member: None if it is UNSET else it for member, it in counterpart.items()}
    if name in BODIES:  # the agent may be set later
        counterpart["agent_id"] = None
    assert fields(MODELS[name]) == counterpart


@pytest.mark.parametrize("name", BODIES)
def test_members_of_a_body_are_those_of_the_protocol(name: str) -> None:
    """A body has the members that the protocol has, with its defaults."""
    body = spec("acp-v0.1")["paths"][BODIES[name]]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    limits = {"limit": 10, "offset": 0}
    expected = {member: limits.get(member) for member in schema["properties"]}
    assert fields(MODELS[name]) == {"_unknown": None, **expected}


@pytest.mark.parametrize("name", models.__all__)
def test_each_model_has_a_module(name: str) -> None:
    """A model is imported from a module of its own, as the generator lays them out."""
    module = inspect.getmodule(getattr(models, name))
    assert module is not None
    assert module.__all__ == [name]
    short = module.__name__.rpartition(".")[2]
    assert short.replace("_", "") == name.lower()


def test_what_a_server_sends_survives() -> None:
    """A run with null, with members that are new and a status that is new keeps them."""
    sent = {**run_json(status="paused"), "queue": {"place": 3}}
    run = models.Run.from_dict(sent)
    assert run is not None
    assert (run.status, run.status.value, run.thread_id) == ("paused", "paused", None)
    assert run.to_dict()["queue"] == {"place": 3}
    assert run.created_at == datetime(2026, 1, 31, 12, 0, 0, 1, tzinfo=UTC)
    assert models.Run.from_dict(run.to_dict()) == run
    assert models.Run.from_json(run.to_json()) == run
    assert "'queue': {'place': 3}" in run.to_str()
    assert pickle.loads(pickle.dumps(run)) == run  # noqa: S301  # its own pickle


def test_what_is_absent_is_left_out() -> None:
    """None is not sent, but what stands in free objects is left as it is."""
    given = {"text": None, "at": datetime(2026, 1, 1, tzinfo=UTC)}
    body = models.RunCreate(agent_id="a", input=given)
    assert body.to_dict() == {"agent_id": "a", "input": given}
    sent = '{"text":null,"at":"2026-01-01T00:00:00.000Z"}'
    assert body.to_json() == f'{{"agent_id":"a","input":{sent}}}'


def test_models_in_lists_are_converted() -> None:
    """A model inside a list becomes a mapping as well."""
    kind = {"interrupt_type": "approval", "interrupt_payload": {}, "resume_payload": {}}
    made = {"capabilities": {"streaming": {"result": True}}, "input": {}, "output": {}}
    spec_ = models.AgentACPSpec.from_dict({**made, "config": {}, "interrupts": [kind]})
    assert spec_ is not None
    assert spec_.interrupts is not None
    assert isinstance(spec_.interrupts[0], models.AgentACPSpecInterruptsInner)
    assert spec_.to_dict() == {**made, "config": {}, "interrupts": [kind]}


def test_none_stays_none() -> None:
    """None and null are no model."""
    assert models.Run.from_dict(None) is None
    assert models.Run.from_json(" null ") is None


@pytest.mark.parametrize(
    ("obj", "error", "text"),
    [
        ("run", ApiTypeError, "Run is made of a mapping, not of 'run'"),
        ({}, ApiValueError, "Run: creation in the answer should be .* but is missing"),
        ({**run_json(), "run_id": 5}, ApiValueError, "run_id"),
        ({**run_json(), "status": 5}, ApiValueError, "status"),
        ({**run_json(), "queue": object()}, ApiValueError, "JSON"),
    ],
)
def test_what_is_no_run_is_refused(obj: Any, error: type[Exception], text: str) -> None:
    """What is no such model is refused, and the error says where."""
    with pytest.raises(error, match=text):
        models.Run.from_dict(obj)


def test_what_is_no_json_is_refused() -> None:
    """Text that is no JSON is refused."""
    with pytest.raises(ApiValueError, match="not JSON"):
        models.Run.from_json("{")


def test_what_has_no_json_is_refused() -> None:
    """A value that JSON has no form for is refused."""
    with pytest.raises(ApiValueError, match="JSON"):
        models.RunCreate(input={"x": object()}).to_json()


OUTPUTS: dict[str, dict[str, Any]] = {
    "RunResult": {"type": "result", "run_id": RUN, "status": "success", "result": {"a": None}},
    "RunInterrupt": {"type": "interrupt", "interrupt": {"question": "?"}},
    "RunError": {"type": "error", "run_id": RUN, "errcode": 7, "description": "no"},
    "UnknownOutput": {"type": "artifact", "url": "https://example.com/a"},
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_is_one_of_its_models(name: str) -> None:
    """An output holds the model that its type tells, and becomes its members again."""
    output = models.RunOutput.from_dict(OUTPUTS[name])
    assert output is not None
    assert isinstance(output.actual_instance, MODELS[name])
    assert output.to_dict() == OUTPUTS[name]
    assert models.RunOutput.from_json(output.to_json()) == output
    assert models.RunOutput(output.actual_instance) == output


def test_an_event_is_made_of_its_members() -> None:
    """An event holds what its data's type tells."""
    members: dict[str, Any] = {"id": "1", "event": "agent_event", "data": OUTPUTS["RunResult"]}
    event = models.RunOutputStream.from_dict(members)
    assert event is not None
    assert isinstance(event.data.actual_instance, models.RunResult)
    assert event.to_dict() == members


def test_words_compare_with_texts() -> None:
    """The words of the protocol are texts, also in mappings and after pickling."""
    assert {"success": 1}[models.RunStatus.SUCCESS] == 1
    assert models.StreamingMode("result") is models.StreamingMode.RESULT
    new = models.RunStatus("paused")
    assert (new, new.name, f"{new}") == ("paused", "PAUSED", "paused")
    assert pickle.loads(pickle.dumps(new)) == new  # noqa: S301  # its own pickle
    with pytest.raises(ValueError, match="5 is not a valid RunStatus"):
        models.RunStatus(5)  # type: ignore[arg-type]  # that is the case
