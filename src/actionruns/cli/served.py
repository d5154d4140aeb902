"""The services whose runs can be followed, as the commands for that need them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, Generic, TypeVar

import attrs

from actionruns import AsyncForgePortalClient, AsyncPortClient
from actionruns.cli import acp_runs, forgeportal_runs, port_runs
from actionruns.cli.acp_connection import AcpConnection, AnyAcpClient
from actionruns.cli.acp_rendering import ACP_RUNS
from actionruns.cli.connecting import Connection
from actionruns.cli.forgeportal_connection import ForgePortalConnection
from actionruns.cli.forgeportal_rendering import ACTION_RUNS
from actionruns.cli.port_connection import PortConnection
from actionruns.cli.port_rendering import PORT_RUNS
from actionruns.cli.rendering import RunLook
from actionruns.services import ServiceClient

__all__ = ["ACP", "FORGEPORTAL", "PORT", "SERVED", "Served"]

C = TypeVar("C", bound=ServiceClient)


@attrs.frozen(kw_only=True)
class Served(Generic[C]):
    """A service whose runs can be followed.

    Attributes:
        connection: The options that reach it.
        look: How its runs look.
        active_run_ids: Gives the ids of the runs that have not ended.
    """

    connection: type[Connection[C]]
    look: RunLook[Any]
    active_run_ids: Callable[[C], AsyncIterator[str]]


PORT: Final = Served[AsyncPortClient](
    connection=PortConnection, look=PORT_RUNS, active_run_ids=port_runs.active_run_ids
)
FORGEPORTAL: Final = Served[AsyncForgePortalClient](
    connection=ForgePortalConnection,
    look=ACTION_RUNS,
    active_run_ids=forgeportal_runs.active_run_ids,
)
ACP: Final = Served[AnyAcpClient](
    connection=AcpConnection, look=ACP_RUNS, active_run_ids=acp_runs.active_run_ids
)

SERVED: Final[Mapping[str, Served[Any]]] = {"port": PORT, "forgeportal": FORGEPORTAL, "acp": ACP}
"""The services by their names in references."""
