"""Agents: what can be run, with those that are there from the beginning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

__all__ = ["Agent", "Catalog", "Question"]

_OBJECT: Mapping[str, Any] = {"type": "object", "additionalProperties": True}
_MOMENT = (0.1, 0.1)


@attrs.frozen(kw_only=True)
class Question:
    """What an agent asks before it goes on.

    Attributes:
        kind: Its name, unique among the agent's questions.
        payload: What is asked.
        answer: Schema of the answer.
    """

    kind: str
    payload: Mapping[str, Any]
    answer: Mapping[str, Any] = _OBJECT


def _input(given: Any, _: Sequence[Any]) -> Any:
    return {} if given is None else given


@attrs.frozen(kw_only=True)
class Agent:
    """Something that can be run.

    A run first says the agent's words, then asks its questions, then ends.

    Attributes:
        id: UUID of the agent.
        name: A name that is unique in the emulator.
        description: What it is for.
        version: Its version.
        duration: Least and most seconds of a run, or of what is left of one after each answer,
            before ``speed``; None: those of the settings.
        words: What it says while it runs: each is an update of the result, and news.
        questions: What it asks.
        failure_rate: Share of its runs that fail.
        reply: Makes the result out of the input (None: there was none) and the answers. With 0.1 it
            has to be an object. Not called for agents with words: their result is these.
    """

    id: str
    name: str
    description: str
    version: str = "1.0.0"
    duration: tuple[float, float] | None = None
    words: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    failure_rate: float = 0.0
    reply: Callable[[Any, Sequence[Any]], Any] = _input

    def result(self, given: Any, answers: Sequence[Any]) -> Any:
        """Return what a run gives when it succeeds."""
        return self.said(len(self.words)) if self.words else self.reply(given, answers)

    def said(self, count: int) -> dict[str, Any]:
        """Return the result so far, after so many words."""
        return {"text": " ".join(self.words[:count])}

    def news(self, count: int) -> dict[str, Any]:
        """Return the update in the agent's own form, after so many words."""
        return {"step": count, "of": len(self.words), "word": self.words[count - 1]}


_AGENTS = (
    Agent(
        id="acac0000-0000-4000-8000-000000000001",
        name="echo",
        description="Gives back the input that it gets.",
        duration=_MOMENT,
    ),
    Agent(
        id="acac0000-0000-4000-8000-000000000002",
        name="thinker",
        description="Thinks about its input for a while.",
        reply=lambda given, _: {"thought": given},
    ),
    Agent(
        id="acac0000-0000-4000-8000-000000000003",
        name="streamer",
        description="Says its result word by word.",
        words=("All", "is", "well", "that", "ends"),
    ),
    Agent(
        id="acac0000-0000-4000-8000-000000000004",
        name="asker",
        description="Asks for an approval before it ends.",
        duration=_MOMENT,
        questions=(
            Question(kind="approval", payload={"type": "approval", "question": "May it go on?"}),
        ),
        reply=lambda given, answers: {"input": given, "answer": answers[-1]},
    ),
    Agent(
        id="acac0000-0000-4000-8000-000000000005",
        name="failer",
        description="Fails whatever its input is.",
        duration=_MOMENT,
        failure_rate=1.0,
    ),
)


class Catalog:
    """The agents of an emulator, by id.

    Attributes:
        agents: The agents; the first one is the default.
    """

    def __init__(self) -> None:
        self.agents: dict[str, Agent] = {}
        self.add(*_AGENTS)

    def add(self, *agents: Agent) -> None:
        """Add agents; one of the same id is replaced."""
        for agent in agents:
            self.agents[agent.id] = agent

    @property
    def default(self) -> Agent:
        """The agent of runs that name none."""
        return next(iter(self.agents.values()))

    def named(self, name: str) -> Agent:
        """Return the agent with a name or id.

        Raises:
            KeyError: There is none.
        """
        for agent in self.agents.values():
            if name in {agent.name, agent.id}:
                return agent
        raise KeyError(name)
