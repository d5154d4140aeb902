"""Calls of the emulated agents, as data: what is given, and what becomes of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
import pytest

from actionruns import ApiError
from actionruns.emulator import Emulator
from actionruns.emulator.acp import Agent, Question
from tests.acp.callers import calling, method_of
from tests.acp.facts_server import protocol

__all__ = ["NOWHERE", "Case", "check", "unsaid_parameters", "unsaid_statuses"]

NOWHERE = "00000000-0000-4000-8000-000000000000"

STRICT = Agent(
    id="acac0000-0000-4000-8000-00000000000f",
    name="strict",
    description="Asks, and takes one kind of answer.",
    questions=(
        Question(
            kind="approval",
            payload={"question": "May it go on?"},
            answer={"type": "object", "properties": {"approved": {"type": "boolean"}}},
        ),
    ),
)

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
        then: A call after it.
        living: Let the emulator's runs go on by themselves, and fast.
    """

    method: str
    given: Mapping[str, Any] = attrs.field(factory=dict)
    look: Callable[[Any], Any] = lambda result: result
    expected: Any = None
    status: int = attrs.field(default=200, kw_only=True)
    text: str = attrs.field(default="", kw_only=True)
    then: Case | None = attrs.field(default=None, kw_only=True)
    living: bool = attrs.field(default=False, kw_only=True)


async def check(case: Case, form: str, version: str) -> None:
    """Make a call in a world of its own, and hold it against what is expected."""
    settings: dict[str, Any] = {"speed": 200.0} if case.living else {"auto_progress": False}
    async with Emulator(**settings) as emulator:
        names = await _world(emulator, version, living=case.living)
        url = emulator.acp_url if version == "0.1" else emulator.acp_v02_url
        async with calling(form, version=version, base_url=url, api_key="") as call:
            following: Case | None = case
            while following is not None:
                await _check(following, names, call)
                assert list(emulator.requests)[-1].status == following.status
                following = following.then


async def _check(case: Case, names: Mapping[str, str], call: Any) -> None:
    given = {"timeout": 20.0, **_filled(case.given, names)}

    def made(client: Any) -> Any:
        return method_of(client, case.method)(**given)

    if case.status < 400:
        assert case.look(await call(made)) == _filled(case.expected, names)
        return
    with pytest.raises(ApiError) as caught:
        await call(made)
    assert caught.value.status == case.status
    assert case.text in caught.value.message
    assert caught.value.attempts == 1


async def _world(emulator: Emulator, version: str, *, living: bool) -> dict[str, str]:
    """Make runs that stand in different places, and return the ids of all there is by name."""
    control = emulator.acp if version == "0.1" else emulator.acp_v02
    control.add(STRICT)
    names = {name: control.agent_id(name) for name in ("echo", "thinker", "streamer", "asker")}
    names["nowhere"] = NOWHERE
    stands = {"pending": ("thinker", 0), "asked": ("asker", 1), "failed": ("failer", 1)}
    stands |= {"done": ("echo", 1), "said": ("streamer", 6), "strict": ("strict", 1)}
    for prefix, on_thread in (("", version == "0.1"), ("thread_", True)):
        for name, (agent, steps) in stands.items():
            creation = {"input": {"text": name}, "metadata": {"of": prefix + name}}
            run_id = await control.add_run(agent, on_thread=on_thread, creation=creation)
            for _ in range(0 if living else steps):
                await control.advance(run_id)
            names[prefix + name] = run_id
            names[f"{prefix}{name}_thread"] = (await control.run(run_id))["thread_id"]
    return names


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return names[value[1:-1]]
    if isinstance(value, Mapping):
        return {name: _filled(item, names) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_filled(item, names) for item in value)
    return value


def unsaid_parameters(cases: Iterable[Case], classes: Iterable[type]) -> set[str]:
    """Return the parameters of methods that no case gives."""
    said = {f"{case.method}({name})" for case in _all(cases) for name in case.given}
    there = {
        f"{name}({parameter})"
        for cls in classes
        for name, method in inspect.getmembers(cls, inspect.isfunction)
        if not name.startswith("_")
        for parameter in inspect.signature(method).parameters.keys() - _CLIENTS
    }
    return there - said


def unsaid_statuses(cases: Iterable[Case], version: str) -> set[tuple[str, int]]:
    """Return the statuses that operations have in the protocol and no case is answered with."""
    known = protocol(version)
    said = {(case.method, case.status) for case in _all(cases)}
    return {(name, status) for name in known.places for status in known.statuses(name)} - said


def _all(cases: Iterable[Case]) -> Iterable[Case]:
    for case in cases:
        following: Case | None = case
        while following is not None:
            yield following
            following = following.then
