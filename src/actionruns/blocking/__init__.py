"""The blocking facade: async clients run on one private event loop of the process.

It knows nothing of HTTP and holds no logic. Generated blocking classes derive from
`BlockingEndpoints` and `BlockingClient`; each method is one statement that hands the async method
and its arguments to a `PrivateLoop`.
"""

from __future__ import annotations

from actionruns.blocking.facade import BlockingClient, BlockingEndpoints
from actionruns.blocking.held import BlockingContext
from actionruns.blocking.lease import PrivateLoop
from actionruns.blocking.stream import BlockingIterator
from actionruns.blocking.watch import BlockingWatch

__all__ = [
    "BlockingClient",
    "BlockingContext",
    "BlockingEndpoints",
    "BlockingIterator",
    "BlockingWatch",
    "PrivateLoop",
]
