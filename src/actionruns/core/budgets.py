"""One rate budget for all clients of a process that a service counts as one."""

from __future__ import annotations

import hashlib
from weakref import WeakValueDictionary

from actionruns.core.forks import Shared
from actionruns.core.rate import RateBudget

__all__ = ["shared_budget"]


class _Budgets(Shared):
    """The budgets in use, by whom a service knows their clients as; they end with the clients."""

    def __init__(self) -> None:
        super().__init__()
        self._in_use: WeakValueDictionary[str, RateBudget] = WeakValueDictionary()

    def of(self, key: str) -> RateBudget:
        """Return the budget of a key, a new one where nobody has one."""
        with self._lock:
            budget = self._in_use.get(key)
            if budget is None:
                budget = self._in_use[key] = RateBudget()
            return budget


_BUDGETS = _Budgets()


def shared_budget(*whose: object) -> RateBudget:
    """Return the rate budget of the clients with the same address and credentials.

    Services count requests for each account. Two clients of one account that know nothing of each
    other would each take the whole of what is left.

    Args:
        *whose: The address and the credentials; kept as a hash alone.
    """
    return _BUDGETS.of(hashlib.sha256(repr(whose).encode("utf-8", "replace")).hexdigest())
