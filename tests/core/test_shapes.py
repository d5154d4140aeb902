"""Hooks that are compiled for the shapes in which objects come often."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core._compiled import ModelCompiler
from actionruns.core._shapes import _MOST_COUNTED, _MOST_HOOKS, _OFTEN, hook_by_shape
from actionruns.core._structuring import Hook, Mismatch
from actionruns.core.codec import converter, structure
from actionruns.core.model import UNSET, Model, Unset, field, model
from tests.core.runs import Nothing, Run, Subject

RUN = {"id": "r_1", "status": "NEW", "action": {"identifier": "deploy"}, "endedAt": None}


@model
class Named(Model):
    """A model with a field of several names."""

    id: str = field(aliases=("runId", "run_id"))
    note: str | Unset = field(default=UNSET)


class Compiler(ModelCompiler):
    """Tells for which shapes a hook was asked."""

    def __init__(self, cls: type[Model]) -> None:
        super().__init__(cls, converter)
        self.shapes: list[tuple[str, ...]] = []

    def hook_for(self, shape: tuple[str, ...]) -> Hook | None:
        self.shapes.append(shape)
        return super().hook_for(shape)


def outcome(hook: Hook, data: Any) -> Any:
    try:
        made = hook(data, None)
    except Mismatch as error:
        return error.expected, error.path
    return made, list(made.unknown_fields.items())


def both(cls: type[Model], data: dict[str, Any]) -> tuple[Any, Any]:
    """Return what the hook for any object makes, and what the one for this shape does."""
    compiler = ModelCompiler(cls, converter)
    for_any, for_shape = compiler.hook(), compiler.hook_for(tuple(data))
    assert for_shape is not None
    return outcome(for_any, data), outcome(for_shape, data)


values = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=3),
    st.integers(),
    st.sampled_from(["2024-05-01T12:00:00Z", "2024-05-01", "ALL"]),
    st.lists(st.text(max_size=3), max_size=2),
    st.fixed_dictionaries({}, optional={"identifier": st.text(max_size=3), "type": st.just("ALL")}),
)
members = st.dictionaries(
    st.one_of(
        st.sampled_from(
            ["statusLabel", "action", "requiredApproval", "link", "response", "properties"]
        ),
        st.sampled_from(["endedAt", "id", "status"]),
        st.text(max_size=4),
    ),
    values,
    max_size=9,
)


@given(members, st.randoms())
def test_both_hooks_make_the_same(more: dict[str, Any], random: Any) -> None:
    """The hook for a shape takes, keeps and refuses what the one for any object does."""
    items = list({"id": "r_1", "status": "NEW", **more}.items())
    random.shuffle(items)
    for_any, for_shape = both(Run, dict(items))
    assert for_shape == for_any


@pytest.mark.parametrize(
    "data",
    [
        {"runId": "r_1"},
        {"note": "slow", "run_id": "r_1", "later": 1},
        {"runId": "other", "id": "r_1"},
        {"id": "r_1", "runId": "other"},
        {"runId": "r_1", "run_id": "r_2"},
        {"runId": 5},
    ],
)
def test_names_of_a_field_are_resolved_for_the_shape(data: dict[str, Any]) -> None:
    """Which name is the field's, and which an unknown member, is the same for both hooks."""
    for_any, for_shape = both(Named, data)
    assert for_shape == for_any


@pytest.mark.parametrize("data", [{}, {"a": 1}, {"": 1, "class": 2, "x y": 3, "\x00\n'\"\\": 4}])
def test_any_name_may_be_unknown(data: dict[str, Any]) -> None:
    """Unknown members are kept under names of whatever signs, also by a model that knows none."""
    for_any, for_shape = both(Nothing, data)
    assert for_shape == for_any == (structure(data, Nothing), list(data.items()))


@pytest.mark.parametrize("shape", [(), ("status",), ("identifier", 5)])
def test_some_shapes_have_no_hook(shape: tuple[Any, ...]) -> None:
    """What lacks a required member, or has names that JSON hasn't, is left to the other hook."""
    assert ModelCompiler(Subject, converter).hook_for(shape) is None


def test_a_shape_gets_its_hook_when_it_has_come_often() -> None:
    """A hook is compiled once, when its shape has come often enough."""
    compiler = Compiler(Run)
    hook = hook_by_shape(compiler)
    made = [hook(dict(RUN), None) for _ in range(_OFTEN - 1)]
    assert compiler.shapes == []
    made += [hook(dict(RUN), None) for _ in range(_OFTEN)]
    assert compiler.shapes == [tuple(RUN)]
    assert made == [structure(RUN, Run)] * len(made)


def test_the_order_of_members_is_part_of_the_shape() -> None:
    """The same members in another order are another shape, and mean the same."""
    compiler = Compiler(Run)
    hook = hook_by_shape(compiler)
    turned = dict(reversed(RUN.items()))
    for _ in range(_OFTEN):
        assert hook(dict(RUN), None) == hook(dict(turned), None)
    assert compiler.shapes == [tuple(RUN), tuple(turned)]


def test_a_shape_that_is_refused_stays_refused() -> None:
    """However often an object lacks a member, the error names it."""
    compiler = Compiler(Run)
    hook = hook_by_shape(compiler)
    for _ in range(_OFTEN + 1):
        assert outcome(hook, {"id": "r_1"}) == ("a string", ["status"])
    assert compiler.shapes == [("id",)]


def test_what_is_no_object_is_refused() -> None:
    """Only objects have a shape."""
    assert outcome(hook_by_shape(Compiler(Run)), [1]) == ("an object", [])


def shapes(count: int) -> Iterator[dict[str, Any]]:
    return ({"identifier": "x", f"new_{number}": 1} for number in range(count))


def test_only_so_many_shapes_get_a_hook() -> None:
    """A service whose objects differ all the time doesn't fill the memory with hooks."""
    compiler = Compiler(Subject)
    hook = hook_by_shape(compiler)
    for data in shapes(_MOST_HOOKS + 1):
        for _ in range(_OFTEN):
            assert outcome(hook, data)[1] == [(list(data)[1], 1)]
    assert len(compiler.shapes) == _MOST_HOOKS


def test_only_so_many_shapes_are_counted() -> None:
    """Shapes that come after very many others are left to the hook for any object."""
    compiler = Compiler(Subject)
    hook = hook_by_shape(compiler)
    for data in shapes(_MOST_COUNTED):
        hook(data, None)
    for _ in range(_OFTEN):
        assert hook({"identifier": "x"}, None) == Subject(identifier="x")
    assert compiler.shapes == []


def test_a_member_that_is_unset_is_absent() -> None:
    """In values that never were JSON, UNSET means what it means elsewhere, for both hooks."""
    for_any, for_shape = both(Run, {**RUN, "link": UNSET, "endedAt": UNSET})
    assert for_shape == for_any == (structure({**RUN, "endedAt": UNSET}, Run), [])


def test_large_objects_are_not_counted() -> None:
    """An object with very many members is no shape that a service writes."""
    compiler = Compiler(Subject)
    hook = hook_by_shape(compiler)
    data = {"identifier": "x", **{f"new_{number}": number for number in range(300)}}
    for _ in range(_OFTEN):
        assert len(outcome(hook, data)[1]) == 300
    assert compiler.shapes == []


def test_tracebacks_show_the_source_of_each_hook() -> None:
    """The source of a hook can be looked up, the one for a shape beside the one for any object."""
    compiler = ModelCompiler(Subject, converter)
    sources = []
    for hook in (compiler.hook(), compiler.hook_for(("identifier",))):
        assert hook is not None
        sources.append("".join(linecache.getlines(hook.__code__.co_filename)))
    assert "DEFAULTS | data" in sources[0]
    assert "data.values()" in sources[1]
