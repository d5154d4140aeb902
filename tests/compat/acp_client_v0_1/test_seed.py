"""What the documentation of the generated client has: methods, arguments, statuses, examples."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from contextlib import redirect_stdout
from http import HTTPStatus
from io import StringIO
from typing import Any

import pytest

from actionruns import ActionRunsError
from actionruns.compat import acp_client_v0_1
from actionruns.compat.acp_client_v0_1.rest import ApiException
from actionruns.emulator import Emulator
from tests.compat.acp_client_v0_1.living import NOWHERE, Agents
from tests.specs.documents import shared_file, table

SEEDS: dict[str, dict[str, Any]] = table("acp_v0_1_seeds")
EXCEPTIONS = {
    "404": acp_client_v0_1.NotFoundException,
    "409": acp_client_v0_1.ConflictException,
    "422": acp_client_v0_1.UnprocessableEntityException,
}
# Where an operation returns something else than its documentation says, and what it stands for.
RETURNS = {
    "RunOutput | None": "RunOutput",  # None stands for the status 204
    "RunOutputEvents": "RunOutputStream",  # which it is an iterator of
    "list[Run]": "List[Run]",
}
FORMS = ("", "_with_http_info")


def given(name: str, agents: Agents) -> dict[str, Any]:
    """Return arguments that a method of the runs can be called with."""
    values: dict[str, Any] = {
        "run_id": NOWHERE,
        "body": {},
        "run_create": acp_client_v0_1.RunCreate(agent_id=agents.id("echo")),
        "run_search_request": acp_client_v0_1.RunSearchRequest(),
        "block_timeout": 1,
    }
    arguments = (argument.removesuffix("?") for argument in SEEDS[name]["arguments"])
    return {argument: values[argument] for argument in arguments}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SEEDS)
def test_arguments_are_those_of_the_documentation(name: str, form: str) -> None:
    """A method takes what the documentation says, in its order, and the optional ones last."""
    parameters = inspect.signature(getattr(acp_client_v0_1.RunsApi, name + form)).parameters
    taken = {
        parameter.name + ("" if parameter.default is inspect.Parameter.empty else "?")
        for parameter in parameters.values()
    }
    assert taken == {"self", "options", *SEEDS[name]["arguments"]}
    assert [*parameters][1:-1] == [it.removesuffix("?") for it in SEEDS[name]["arguments"]]


@pytest.mark.parametrize("name", SEEDS)
def test_results_are_those_of_the_documentation(name: str) -> None:
    """A method returns what the documentation says."""
    returned = inspect.signature(getattr(acp_client_v0_1.RunsApi, name)).return_annotation
    assert RETURNS.get(returned, returned) == SEEDS[name]["returns"]


def test_a_stream_is_of_what_the_documentation_says() -> None:
    """The stream gives events of the type that the documentation has."""
    hints = typing.get_type_hints(acp_client_v0_1.RunOutputEvents.__next__)
    assert hints["return"] is acp_client_v0_1.RunOutputStream


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "status"),
    [(n, s) for n, it in SEEDS.items() for s in it["statuses"] if s in EXCEPTIONS],
)
def test_statuses_are_told(
    name: str, status: str, form: str, runs: acp_client_v0_1.RunsApi, agents: Agents
) -> None:
    """Each status that the documentation has for a method is raised as its own exception."""
    method, path = SEEDS[name]["route"].split()
    agents.emulator.fail_next(
        method, f"/acp/0.1{path}", status=int(status), body="No!", headers={"X-Said": "so"}
    )
    with pytest.raises(ApiException) as caught:
        getattr(runs, name + form)(**given(name, agents))
    error = caught.value
    assert type(error) is EXCEPTIONS[status]
    assert isinstance(error, ActionRunsError)
    # What 422 is called depends on the version of Python.
    assert (error.status, error.reason) == (int(status), HTTPStatus(int(status)).phrase)
    assert (error.body, error.data) == ('"No!"', "No!")
    assert error.headers is not None
    assert error.headers["x-said"] == "so"


@pytest.mark.parametrize("name", [n for n, it in SEEDS.items() if "204" in it["statuses"]])
def test_no_output_is_told(name: str, runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """The status 204 is None for the output, and a stream without events."""
    method, path = SEEDS[name]["route"].split()
    agents.emulator.fail_next(method, f"/acp/0.1{path}", status=204)
    answer = getattr(runs, f"{name}_with_http_info")(NOWHERE)
    assert answer.status_code == 204
    assert answer.data is None or list(answer.data) == []
    assert (answer.data is None) == (name == "get_run_output")


# ---------------------------------------------------------------- the code of the documentation


def adapted(code: str, emulator: Emulator, ids: dict[str, str]) -> str:
    """Return the code of an example with its import lines, host and ids changed."""
    code = re.sub(
        r"^import acp_client_v0_1$",
        "from actionruns.compat import acp_client_v0_1",
        code,
        flags=re.MULTILINE,
    )
    code = code.replace("from acp_client_v0_1.", "from actionruns.compat.acp_client_v0_1.")
    code = code.replace('host = "http://localhost"', f'host = "{emulator.acp_url}"')
    code = code.replace("RunCreate()", f"RunCreate(agent_id={ids['agent']!r})")
    return code.replace("'run_id_example'", repr(ids["run"]))


# What run each example is about.
ABOUT = {"resume_run": "asker", "get_run_stream": "streamer"}


@pytest.mark.parametrize("name", SEEDS)
def test_the_example_of_the_documentation_runs(name: str, agents: Agents) -> None:
    """The example of a method prints its result, with import lines, host and ids changed alone."""
    text = shared_file("seeds/004_*.txt")
    section = text.split(f"\n# **{name}**", 1)[1]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code is not None
    ids = {"agent": agents.id("echo"), "run": agents.run(ABOUT.get(name, "echo"))}
    with redirect_stdout(StringIO()) as printed:
        exec(adapted(code[1], agents.emulator, ids), {})  # noqa: S102  # the example
    assert f"The response of RunsApi->{name}:" in printed.getvalue()
    assert "Exception when calling" not in printed.getvalue()


def test_each_class_is_imported_as_the_documentation_does() -> None:
    """The modules that examples import from exist and have what is imported."""
    imported: dict[str, Callable[..., Any]] = {
        "run": acp_client_v0_1.Run,
        "run_create": acp_client_v0_1.RunCreate,
        "run_output": acp_client_v0_1.RunOutput,
        "run_output_stream": acp_client_v0_1.RunOutputStream,
        "run_search_request": acp_client_v0_1.RunSearchRequest,
    }
    for module, cls in imported.items():
        assert getattr(getattr(acp_client_v0_1.models, module), cls.__name__) is cls
