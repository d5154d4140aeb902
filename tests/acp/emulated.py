"""The world in which calls of the emulated agents are made."""

from __future__ import annotations

from collections.abc import Iterable

from actionruns.emulator import Emulator
from actionruns.emulator.acp import Agent, Question
from tests.acp.facts_server import protocol
from tests.callers import calling
from tests.cases import Case, chained, play

__all__ = ["LIVING", "NOWHERE", "check", "unsaid_statuses"]

NOWHERE = "00000000-0000-4000-8000-000000000000"

LIVING = {"auto_progress": True, "speed": 200.0}
"""Settings with which runs go on by themselves, and fast."""

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


async def check(case: Case, form: str, version: str) -> None:
    """Make a call in a world of its own, and hold it against what is expected."""
    settings = {"auto_progress": False, **case.emulator}
    async with Emulator(**settings) as emulator:
        names = await _world(emulator, version, moved=not settings["auto_progress"])
        url = emulator.acp_url if version == "0.1" else emulator.acp_v02_url
        async with calling("acp", form, version=version, base_url=url, api_key="") as call:
            await play(case, names, call, emulator)


async def _world(emulator: Emulator, version: str, *, moved: bool) -> dict[str, str]:
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
            for _ in range(steps if moved else 0):
                await control.advance(run_id)
            names[prefix + name] = run_id
            names[f"{prefix}{name}_thread"] = (await control.run(run_id))["thread_id"]
    return names


def unsaid_statuses(cases: Iterable[Case], version: str) -> set[tuple[str, int]]:
    """Return the statuses that operations have in the protocol and no case is answered with."""
    known = protocol(version)
    said = {(case.method, case.status) for case in chained(cases)}
    return {(name, status) for name in known.places for status in known.statuses(name)} - said
