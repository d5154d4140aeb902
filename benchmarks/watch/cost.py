"""What a sweep costs beside polling each run: CPU time of the client's process alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import aiohttp
import attrs
import orjson

from benchmarks.watch.fleet import Fleet
from benchmarks.watch.watched import TOKEN, watched

__all__ = ["Cost", "Growth", "measure", "measure_growth"]

_IN_FLIGHT = 64
_SWEEPS = 5
_WARM_UP = 2
# Runs that tell enough of polling where it is shown, not judged.
_SAMPLE = 5_000


@attrs.frozen(kw_only=True)
class Cost:
    """What it costs to look at all runs of a fleet once.

    Attributes:
        runs: How many runs.
        polled: Runs that were polled in each round; where it is less than all, the time is scaled.
        requests: Requests of a sweep.
        first: CPU seconds of the first sweep, which decodes and tells each run.
        sweeps: CPU seconds of a later one, for each round.
        polls: CPU seconds to poll each run and leave its answer unread, for each round.
        decoded: The same, each answer decoded by orjson and its status compared.
    """

    runs: int
    polled: int
    requests: float
    first: float
    sweeps: Sequence[float]
    polls: Sequence[float]
    decoded: Sequence[float]

    def ratios(self, polls: Sequence[float]) -> list[float]:
        """Return sweep / polling for each round, sorted."""
        pairs = zip(self.sweeps, polls, strict=True)
        return sorted(sweep / poll for sweep, poll in pairs)


@attrs.frozen(kw_only=True)
class Growth:
    """What a look at all runs costs at one size of fleet.

    Attributes:
        runs: How many runs.
        requests: Requests of a sweep.
        sweep: CPU seconds of a sweep.
        poll: CPU seconds to poll each run; from a sample where there are more than 5,000.
    """

    runs: int
    requests: float
    sweep: float
    poll: float


def measure(fleet: Fleet, *, rounds: int, polled: int) -> Cost:
    """Compare sweeps with polling, block by block in this process.

    Args:
        fleet: The runs; none of them ends.
        rounds: How often both are done.
        polled: Runs to poll in each round.
    """
    return asyncio.run(_measure(fleet, rounds, min(polled, len(fleet.run_ids))))


async def _measure(fleet: Fleet, rounds: int, polled: int) -> Cost:
    sweeps: list[float] = []
    polls: list[float] = []
    decoded: list[float] = []
    base_url, run_ids = fleet.base_url, fleet.run_ids
    sample = run_ids[:_SAMPLE]
    async with watched(fleet) as following:
        began = time.process_time()
        await following.sweep()
        first = time.process_time() - began
        await following.sweep(_WARM_UP)
        before = following.watch.progress.requests
        for _ in range(rounds):
            began = time.process_time()
            await following.sweep(_SWEEPS)
            sweeps.append((time.process_time() - began) / _SWEEPS)
            seconds = await _poll(base_url, run_ids[:polled], _leave)
            polls.append(seconds * len(run_ids) / polled)
            decoded.append(await _poll(base_url, sample, _compare) * len(run_ids) / len(sample))
        requests = (following.watch.progress.requests - before) / rounds / _SWEEPS
    return Cost(
        runs=len(run_ids),
        polled=polled,
        requests=requests,
        first=first,
        sweeps=sweeps,
        polls=polls,
        decoded=decoded,
    )


def measure_growth(fleet: Fleet) -> Growth:
    """Measure sweeps, and then polling, once.

    Args:
        fleet: The runs; none of them ends.
    """
    return asyncio.run(_measure_growth(fleet))


async def _measure_growth(fleet: Fleet) -> Growth:
    runs, sample = len(fleet.run_ids), fleet.run_ids[:_SAMPLE]
    async with watched(fleet) as following:
        await following.sweep(1 + _WARM_UP)
        before = following.watch.progress.requests
        began = time.process_time()
        await following.sweep(_SWEEPS)
        sweep = (time.process_time() - began) / _SWEEPS
        requests = (following.watch.progress.requests - before) / _SWEEPS
    poll = await _poll(fleet.base_url, sample, _leave) * runs / len(sample)
    return Growth(runs=runs, requests=requests, sweep=sweep, poll=poll)


def _leave(body: bytes) -> None:
    """Do nothing with an answer: the least that a poller can cost."""


def _compare(body: bytes) -> None:
    """Look at the status, as a poller has to."""
    if orjson.loads(body)["run"]["status"] != "IN_PROGRESS":
        raise ValueError("a run has ended; none should")


async def _poll(base_url: str, run_ids: Sequence[str], take: Callable[[bytes], None]) -> float:
    """Poll each run by raw aiohttp, 64 at once; return the CPU seconds."""
    remaining = iter(run_ids)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def worker() -> None:
            for run_id in remaining:
                url = f"{base_url}/v1/actions/runs/{run_id}?version=v2"
                async with session.get(url) as answer:
                    take(await answer.read())

        began = time.process_time()
        await asyncio.gather(*(worker() for _ in range(_IN_FLIGHT)))
        return time.process_time() - began
