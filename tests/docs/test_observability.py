"""The page of observability names what there is, and with its unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from opentelemetry.metrics import NoOpMeter

from actionruns.core.log_fields import LogFields
from actionruns.core.plan import Look
from actionruns.otel import names
from actionruns.otel.calls import Calls
from actionruns.otel.gauges import WatchGauges
from actionruns.otel.watches import Watches
from actionruns.watching import Snapshot
from tests.docs.test_tables import coded, rows

PAGE = "observability.md"
KINDS = {
    "histogram": "create_histogram",
    "counter": "create_counter",
    "up-down counter": "create_observable_up_down_counter",
    "gauge": "create_observable_gauge",
}


def first_cells(heading: str) -> list[str]:
    """Return what stands as code in the first column of a table."""
    return [name for cell, *_ in rows(PAGE, heading) for name in coded(cell)]


def test_the_snapshot_is_complete() -> None:
    """The table of the snapshot has each of its members once."""
    assert sorted(first_cells("snapshot")) == sorted(f.name for f in attrs.fields(Snapshot))


def test_fields_of_the_log_are_those_of_the_code() -> None:
    """The table of fields has each field that a record may have, in the code's order."""
    assert first_cells("field") == list(LogFields.__annotations__)


def test_events_of_the_log_have_known_fields() -> None:
    """The table of events names no field that there isn't."""
    named = {name for *_, cell in rows(PAGE, "logger") for name in coded(cell)}
    assert named <= set(LogFields.__annotations__)


def test_attributes_are_those_of_the_code() -> None:
    """The table of attributes has each attribute of spans and metrics."""
    others = {"LOOK_SPAN", "RETRY_EVENT", "DURATION_BOUNDS"}
    known = [value for name, value in vars(names).items() if name.isupper() and name not in others]
    assert sorted(first_cells("attribute")) == sorted(known)


def test_looks_are_those_of_the_plan() -> None:
    """The values of the attribute and of the field for a look are the ways that there are."""
    ways = [look.name.lower() for look in Look]
    (field,) = [cells[1] for cells in rows(PAGE, "field") if coded(cells[0]) == ["look"]]
    (attribute,) = [c[2] for c in rows(PAGE, "attribute") if coded(c[0]) == [names.LOOK]]
    assert coded(field) == coded(attribute) == ways


@pytest.fixture
def instruments(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, str]]:
    """All instruments: name -> how it is made, and its unit."""
    made: dict[str, tuple[str, str]] = {}

    def recording(method: str) -> Callable[..., Any]:
        plain = getattr(NoOpMeter, method)

        def create(self: NoOpMeter, name: str, **settings: Any) -> Any:
            made[name] = (method, settings["unit"])
            return plain(self, name, **settings)

        return create

    for method in {*KINDS.values(), "create_observable_counter"}:
        monkeypatch.setattr(NoOpMeter, method, recording(method))
    meter = NoOpMeter("test")
    Calls(None, meter, None)  # type: ignore[arg-type]  # no call is made
    WatchGauges(meter, Watches())
    return made


def test_instruments_are_those_of_the_code(instruments: dict[str, tuple[str, str]]) -> None:
    """The table of instruments has each of them, with its kind and its unit."""
    shown = {
        coded(name)[0]: (KINDS[kind], coded(unit)[0])
        for name, kind, unit, *_ in rows(PAGE, "instrument")
    }
    made = {
        name: (method.replace("observable_counter", "counter"), unit)
        for name, (method, unit) in instruments.items()
    }
    assert shown == made
