"""Locks and counts in a forked child."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable

import pytest

from actionruns.core.operation import Pace
from actionruns.core.pacing import Pacer
from actionruns.core.rate import RateBudget, RateWindow

API = "https://api.test"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")


def forked(work: Callable[[], bool]) -> int:
    """Return what a child's work came to: 0 = True, 1 = False, -14 = it hung."""
    with warnings.catch_warnings():
        # Python 3.12+ warns of any fork with threads about.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(5)
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(
    ("shared", "use"),
    [
        (RateBudget(), lambda budget: budget.reserve(API, 0.0) == 0.0),
        (Pacer(Pace(requests=1, period=1.0)), lambda pacer: pacer.reserve(0.0) == 0.0),
    ],
    ids=["RateBudget", "Pacer"],
)
def test_a_lock_held_during_a_fork_does_not_stop_the_child(
    shared: RateBudget | Pacer, use: Callable[[object], bool]
) -> None:
    """Another thread that holds the lock while the process forks is not in the child."""
    held, let_go = threading.Event(), threading.Event()

    def hold_the_lock() -> None:
        with shared._lock:
            held.set()
            let_go.wait()

    holder = threading.Thread(target=hold_the_lock)
    holder.start()
    held.wait()
    try:
        assert forked(lambda: use(shared)) == 0
    finally:
        let_go.set()
        holder.join()
    assert use(shared)


def test_what_is_under_way_in_the_parent_is_not_in_the_child() -> None:
    """A child does not keep places free for requests whose answers the parent will see."""
    budget = RateBudget()
    for _ in range(60):
        budget.reserve(API, 0.0)
    window = RateWindow(limit=100, remaining=60, reset_in=60.0, period=60.0)

    def use() -> bool:
        budget.reserve(API, 0.0)
        budget.observe(API, window, 0.0)
        return budget.reserve(API, 0.0) == 0.0

    assert forked(use) == 0
    assert not use()
