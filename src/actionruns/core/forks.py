"""What threads share, in a process that forks."""

from __future__ import annotations

import os
import threading
from weakref import WeakSet

__all__ = ["Shared"]


class Shared:
    """Base of what threads share by a lock: a forked child gets another lock.

    Threads are not inherited by a child, but the locks that they held at that moment are, and
    nobody would ever let them go.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _all.add(self)

    def after_fork(self) -> None:
        """Begin anew in a forked child."""
        self._lock = threading.Lock()


_all: WeakSet[Shared] = WeakSet()


def _renew_all() -> None:
    for shared in list(_all):
        shared.after_fork()


if hasattr(os, "register_at_fork"):  # Not on Windows, which has no fork.
    os.register_at_fork(after_in_child=_renew_all)
