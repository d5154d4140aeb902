"""AcpTransport: knows the server error that no other attempt mends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from actionruns.core.response import Response, api_error
from actionruns.transport import Transport
from actionruns.transport.delivery import Delivery
from actionruns.transport.pool import LoopSession

__all__ = ["AcpTransport"]

_NOT_IMPLEMENTED: Final = b"not implemented"


class AcpTransport(Transport):
    """A transport that takes "Not implemented" for an answer.

    The protocol's best-known server answers so, with status 500, to cancel, delete and others. A
    500 is otherwise worth another attempt where the operation may be repeated.
    """

    async def _wait_after_answer(
        self, delivery: Delivery, session: LoopSession, response: Response
    ) -> None:
        if response.status == 500 and _NOT_IMPLEMENTED in response.body[:1000].lower():
            call = delivery.call(self.authorizer.hint)
            raise api_error(response, call, attempts=delivery.attempts, now=datetime.now(UTC))
        await super()._wait_after_answer(delivery, session, response)
