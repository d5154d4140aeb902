"""Follow runs until they end: many at once, by sweeping lists instead of polling each.

The folder is not called ``watch``, because `actionruns.watch` is a function that users call.
"""

from __future__ import annotations

from actionruns.watching.progress import Progress, Snapshot
from actionruns.watching.sent import TransportSource
from actionruns.watching.settings import WatchSettings
from actionruns.watching.source import ActivePage, ActiveRow, RunSource
from actionruns.watching.update import Outcome, RunOutcome, RunUpdate, split_ref
from actionruns.watching.waiting import wait_for, wait_for_all
from actionruns.watching.watch import Watch

__all__ = [
    "ActivePage",
    "ActiveRow",
    "Outcome",
    "Progress",
    "RunOutcome",
    "RunSource",
    "RunUpdate",
    "Snapshot",
    "TransportSource",
    "Watch",
    "WatchSettings",
    "split_ref",
    "wait_for",
    "wait_for_all",
]
