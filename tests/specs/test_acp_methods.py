"""specs/acp-v0.1.yaml and acp-v0.2.yaml as the generator takes them: the methods there are."""

from __future__ import annotations

import pytest

from actionruns.codegen.ir import OperationDef
from actionruns.codegen.lower import lower
from actionruns.codegen.reader import parse
from actionruns.specs import path_of

VERSIONS = ("acp-v0.1", "acp-v0.2")


def methods(name: str) -> dict[str, OperationDef]:
    """Return the methods of a specification by name."""
    package = lower(parse(path_of(name).read_bytes(), f"{name}.yaml"))
    return {method.name: method for group in package.groups for method in group.operations}


@pytest.mark.parametrize("name", VERSIONS)
def test_nothing_of_the_protocol_is_left_out(name: str) -> None:
    """The generator expresses all but the address and the credentials, which are the client's."""
    document = parse(path_of(name).read_bytes(), f"{name}.yaml")
    lower(document)
    assert [str(notice).split(":")[0] for notice in document.notices] == [
        f"{name}.yaml#/servers",
        f"{name}.yaml#/security",
    ]


def test_output_may_be_none() -> None:
    """The output of a run that is pending is None; its other kinds are models."""
    result = methods("acp-v0.1")["get_run_output"].result
    assert result == "RunResult | RunInterrupt | RunError | UnknownOutput | None"


@pytest.mark.parametrize("name", ["resume_stateless_run", "resume_thread_run"])
def test_any_value_but_null_answers_a_question(name: str) -> None:
    """In 0.2 the answer to a question is any JSON value but null, as one argument `body`."""
    (body,) = [a for a in methods("acp-v0.2")[name].arguments if a.name == "body"]
    assert (body.place, body.required, body.nullable) == ("whole", True, False)
    assert set(body.annotation.split(" | ")) == {
        *("Mapping[str, Any]", "str", "int", "float", "bool", "Sequence[Any]")
    }


@pytest.mark.parametrize("name", VERSIONS)
def test_ids_need_no_name(name: str) -> None:
    """The ids of the path may be given without their names, everything else needs its own."""
    wrong = [
        f"{method.name}({argument.name})"
        for method in methods(name).values()
        for argument in method.arguments
        if argument.positional is not (argument.place == "path")
    ]
    assert wrong == []


def test_runs_go_on_by_default() -> None:
    """Each method that starts a run in 0.2 has `continue` as the default of `on_disconnect`."""
    starting = [m for m in methods("acp-v0.2").values() if m.name.endswith(("_run", "_output"))]
    defaults = {
        method.name: argument.default
        for method in starting
        for argument in method.arguments
        if argument.name == "on_disconnect"
    }
    assert len(defaults) == 6
    assert set(defaults.values()) == {"'continue'"}


def test_a_list_of_stream_modes_or_null_may_be_sent() -> None:
    """One stream mode, several, or null can be sent; by default none is."""
    (mode,) = [
        argument
        for argument in methods("acp-v0.2")["create_stateless_run"].arguments
        if argument.name == "stream_mode"
    ]
    assert (mode.default, mode.nullable) == ("UNSET", True)
