"""Tables of the documentation say what the code does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import actionruns
from actionruns import AsyncPortClient, RunState
from actionruns.cli.exits import ExitCode
from actionruns.core.codec import structure
from actionruns.core.operation import Operation
from actionruns.port._generated import endpoints, operations
from actionruns.port._generated.models import ActionRun
from tests.docs.blocks import blocks_of
from tests.project.tree import ROOT

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


def all_operations() -> Iterator[Operation[Any]]:
    yield from (value for value in vars(operations).values() if isinstance(value, Operation))


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
