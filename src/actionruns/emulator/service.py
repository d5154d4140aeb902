"""What the server asks of each service that it mounts."""

from __future__ import annotations

from typing import ClassVar, Protocol

from aiohttp import web

from actionruns.emulator.schedule import Progress

__all__ = ["Service"]


class Service(Protocol):
    """One emulated service.

    Attributes:
        prefix: Path under which it is mounted.
        progress: The task that moves its runs.
    """

    prefix: ClassVar[str]
    progress: Progress

    def application(self) -> web.Application:
        """Make the application that is mounted under the prefix."""
        ...

    def close(self) -> None:
        """Let go all who wait for something of this service."""
        ...
