"""Endpoint modules from the `consumes` part of a capability document."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actionruns.codegen import CodegenError, generate
from actionruns.core.operation import Operation
from actionruns.emulator import Emulator
from actionruns.gateway import parse_capability
from actionruns.gateway.generating import (
    generate_from_capability,
    holds_capability,
    openapi_of_consumed,
)
from actionruns.specs import path_of
from actionruns.transport import FixedHeaders, Transport, TransportSettings
from tests.gateway.documents import JOBS, capability

# The methods are named after the tools that call them.
METHODS = {
    "get_all_action_runs": True,
    "update_action_run": True,
    "get_action_run_s_details": True,
    "approve_action_run": True,
    "get_action_run_s_approvers": True,
    "add_log_action_run": False,
    "get_action_s_run_logs": True,
    "execute_self_service_action": False,
}


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """The shipped capability as a file."""
    file = tmp_path / "port.capability.yaml"
    file.write_bytes(path_of("port-action-runs.capability").read_bytes())
    return file


@pytest.fixture
def endpoints(seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What imports a module of the package that the shipped capability gives."""
    generate_from_capability(seed, tmp_path / "port_of_capability")
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: importlib.import_module(f"port_of_capability.{name}")
    for name in [name for name in sys.modules if name.startswith("port_of_capability")]:
        del sys.modules[name]


def test_the_modules_are_those_of_openapi(seed: Path, tmp_path: Path) -> None:
    """A capability gives the same files as an OpenAPI document does."""
    generated, changed = generate_from_capability(seed, tmp_path / "out")
    openapi = tmp_path / "port.yaml"
    openapi.write_bytes(path_of("port").read_bytes())
    other, _ = generate(openapi, tmp_path / "other")
    assert generated.files.keys() == other.files.keys()
    assert [path.name for path in changed] == list(generated.files)
    assert generate_from_capability(seed, tmp_path / "out")[1] == ()
    assert "from port.capability.yaml. DO NOT EDIT" in generated.files["endpoints.py"]


@pytest.mark.anyio
async def test_generated_endpoints_reach_the_service(endpoints: Any, emulator: Emulator) -> None:
    """The classes work with a transport, as others do."""
    transport = Transport(TransportSettings(base_url=emulator.port_url))
    transport.authorizer = FixedHeaders({"Authorization": "Bearer demo"})
    runs = endpoints("endpoints").AsyncPortActionRuns(transport)
    started = await runs.execute_self_service_action(
        "create_microservice", body={"properties": {"name": "shop"}}
    )
    listed = await runs.get_all_action_runs(limit=3, active=True)
    await transport.aclose()
    assert [run["id"] for run in listed["runs"]] == [started["run"]["id"]]


def test_hints_say_what_generated_operations_repeat(endpoints: Any) -> None:
    """Operations have the tools' names, and are repeated where the tools' hints allow it."""
    found = vars(endpoints("operations")).values()
    operations = [value for value in found if isinstance(value, Operation)]
    assert {operation.name: operation.idempotent for operation in operations} == METHODS


def test_async_and_blocking_have_the_same_methods(endpoints: Any) -> None:
    """Both forms are generated, with the seed's operations."""
    forms = (endpoints("endpoints").AsyncPortActionRuns, endpoints("blocking").PortActionRuns)
    for form in forms:
        methods = {name for name, _ in inspect.getmembers(form, inspect.isfunction)}
        assert {name for name in methods if not name.startswith("_")} == METHODS.keys()


def test_results_and_constants(tmp_path: Path) -> None:
    """A member of the answer is the result; a constant is a default that is always sent."""
    document = openapi_of_consumed(
        capability(
            (
                "              description: List jobs.\n",
                (
                    "              description: List jobs.\n"
                    "              outputParameters: [{name: a, type: array, value: $.data.jobs}]\n"
                ),
            ),
            (
                "                  type: array\n",
                "                  type: string\n                  value: new\n",
            ),
        )
    )
    listing = document.value["paths"]["/jobs"]["get"]
    assert listing["operationId"] == "list-jobs"
    assert listing["x-idempotent"] is True
    assert listing["responses"]["200"]["x-result"] == "data.jobs"
    state = listing["parameters"][0]
    assert (state["required"], state["schema"]) == (True, {"type": "string", "default": "new"})


def test_an_operation_without_a_tool_is_named_after_its_path() -> None:
    """Names such as `get` stand for several operations, so they are no methods."""
    document = openapi_of_consumed(
        capability(("          call: jobs.get\n", "          call: jobs.one.get\n"))
    )
    assert document.value["paths"]["/jobs/{job_id}"]["get"]["operationId"] == "get-job"
    alone = JOBS.split("    - type: mcp")[0]
    document = openapi_of_consumed(parse_capability(alone.encode(), "jobs.yaml"))
    assert "operationId" not in document.value["paths"]["/jobs/{job_id}"]["get"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            (
                "  exposes:\n",
                "    - {type: http, namespace: b, baseUri: '', resources: []}\n  exposes:\n",
            ),
            "several services are consumed",
        ),
        (
            ("          path: /jobs/{job_id}", "          path: /jobs"),
            "no such part|has no {job_id}",
        ),
        (
            ("                  type: array\n", "                  value: '{{env.KEY}}'\n"),
            "a value of the environment cannot be written into generated code",
        ),
        (
            (
                "              description: List jobs.\n",
                (
                    "              description: List jobs.\n"
                    "              outputParameters: [{name: a, type: array, value: '$.jobs[0]'}]\n"
                ),
            ),
            "a member of the answer, not an element",
        ),
    ],
)
def test_what_endpoints_cannot_express_is_refused(change: tuple[str, str], message: str) -> None:
    """What generated code cannot do is told with its place."""
    with pytest.raises(CodegenError, match=message):
        openapi_of_consumed(capability(change))


def test_two_operations_of_one_request_are_refused() -> None:
    """Two resources may share a path, but not a method on it."""
    twin = (
        "        - name: one\n",
        (
            "        - name: twin\n          path: /jobs\n"
            "          operations: [{name: again, method: GET}]\n        - name: one\n"
        ),
    )
    with pytest.raises(CodegenError, match="GET /jobs is there already"):
        openapi_of_consumed(capability(twin))


def test_other_files_are_no_capability(seed: Path, tmp_path: Path) -> None:
    """OpenAPI documents, broken files and missing ones are left to the generator."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    assert holds_capability(seed)
    assert not holds_capability(broken)
    assert not holds_capability(tmp_path / "missing.yaml")
