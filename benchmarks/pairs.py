"""Time several variants side by side, so that a machine that drifts does not favour one."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import attrs


@attrs.frozen
class Ratio:
    """How a variant compares with the base.

    Attributes:
        median: Median over the rounds of variant / base, each pair taken in the same round.
        low: Lower quartile.
        high: Upper quartile.
        best: The variant's best time for one call, in seconds.
    """

    median: float
    low: float
    high: float
    best: float


def compare(
    variants: Mapping[str, Callable[[int], None]], *, calls: int, rounds: int
) -> dict[str, Ratio]:
    """Compare CPU times with the first variant's.

    Args:
        variants: Name -> a function that makes so many calls.
        calls: Calls in a block.
        rounds: Rounds over all variants, forwards and backwards in turn.
    """
    times: dict[str, list[float]] = {name: [] for name in variants}
    for run in variants.values():
        run(calls)  # warm up
    with _nothing_to_collect() as collect:
        for name in _turns(variants, rounds):
            collect()
            start = time.process_time()
            variants[name](calls)
            times[name].append((time.process_time() - start) / calls)
    return _ratios(times)


async def compare_async(
    variants: Mapping[str, Callable[[int], Awaitable[None]]], *, calls: int, rounds: int
) -> dict[str, Ratio]:
    """Compare as `compare` does, for coroutine functions on one running loop."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for run in variants.values():
        await run(calls)
    with _nothing_to_collect() as collect:
        for name in _turns(variants, rounds):
            collect()
            start = time.process_time()
            await variants[name](calls)
            times[name].append((time.process_time() - start) / calls)
    return _ratios(times)


def _turns(variants: Iterable[str], rounds: int) -> Iterator[str]:
    for number in range(rounds):
        yield from list(variants)[:: 1 if number % 2 else -1]


@contextmanager
def _nothing_to_collect() -> Iterator[Callable[[], object]]:
    """Give what makes a block begin without garbage, so that none pays for another's.

    The collector stays on: what a variant leaves behind is its own cost.
    """
    gc.collect()
    gc.freeze()  # the modules, so that collecting before each block takes no time
    try:
        yield gc.collect
    finally:
        gc.unfreeze()


def _ratios(times: Mapping[str, list[float]]) -> dict[str, Ratio]:
    base = next(iter(times.values()))
    result = {}
    for name, values in times.items():
        ratios = [value / reference for value, reference in zip(values, base, strict=True)]
        low, median, high = statistics.quantiles(ratios, n=4)
        result[name] = Ratio(median, low, high, min(values))
    return result
