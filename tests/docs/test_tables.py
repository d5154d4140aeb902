"""Tables of the documentation say what the code does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from types import ModuleType
from typing import Any

import pytest

import actionruns
from actionruns import AsyncPortClient, RunState
from actionruns.acp.v01._generated import operations as v01_operations
from actionruns.acp.v02._generated import operations as v02_operations
from actionruns.cli.exits import ExitCode
from actionruns.core.codec import structure
from actionruns.core.operation import Operation
from actionruns.forgeportal._generated import operations as forge_operations
from actionruns.port._generated import endpoints, operations
from actionruns.port._generated.models import ActionRun
from tests.docs.blocks import blocks_of
from tests.project.tree import ROOT
from tests.specs.documents import spec

_CODE = re.compile(r"`([^`]+)`")


def rows(page: str, first_heading: str) -> list[list[str]]:
    """Return the rows of the table of a page whose first column has this heading."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    found = []
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    assert found
    return found


def coded(cell: str) -> list[str]:
    return _CODE.findall(cell)


def test_states_are_those_of_the_code() -> None:
    """The table of states has every status that the spec knows, with its state and its end."""
    shown = {
        status: (coded(state)[0], ended)
        for statuses, state, ended in rows("concepts/runs.md", "Port's `status`")
        for status in coded(statuses)
    }
    spec = (ROOT / "src/actionruns/specs/port.yaml").read_text(encoding="utf-8")
    (mapping,) = re.findall(r"states:\n((?: +[A-Z_]+: [A-Z_]+\n)+)", spec)
    known = {status for status, _ in re.findall(r"([A-Z_]+): ([A-Z_]+)", mapping)}
    assert set(shown) == known
    for status, (state, ended) in shown.items():
        run = structure({"id": "r_1", "status": status}, ActionRun)
        assert run.state is RunState[state]
        assert run.is_terminal == (ended == "yes")


def all_operations(module: ModuleType = operations) -> Iterator[Operation[Any]]:
    yield from (value for value in vars(module).values() if isinstance(value, Operation))


def test_idempotency_is_that_of_the_operations() -> None:
    """The table of operations has each of them, with its request and whether it is repeated."""
    shown = {}
    for names, request, idempotent in rows("concepts/retries.md", "operation"):
        for name in coded(names):
            shown[name.rpartition(".")[2]] = (coded(request)[0], idempotent.startswith("yes"))
    declared = {
        operation.name: (f"{operation.method} {operation.path}", operation.idempotent)
        for operation in all_operations()
    }
    iterators = {
        name
        for owner in (endpoints.AsyncActionRuns, endpoints.AsyncEntities)
        for name in vars(owner)
        if name.startswith("iter_")
    }
    assert {name: value for name, value in shown.items() if name not in iterators} == declared
    assert iterators <= set(shown)


@pytest.mark.parametrize(
    ("service", "module"),
    [("ForgePortal", forge_operations), ("ACP 0.1", v01_operations), ("ACP 0.2", v02_operations)],
)
def test_what_is_never_repeated_is_not_idempotent(service: str, module: ModuleType) -> None:
    """The table of what is never repeated has each such operation of the other services."""
    (cell,) = [cell for name, cell in rows("concepts/retries.md", "service") if name == service]
    patterns = [pattern for pattern in coded(cell) if pattern != "idempotency_key"]
    never = [operation.name for operation in all_operations(module) if not operation.idempotent]
    assert never
    assert all(any(fnmatchcase(name, pattern) for pattern in patterns) for name in never)
    others = {operation.name for operation in all_operations(module)} - set(never)
    assert not any(fnmatchcase(name, pattern) for name in others for pattern in patterns)
    assert all(any(fnmatchcase(name, pattern) for name in never) for pattern in patterns)


def test_states_of_the_other_services_are_those_of_the_code() -> None:
    """The table of their states has every status that their specifications know."""
    shown: dict[str, dict[str, str]] = {"forgeportal": {}, "acp-v0.1": {}, "acp-v0.2": {}}
    for state, forge, acp in rows("concepts/runs.md", "`RunState`"):
        for names, cell in ((("forgeportal",), forge), (("acp-v0.1", "acp-v0.2"), acp)):
            for name in names:
                shown[name] |= dict.fromkeys(coded(cell), coded(state)[0])
    for name, states in shown.items():
        schemas = spec(name)["components"]["schemas"].values()
        runs = [schema["x-run"]["states"] for schema in schemas if "x-run" in schema]
        assert runs
        assert {status: state for run in runs for status, state in run.items()} == states


def test_settings_are_those_of_the_client() -> None:
    """The table of settings has each keyword of the client, and its default."""
    parameters = inspect.signature(AsyncPortClient).parameters
    shown: dict[str, str] = {}
    for names, _, default, _ in rows("concepts/clients.md", "setting"):
        shown |= dict.fromkeys(coded(names), default)
    assert set(shown) == set(parameters)
    for name, default in shown.items():
        # Left out, or None that stands for something made: the table says which.
        if parameters[name].default is not None:
            assert default == f"`{parameters[name].default!r}`"


def test_settings_from_the_environment_are_read() -> None:
    """Each variable that the table of settings names is read by the code."""
    variables = {
        name
        for _, cell, _, _ in rows("concepts/clients.md", "setting")
        for name in coded(cell)
        if name.startswith("PORT_")
    }
    source = (ROOT / "src/actionruns/port/client.py").read_text(encoding="utf-8")
    assert variables == set(re.findall(r'"(PORT_[A-Z_]+)"', source))


def test_the_tree_of_errors_is_the_code_s() -> None:
    """The tree on the page of errors has each error below its base."""
    tree = next(
        block for block in blocks_of(ROOT / "docs/concepts/errors.md") if block.language == "text"
    )
    above: dict[int, str] = {}
    shown = {}
    for line in tree.source.splitlines():
        depth = re.match(r"[ │├└─]*", line)
        name = re.search(r"[A-Z]\w+", line)
        assert depth is not None
        assert name is not None
        level = len(depth[0]) // 4
        above[level] = name[0]
        shown[name[0]] = above.get(level - 1, "Exception")
    assert shown == {
        name: cls.__bases__[0].__name__
        for name in actionruns.__all__
        if inspect.isclass(cls := getattr(actionruns, name)) and issubclass(cls, Exception)
    }


def test_each_error_has_its_remedy() -> None:
    """The table of remedies has each error that is raised, but for the two bases."""
    shown = {name for cell, *_ in rows("concepts/errors.md", "error") for name in coded(cell)}
    raised = {
        name
        for name in actionruns.__all__
        if inspect.isclass(cls := getattr(actionruns, name)) and issubclass(cls, Exception)
    }
    assert shown == raised - {"ActionRunsError", "ApiError"}


def test_exit_codes_are_those_of_the_command() -> None:
    """The table of exit codes has each code of the command line."""
    shown = {int(coded(code)[0]) for code, *_ in rows("cli.md", "exit code")}
    assert shown == set(ExitCode)
