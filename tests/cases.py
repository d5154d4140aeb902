"""Calls of an emulated service, as data: what is given, and what becomes of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs
import pytest

from actionruns import ApiError
from actionruns.emulator import Emulator
from tests.callers import Caller, method_of

__all__ = ["Case", "chained", "play", "unsaid_parameters"]

# Of every method, and of the client alone; each call below has a timeout.
_CLIENTS = frozenset({"self", "timeout"})


@attrs.frozen
class Case:
    """A call and what becomes of it. Texts as ``{done}`` stand for what the world has by that name.

    Attributes:
        method: The method's name.
        given: Its arguments.
        look: What to look at in the result.
        expected: What is seen then.
        status: The status of the answer; from 400 on, its error is raised.
        text: What the message of the error has in it.
        attempts: How many times it is asked for until then.
        then: A call after it.
        emulator: Settings of the emulator.
        client: Settings of the client.
    """

    method: str
    given: Mapping[str, Any] = attrs.field(factory=dict)
    look: Callable[[Any], Any] = lambda result: result
    expected: Any = None
    status: int = attrs.field(default=200, kw_only=True)
    text: str = attrs.field(default="", kw_only=True)
    attempts: int = attrs.field(default=1, kw_only=True)
    then: Case | None = attrs.field(default=None, kw_only=True)
    emulator: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    client: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)


async def play(case: Case, names: Mapping[str, Any], call: Caller, emulator: Emulator) -> None:
    """Make a call, and those after it, and hold each against what is expected.

    Args:
        case: The call.
        names: What there is in the world, by name.
        call: Makes a call with a client.
        emulator: Who answers.
    """
    for each in chained([case]):
        given = {"timeout": 20.0, **_filled(each.given, names)}

        def made(client: Any, each: Case = each, given: Any = given) -> Any:
            return method_of(client, each.method)(**given)

        if each.status < 400:
            assert each.look(await call(made)) == _filled(each.expected, names)
        else:
            with pytest.raises(ApiError) as caught:
                await call(made)
            assert caught.value.status == each.status
            assert each.text in caught.value.message
            assert caught.value.attempts == each.attempts
        assert list(emulator.requests)[-1].status == each.status


def chained(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield all calls of cases, with those that come after them."""
    for case in cases:
        following: Case | None = case
        while following is not None:
            yield following
            following = following.then


def unsaid_parameters(cases: Iterable[Case], classes: Iterable[type]) -> set[str]:
    """Return the parameters of methods that no case gives."""
    said = {f"{case.method}({name})" for case in chained(cases) for name in case.given}
    there = {
        f"{name}({parameter})"
        for cls in classes
        for name, method in inspect.getmembers(cls, inspect.isfunction)
        if not name.startswith("_")
        for parameter in inspect.signature(method).parameters.keys() - _CLIENTS
    }
    return there - said


def _filled(value: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return names[value[1:-1]]
    if isinstance(value, Mapping):
        return {name: _filled(item, names) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_filled(item, names) for item in value)
    return value
