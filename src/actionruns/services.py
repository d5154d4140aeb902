"""The services this package knows, and `watch` over several of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from os import PathLike
from typing import Any, Protocol

from actionruns.acp import AsyncAcpClient
from actionruns.errors import InvalidRequest
from actionruns.forgeportal.client import AsyncForgePortalClient
from actionruns.port.client import AsyncPortClient
from actionruns.states import Run
from actionruns.watching import RunSource, Watch, WatchSettings, split_ref

__all__ = ["SERVICES", "ServiceClient", "runs_by_service", "watch"]


class ServiceClient(Protocol):
    """What `watch` needs of a client."""

    @property
    def source(self) -> RunSource[Any]:
        """How its runs are followed."""

    def aclose(self) -> Awaitable[None]:
        """Close it."""


SERVICES: Mapping[str, Callable[[], ServiceClient]] = {
    "port": AsyncPortClient,
    "forgeportal": AsyncForgePortalClient,
    "acp": AsyncAcpClient,
}
"""Service name -> what makes a client of it with the settings of the environment."""


def watch(  # noqa: PLR0913  # each is a setting of the watch, by keyword
    refs: Iterable[str],
    *,
    clients: Mapping[str, ServiceClient] | None = None,
    timeout: float | None = None,
    interval: float | None = None,
    max_in_flight: int = 64,
    stale_after: float | None = None,
    checkpoint: str | PathLike[str] | None = None,
    keep_open: bool = False,
) -> Watch[Run]:
    """Follow runs of several services until each has ended, and tell every change once.

    Args:
        refs: The runs, by service and id: ``port:r_QOz6WoOB1Q2lmhZZ``, ``forgeportal:<uuid>``,
            ``acp:<uuid>``.
        clients: Clients to use, by service name; they stay open. For a service without one, a
            client is made from the environment and closed at the end; for ``acp`` that is one of
            version 0.1.
        timeout: Seconds after which runs that go on get a last update and the watch ends; None =
            never.
        interval: Seconds between two looks; None = 1 s after a change, up to 15 s while it is
            quiet.
        max_in_flight: Requests for single runs under way at once, for each service.
        stale_after: Seconds since its start after which a run that is running counts as stale
            (`Outcome.STALE`) and is followed no longer, for services that tell when a run started.
            None = never.
        checkpoint: A file that keeps what is followed and was told, so that another watch can go
            on after this one, even after a crash; see `Watch`. The runs in it that have not ended
            are followed, too. None = none.
        keep_open: Go on when no run is followed any more, since others may be added (`Watch.add`).

    Returns:
        The updates of all services as they are seen, an asynchronous iterator.

    Raises:
        InvalidRequest: A reference is malformed or names a service that is not known.
        ConfigurationError: The environment lacks a service's credentials.
    """
    settings = WatchSettings(
        timeout=timeout,
        interval=interval,
        max_in_flight=max_in_flight,
        stale_after=stale_after,
        keep_open=keep_open,
    )
    opened = _Clients(clients or {})
    following = [
        (opened.source(service), run_ids) for service, run_ids in runs_by_service(refs).items()
    ]
    return Watch(following, settings, held=opened, checkpoint=checkpoint, open_source=opened.source)


class _Clients(AsyncExitStack):
    """The clients of a watch: those given, and those made here."""

    def __init__(self, given: Mapping[str, ServiceClient]) -> None:
        super().__init__()
        self._given = given

    def source(self, service: str) -> RunSource[Any]:
        """Return how a service's runs are looked at; a client is made where none is given.

        Raises:
            InvalidRequest: The service is not known.
            ConfigurationError: The environment lacks its credentials.
        """
        if service in self._given:
            return self._given[service].source
        if service not in SERVICES:
            raise InvalidRequest(
                f"there is no service {service!r}; known are {', '.join(SERVICES)}"
            )
        client = SERVICES[service]()
        self.push_async_callback(client.aclose)
        return client.source


def runs_by_service(refs: Iterable[object]) -> dict[str, list[str]]:
    """Sort references into run ids by service.

    Raises:
        InvalidRequest: A reference is malformed or names a service that is not known.
    """
    if isinstance(refs, str):
        raise InvalidRequest(f"refs must be a list of references; write [{refs!r}]")
    by_service: dict[str, list[str]] = {}
    for ref in refs:
        service, run_id = split_ref(ref) if isinstance(ref, str) else ("", "")
        if service not in SERVICES or not run_id:
            known = " or ".join(f"'{name}:<run id>'" for name in SERVICES)
            raise InvalidRequest(f"a run is referred to as {known}, not as {ref!r}")
        by_service.setdefault(service, []).append(run_id)
    return by_service
