"""Sending: a route is called by the SDK's own client, and an error becomes pyport's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from actionruns.compat.pyport.failures import failure_of
from actionruns.compat.pyport.query import arguments_of
from actionruns.compat.pyport.routes import Answer, Route
from actionruns.errors import ActionRunsError
from actionruns.port import PortClient

__all__ = ["Sender"]

_NONE: Mapping[str, Any] = {}


@attrs.frozen
class Sender:
    """Calls routes through one client of the SDK.

    Attributes:
        port: The client: its connections, token, retries and rate budget are used.
        repeatable: The HTTP methods whose calls may be repeated when it is unknown whether the
            service has executed them; None = as the SDK knows it of each operation.
    """

    port: PortClient
    repeatable: frozenset[str] | None = None

    def send(
        self,
        route: Route,
        params: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        body: Mapping[str, Any] | None = None,
        defaults: Mapping[str, Any] = _NONE,
    ) -> Answer:
        """Call a route and return its answer.

        Args:
            route: What to call.
            params: Query parameters by their names on the wire; None = none.
            run_id: The run, where the route is about one.
            body: The body, where the route has one.
            defaults: Query parameters that ``params`` may replace.

        Raises:
            PortApiError: The call failed.
            PortConfigurationError: It was made on the private loop itself.
        """
        # A thread waits for a method of the transport, as the methods of the facade do for theirs;
        # the facade has no method for an operation of others.
        loop, transport = self.port._loop, self.port._async._transport
        try:
            given = {} if params is None else params
            arguments = arguments_of(route, _merged(defaults, given))
            arguments |= {"run_id": run_id, "body": body}
            return loop.call(transport.send, self._as_repeatable(route), arguments)
        except ActionRunsError as error:
            raise failure_of(
                error, method=route.method, endpoint=_endpoint(route, run_id), params=params
            ) from error

    def _as_repeatable(self, route: Route) -> Route:
        if self.repeatable is None:
            return route
        return attrs.evolve(route, idempotent=route.method in self.repeatable)


def _merged(defaults: Mapping[str, Any], params: Any) -> Any:
    # What is no mapping is refused where it is read.
    return {**defaults, **params} if isinstance(params, Mapping) else params


def _endpoint(route: Route, run_id: object) -> str:
    return route.path.removeprefix("/v1/").replace("{run_id}", str(run_id))
