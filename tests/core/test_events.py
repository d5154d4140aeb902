"""Typed events."""

from __future__ import annotations

from typing import Any, Literal, cast

import pytest

from actionruns.core.events import StreamEvent, typed_event
from actionruns.core.model import Model, field, model
from actionruns.core.sse import ServerSentEvent


@model
class Result(Model):
    """What an event may carry."""

    type: Literal["result"]
    run_id: str = field(json="runId")


@model
class Custom(Model):
    """What an event may carry, too."""

    type: Literal["custom"]
    update: dict[str, Any]


DATA = cast("type[Result | Custom]", Result | Custom)


def typed(data: str, *, event: str = "agent_event") -> StreamEvent[Result | Custom]:
    return typed_event(ServerSentEvent(event, data, "1"), DATA)


def test_data_is_what_its_mark_says() -> None:
    """Data of a union is told apart by the member that has one value in each."""
    assert typed('{"type": "result", "runId": "r_1"}').data == Result(type="result", run_id="r_1")
    assert typed('{"type": "custom", "update": {}}').data == Custom(type="custom", update={})


def test_an_event_keeps_what_was_sent() -> None:
    """Type, id and text of an event are those of the stream."""
    event = typed('{"type": "custom", "update": {"a": 1}}')
    assert (event.event, event.id) == ("agent_event", "1")
    assert event.text == '{"type": "custom", "update": {"a": 1}}'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"type": "new", "a": [1]}', {"type": "new", "a": [1]}),
        ('{"type": "result"}', {"type": "result"}),
        ("[1, 2]", [1, 2]),
        ("null", None),
        ("[DONE]", "[DONE]"),
        ("", ""),
    ],
)
def test_what_does_not_fit_is_passed_through(data: str, expected: object) -> None:
    """Unknown or incomplete data comes as plain JSON, and as text when it is none."""
    assert typed(data).data == expected
