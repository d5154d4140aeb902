"""HoldingTransport: gives calls that the server holds back the time that they need."""

from __future__ import annotations

from typing import TypeVar

from actionruns.acp.v01._generated.operations import GET_RUN_OUTPUT
from actionruns.core.operation import Arguments, Operation
from actionruns.errors import InvalidRequest
from actionruns.transport import Transport

__all__ = ["HoldingTransport"]

T = TypeVar("T")


class HoldingTransport(Transport):
    """A transport whose time limit for `get_run_output` always exceeds its ``block_timeout``."""

    async def send(
        self, operation: Operation[T], arguments: Arguments, *, timeout: float | None = None
    ) -> T:
        """Send an operation, see `Transport.send`.

        The client's own time limit begins when the server has held the answer back for as long as
        it was asked to.

        Raises:
            InvalidRequest: The timeout of the call is not above its ``block_timeout``.
        """
        held = arguments.get("block_timeout") if operation.name == GET_RUN_OUTPUT.name else None
        if isinstance(held, int) and held > 0:
            if timeout is None and self.settings.timeout is not None:
                timeout = self.settings.timeout + held
            elif timeout is not None and timeout <= held:
                problem = f"timeout ({timeout!r}) has to be above block_timeout ({held})"
                raise InvalidRequest(f"{problem}, or no answer can come in time; leave timeout out")
        return await super().send(operation, arguments, timeout=timeout)
