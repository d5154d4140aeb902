"""The instruments that OpenTelemetry asks for how the watches stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from actionruns.otel import names
from actionruns.otel.watches import Reading, Watches

__all__ = ["WatchGauges"]

_Read = Callable[[Reading], Iterable[Observation]]


class WatchGauges:
    """Instruments of one meter. OpenTelemetry never lets go of them, so they can be switched off.

    Args:
        meter: Makes them.
        watches: Tells how the watches stand.

    Attributes:
        on: Whether they tell anything.
    """

    def __init__(self, meter: Meter, watches: Watches) -> None:
        self.on = False
        self._watches = watches
        self._reading = Reading()
        self._served: set[str] | None = None
        for create, instruments in (
            (meter.create_observable_up_down_counter, _SUMS),
            (meter.create_observable_gauge, _GAUGES),
            (meter.create_observable_counter, _COUNTERS),
        ):
            for name, (unit, description, read) in instruments.items():
                create(
                    name,
                    callbacks=[self._callback(name, read)],
                    unit=unit,
                    description=description,
                )

    def _callback(self, name: str, read: _Read) -> Callable[[CallbackOptions], list[Observation]]:
        def observe(_: CallbackOptions) -> list[Observation]:
            return list(read(self._read(name))) if self.on else []

        return observe

    def _read(self, name: str) -> Reading:
        """Return one reading for all instruments of a collection, and a new one for the next."""
        if self._served is None or name in self._served:
            self._reading, self._served = self._watches.read(), set()
        self._served.add(name)
        return self._reading


def _one(read: Callable[[Reading], int]) -> _Read:
    return lambda reading: [Observation(read(reading))]


def _by(key: str, read: Callable[[Reading], dict[str, float] | dict[str, int]]) -> _Read:
    def observe(reading: Reading) -> Iterator[Observation]:
        for value, number in read(reading).items():
            yield Observation(number, {key: value})

    return observe


_Instruments = dict[str, tuple[str, str, _Read]]
# Name -> unit, description, what it reads.

_SUMS: _Instruments = {
    "actionruns.watch.count": ("{watch}", "Watches under way.", _one(lambda r: r.watches)),
    "actionruns.watch.followed": ("{run}", "Runs followed.", _one(lambda r: r.followed)),
    "actionruns.watch.waiting": (
        "{update}",
        "Updates that nobody has taken yet.",
        _one(lambda r: r.waiting),
    ),
    "actionruns.watch.in_flight": (
        "{request}",
        "Requests of watches under way.",
        _one(lambda r: r.in_flight),
    ),
}

_GAUGES: _Instruments = {
    "actionruns.watch.lag": (
        "s",
        "Time from a run's end to its being seen, of the watch where it is longest.",
        _by(names.SHARE, lambda r: {str(share): lag for share, lag in r.lag.items()}),
    ),
    "actionruns.watch.interval": (
        "s",
        "Time from one look to the next, of the watch where it is longest.",
        _by(names.SERVICE, lambda r: r.intervals),
    ),
    "actionruns.watch.allowance": (
        "{request}/s",
        "Requests a second that the rate budget allows.",
        _by(names.SERVICE, lambda r: r.allowances),
    ),
}

_COUNTERS: _Instruments = {
    "actionruns.watch.changes": ("{update}", "Updates made.", _one(lambda r: r.changes)),
    "actionruns.watch.looks": ("{look}", "Looks at all runs.", _one(lambda r: r.looks)),
    "actionruns.watch.ends": (
        "{run}",
        "Runs that were seen to have ended.",
        _by(names.STATE, lambda r: {state.value: n for state, n in r.ended.items()}),
    ),
    "actionruns.watch.losses": (
        "{run}",
        "Runs that were given up.",
        _by(names.OUTCOME, lambda r: {outcome.name.lower(): n for outcome, n in r.lost.items()}),
    ),
}
