"""Switch OpenTelemetry on and off."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from opentelemetry import metrics, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.trace import TracerProvider

from actionruns._version import __version__
from actionruns.otel.calls import Calls
from actionruns.otel.gauges import WatchGauges
from actionruns.otel.watches import Watches, WatchSpans
from actionruns.transport.observing import observe_calls
from actionruns.watching.observing import observe_watches

__all__ = ["instrument", "uninstrument"]

_SCOPE = "actionruns"


class _TheGlobalOne:
    """Stands for the program's own meter provider, which may be set later than it is asked for."""


_the_global_one = _TheGlobalOne()

_watches = Watches()
# A meter provider has these once: it ignores the callbacks of an instrument that it has already.
_gauges: WeakKeyDictionary[MeterProvider | _TheGlobalOne, WatchGauges] = WeakKeyDictionary()


def instrument(
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    propagator: TextMapPropagator | None = None,
) -> None:
    """Make spans and metrics of all calls, and of all watches that begin from now on.

    That holds for the whole process: every client, async or blocking, those made before too. Called
    again, the new settings take the place of the old ones.

    Args:
        tracer_provider: Takes the spans; default: the program's own, see
            `opentelemetry.trace.set_tracer_provider`.
        meter_provider: Takes the metrics; default: the program's own.
        propagator: Writes the context of the span of a call into the headers of its requests, so
            that the service can take its own spans for parts of the same trace. Default: none is
            sent, as a service of somebody else's has no business knowing it.
    """
    uninstrument()
    tracer = trace.get_tracer(_SCOPE, __version__, tracer_provider)
    meter = metrics.get_meter(_SCOPE, __version__, meter_provider)
    key = _the_global_one if meter_provider is None else meter_provider
    if key not in _gauges:
        _gauges[key] = WatchGauges(meter, _watches)
    _gauges[key].on = True
    observe_calls(Calls(tracer, meter, propagator))
    observe_watches(WatchSpans(_watches, tracer))


def uninstrument() -> None:
    """Switch it off again; when it is off, nothing happens."""
    observe_calls(None)
    observe_watches(None)
    for gauges in _gauges.values():
        gauges.on = False
