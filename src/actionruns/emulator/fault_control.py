"""How a test asks for faults."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping
from typing import Any

from actionruns.emulator.faults import Fault, FaultPlan, Reset, matches

__all__ = ["FaultControl"]


class FaultControl(abc.ABC):
    """Methods of `Emulator` that concern faults."""

    _faults: FaultPlan

    @abc.abstractmethod
    def _route_templates(self) -> Iterable[str]: ...

    def fail_next(  # noqa: PLR0913 # one keyword for each thing that may go wrong
        self,
        method: str,
        route: str,
        *,
        status: int | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        reset: bool | Reset = False,
        delay: float = 0.0,
        hang: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next requests fail; requests meet the faults in the order of these calls.

        Args:
            method: HTTP method, or ``*`` for any.
            route: Template of a route, as ``/port/v1/actions/runs/{run_id}``; or a path, to fail
                for one run alone; or ``*`` for any.
            status: Answer with this status and don't handle the request.
            body: Body of that answer (its status is 200 unless ``status`` is given): bytes as they
                are, so that JSON can be broken; anything else as JSON. None: empty.
            headers: Headers of that answer; without one, more headers of the service's answer.
            reset: Break the connection: True or ``"before"``: the request is not handled;
                ``"after"``: it is handled, but there is no answer; ``"half"``: half of the
                answer's body is sent.
            delay: Seconds before anything else happens; with nothing else, the answer is late.
            hang: Never answer; the connection is cut when the emulator stops.
            times: How many requests it concerns.

        Raises:
            ValueError: No route has this template or path, or ``times`` is below 1.
            ConfigurationError: The emulator isn't running.
        """
        templates = self._route_templates()
        if route != "*" and not any(matches(template, route) for template in templates):
            msg = f"the emulator has no route {route}"
            raise ValueError(msg)
        fault = Fault(
            status=status,
            body=body,
            headers=headers or {},
            reset="before" if reset is True else reset or None,
            delay=delay,
            hang=hang,
        )
        self._faults.add(method, route, fault, times)

    def clear_faults(self) -> None:
        """Forget the faults that no request has met yet."""
        self._faults.clear()
