"""All figures of following many runs, measured in fresh processes one after the other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import ParamSpec, TypeVar

import attrs

from benchmarks.watch import cost, lag, memory, stall
from benchmarks.watch.emulated import emulated
from benchmarks.watch.fleet import Fleet
from benchmarks.watch.nginx import find_nginx, nginx

__all__ = ["FLEETS", "Figures", "best", "measure"]

P = ParamSpec("P")
T = TypeVar("T")

FLEETS = (10_000, 100_000)
"""The sizes of fleet that are measured in every way."""

_GROWTH = (1_000, 3_000, 10_000, 30_000, 100_000)
_LAG_FLEET = 10_000
_INTERVALS = (1.0, 5.0)
_ROUNDS = 3

# Runs to poll in each round; the curve of growth shows that each costs the same.
_POLLED = {"emulator": 10_000, "nginx": 20_000}


@attrs.frozen(kw_only=True)
class Figures:
    """What was measured.

    Attributes:
        costs: Sweeps beside polling, by server and size of fleet.
        memory: Growth of a process by size of fleet; empty where it can't be told.
        traced: Bytes a run in the largest fleet, by the module that has allocated them.
        stalls: Stalls of the event loop by size of fleet, one for each repetition.
        growth: CPU of a look by size of fleet, the best of some rounds.
        lags: From a run's end to its being seen, by interval.
        server: What served the fleets of `memory`, `stalls` and `growth`.
    """

    costs: Mapping[tuple[str, int], cost.Cost]
    memory: Sequence[memory.Memory]
    traced: Mapping[str, float]
    stalls: Mapping[int, Sequence[stall.Stalls]]
    growth: Sequence[cost.Growth]
    lags: Sequence[lag.Lag]
    server: str


def measure(say: Callable[[str], None]) -> Figures:
    """Measure everything, which takes some minutes.

    Args:
        say: Is told what is going on.
    """
    program = find_nginx()
    costs: dict[tuple[str, int], cost.Cost] = {}
    for size in FLEETS:
        say(f"sweeps beside polling, {size:,} runs of the emulator")
        with emulated(size) as of_emulator:
            fleet = Fleet(of_emulator.base_url, of_emulator.run_ids)
            costs["emulator", size] = _alone(
                cost.measure, fleet, rounds=_ROUNDS, polled=_POLLED["emulator"]
            )
    with _fleets(program) as fleets:
        for size in FLEETS if program else ():
            say(f"sweeps beside polling, {size:,} runs of nginx")
            costs["nginx", size] = _alone(
                cost.measure, fleets[size], rounds=_ROUNDS, polled=_POLLED["nginx"]
            )
        say("memory")
        grown = [_alone(memory.measure, fleets[size], fleets[_GROWTH[0]]) for size in _GROWTH]
        traced = _alone(memory.trace, fleets[FLEETS[-1]])
        say("stalls of the event loop")
        stalls = {
            size: [_alone(stall.measure, fleets[size]) for _ in range(_ROUNDS)] for size in FLEETS
        }
        say("growth of the cost")
        growth = best(
            [_alone(cost.measure_growth, fleets[size]) for size in _GROWTH] for _ in range(_ROUNDS)
        )
    lags: list[lag.Lag] = []
    for interval in _INTERVALS:
        say(f"lag, {_LAG_FLEET:,} runs of the emulator, {interval:g} s between two looks")
        lags.append(_alone(lag.measure, _LAG_FLEET, interval))
    return Figures(
        costs=costs,
        memory=[size for size in grown if size is not None],
        traced=traced,
        stalls=stalls,
        growth=growth,
        lags=lags,
        server="nginx" if program else "emulator",
    )


def best(rounds: Iterable[Sequence[cost.Growth]]) -> list[cost.Growth]:
    """Return the best of some rounds for each size: other work on the machine only adds."""
    return [
        attrs.evolve(
            of_size[0],
            sweep=min(one.sweep for one in of_size),
            poll=min(one.poll for one in of_size),
        )
        for of_size in zip(*rounds, strict=True)
    ]


def _alone(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in a fresh process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(function, *args, **kwargs).result()


@contextmanager
def _fleets(program: str | None) -> Iterator[Mapping[int, Fleet]]:
    """Serve fleets of all sizes while the body runs: by nginx, or else by emulators."""
    with ExitStack() as stack:
        if program is not None:
            yield stack.enter_context(nginx(program, _GROWTH))
            return
        fleets = {}
        for size in _GROWTH:
            served = stack.enter_context(emulated(size))
            fleets[size] = Fleet(served.base_url, served.run_ids)
        yield fleets
