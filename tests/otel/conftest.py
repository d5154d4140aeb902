"""OpenTelemetry that keeps everything in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from actionruns.otel import instrument, uninstrument

Point = tuple[Mapping[str, Any], Any]


class Telemetry:
    """What was exported.

    Attributes:
        tracer_provider: Where spans go.
        meter_provider: Where metrics go.
    """

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meter_provider = MeterProvider([self._reader])

    def instrument(self, **settings: Any) -> None:
        """Switch it on."""
        instrument(
            tracer_provider=self.tracer_provider, meter_provider=self.meter_provider, **settings
        )

    @property
    def spans(self) -> list[ReadableSpan]:
        """The spans that have ended, in that order."""
        return list(self._exporter.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        """Return the one span of a name."""
        (span,) = [span for span in self.spans if span.name == name]
        return span

    def metrics(self) -> dict[str, tuple[str, list[Point]]]:
        """Collect once; return unit and points by name, the points of histograms as they are."""
        data = self._reader.get_metrics_data()
        scopes = [] if data is None else [s for r in data.resource_metrics for s in r.scope_metrics]
        assert {scope.scope.name for scope in scopes} <= {"actionruns"}
        return {
            metric.name: (
                metric.unit or "",
                [
                    (dict(point.attributes or {}), getattr(point, "value", point))
                    for point in metric.data.data_points
                ],
            )
            for scope in scopes
            for metric in scope.metrics
        }

    def values(self, name: str, key: str | None = None) -> Any:
        """Collect once; return the values of an instrument by an attribute, or its one value."""
        points = self.metrics()[name][1]
        if key is not None:
            return {attributes[key]: value for attributes, value in points}
        ((_, value),) = points
        return value

    def everything(self) -> str:
        """Return all that was exported as one text, to look for what must not be in it."""
        spans = [span.to_json() for span in self.spans]
        data = self._reader.get_metrics_data()
        return "\n".join([*spans, "" if data is None else data.to_json()])

    def close(self) -> None:
        """Shut the providers down."""
        self.tracer_provider.shutdown()
        self.meter_provider.shutdown()


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    """What this process's calls and watches make of themselves, switched on."""
    telemetry = Telemetry()
    telemetry.instrument()
    yield telemetry
    uninstrument()
    telemetry.close()


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take Port's settings out of the environment."""
    for name in ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET", "PORT_API_KEY", "PORT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
