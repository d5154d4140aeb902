"""Calls: which operation is meant, what callers give, what may be repeated."""

from __future__ import annotations

import pytest

from actionruns.codegen.errors import CodegenError
from actionruns.gateway.calls import rest_calls, tool_calls
from tests.gateway.documents import capability

# A second operation of the name `get`, which takes the same parameter.
TWIN = (
    "      authentication:",
    """\
        - name: log
          path: /jobs/{job_id}/log
          operations:
            - name: get
              method: GET
              description: Get the log of a job.
              inputParameters:
                - name: job_id
                  in: path
                  type: string
      authentication:""",
)
TOOL = "          description: Get a job.\n          call: jobs.get\n"


def tool_targets(*changes: tuple[str, str]) -> dict[str, str]:
    return {call.name: str(call.target) for call in tool_calls(capability(*changes))}


def test_a_name_that_one_operation_has_is_that_one() -> None:
    """A call by namespace and operation needs nothing else where the name is unique."""
    assert tool_targets() == {
        "list-jobs": "jobs.all.list",
        "start-job": "jobs.all.start",
        "get-job": "jobs.one.get",
    }


@pytest.mark.parametrize(("text", "meant"), [("a job", "one"), ("the log of a job", "log")])
def test_the_description_tells_operations_of_one_name_apart(text: str, meant: str) -> None:
    """Two operations with the same name and the same parameters differ by their descriptions."""
    tool = (TOOL, TOOL.replace("Get a job.", f"Get {text}."))
    assert tool_targets(TWIN, tool)["get-job"] == f"jobs.{meant}.get"


def test_the_parameters_tell_operations_of_one_name_apart() -> None:
    """What is passed on is what one of them takes."""
    other = (TWIN[0], TWIN[1].replace("job_id", "log_id"))
    tool = (
        f"{TOOL}          with:\n            job_id:",
        TOOL + "          with:\n            log_id:",
    )
    assert tool_targets(other)["get-job"] == "jobs.one.get"
    assert tool_targets(other, tool)["get-job"] == "jobs.log.get"


def test_the_path_tells_rest_operations_of_one_name_apart() -> None:
    """A REST path that ends as the service's own means the operation of that path."""
    other = ("- path: /jobs/{job-id}", "- path: /v1/jobs/{job-id}/log")
    assert str(rest_calls(capability(TWIN))[2].target) == "jobs.one.get"
    assert str(rest_calls(capability(TWIN, other))[2].target) == "jobs.log.get"


def test_a_resource_in_the_call_leaves_no_doubt() -> None:
    """`namespace.resource.operation` is ours, for operations that nothing else tells apart."""
    tool = (TOOL, TOOL.replace("jobs.get", "jobs.log.get"))
    assert tool_targets(TWIN, tool)["get-job"] == "jobs.log.get"


def test_a_call_that_stays_ambiguous_is_refused() -> None:
    """The message lists what may be meant, in the form that leaves no doubt."""
    tool = (TOOL, TOOL.replace("Get a job.", "Get something."))
    with pytest.raises(CodegenError) as caught:
        tool_calls(capability(TWIN, tool))
    told = str(caught.value)
    assert "jobs.one.get (GET /jobs/{job_id}); jobs.log.get (GET /jobs/{job_id}/log)" in told
    assert "(line " in told


def test_parameters_that_no_operation_of_the_name_takes_are_refused() -> None:
    """The message shows what each of them takes."""
    tool = (
        f"{TOOL}          with:\n            job_id:",
        TOOL + "          with:\n            id:",
    )
    with pytest.raises(CodegenError, match=r"takes just these.*jobs\.one\.get \(job_id\)"):
        tool_calls(capability(TWIN, tool))


def test_inputs_are_those_that_are_passed_on() -> None:
    """Callers see the exposed names, with types and descriptions of what is consumed."""
    listing, start, get = tool_calls(capability())
    assert [(item.name, item.type, item.required) for item in listing.inputs] == [
        ("state", "array", False),
        ("limit", "integer", False),
    ]
    assert [(item.name, item.type, item.required) for item in start.inputs] == [
        ("body", "object", True)
    ]
    assert [(item.name, item.required) for item in get.inputs] == [("id", True)]
    assert get.arguments == {"job_id": "id"}


def test_a_hyphen_in_a_path_is_an_underscore_elsewhere() -> None:
    """`{job-id}` in a REST path is what `with` calls `rest.job_id`."""
    (item,) = rest_calls(capability())[2].inputs
    assert (item.name, item.wire, item.place) == ("job_id", "job-id", "path")


def test_a_document_may_describe_its_inputs_itself() -> None:
    """An exposed parameter goes before the consumed one: place, type, words, duty."""
    (changed,) = (
        (
            "          call: jobs.list\n          with:\n            state: tools.state",
            (
                "          inputParameters:\n"
                "            - {name: state, type: string, description: These., required: true}\n"
                "          call: jobs.list\n          with:\n            state: tools.state"
            ),
        ),
    )
    state = tool_calls(capability(changed))[0].inputs[0]
    assert (state.type, state.description, state.required) == ("string", "These.", True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            (
                "          call: jobs.list\n          with:",
                (
                    "          inputParameters: [{name: other, type: string}]\n"
                    "          call: jobs.list\n          with:"
                ),
            ),
            "other is declared, but 'with' passes it on to no parameter",
        ),
        (("- path: /jobs/{job-id}", "- path: /jobs/{job}"), r"the path has \{job\}, but 'with'"),
        (
            (
                "              call: jobs.start",
                (
                    "              inputParameters: [{name: body, in: path, type: object}]\n"
                    "              call: jobs.start"
                ),
            ),
            "body is 'in: path', but /jobs has no such part",
        ),
        (
            (
                "              call: jobs.list\n",
                (
                    "              inputParameters:\n"
                    "                - {name: state, in: body, type: array}\n"
                    "                - {name: limit, in: body, type: integer}\n"
                    "              call: jobs.list\n"
                ),
            ),
            "state and limit are 'in: body', but there is one body",
        ),
    ],
)
def test_inputs_that_lead_nowhere_are_refused(change: tuple[str, str], message: str) -> None:
    """An input that is not passed on, and a part of a path that gives none, are mistakes."""
    with pytest.raises(CodegenError, match=message):
        (*rest_calls(capability(change)), *tool_calls(capability(change)))


def test_a_number_is_a_constant() -> None:
    """What `with` gives as a number is sent as it is; callers don't see it."""
    change = ("            limit: tools.limit", "            limit: 7")
    listing = tool_calls(capability(change))[0]
    assert [item.name for item in listing.inputs] == ["state"]
    assert listing.constants == {"limit": 7}


def test_hints_say_what_may_be_repeated() -> None:
    """The hints of a tool count for REST as well; without one, the method tells."""
    listing, start, get = tool_calls(capability())
    assert [call.operation.idempotent for call in (listing, start, get)] == [True, False, True]
    assert [call.reads for call in (listing, start, get)] == [True, False, True]
    change = (
        "            readOnly: false\n            idempotent: false",
        "            idempotent: true",
    )
    assert [call.operation.idempotent for call in rest_calls(capability(change))] == [True] * 3
    assert [call.reads for call in rest_calls(capability(change))] == [True, False, True]
