"""Routes: the operations of the SDK's client, answered with whole bodies as the service sent them.

Nothing about a route is said anew: path, query parameters and repeatability are those of the
operations that `actionruns.port` is made of.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from actionruns.core.operation import Body, Operation
from actionruns.port._generated import operations

__all__ = [
    "ADD_ACTION_RUN_LOG",
    "APPROVE_ACTION_RUN",
    "GET_ACTION_RUN",
    "GET_ACTION_RUNS",
    "GET_ACTION_RUN_APPROVERS",
    "GET_ACTION_RUN_LOGS",
    "UPDATE_ACTION_RUN",
    "Answer",
    "Route",
]

Answer = dict[str, Any]
"""An answer's JSON object."""

Route = Operation[Answer]
"""An operation whose result is the whole answer, and whose body, if any, is the argument `body`."""


def _whole(operation: Operation[Any]) -> Route:
    route = operation.returning(Answer)
    if operation.body is None:
        return route
    body = Body(whole="body", required=frozenset({"body"}))
    return attrs.evolve(route, body=body)


GET_ACTION_RUNS: Final = _whole(operations.GET_ACTION_RUNS)
GET_ACTION_RUN: Final = _whole(operations.GET_ACTION_RUN)
UPDATE_ACTION_RUN: Final = _whole(operations.UPDATE_ACTION_RUN)
APPROVE_ACTION_RUN: Final = _whole(operations.APPROVE_ACTION_RUN)
GET_ACTION_RUN_LOGS: Final = _whole(operations.GET_ACTION_RUN_LOGS)
ADD_ACTION_RUN_LOG: Final = _whole(operations.ADD_ACTION_RUN_LOG)
GET_ACTION_RUN_APPROVERS: Final = _whole(operations.GET_ACTION_RUN_APPROVERS)
