"""What the transport writes to the log: answers, retries, waits for a turn."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from actionruns.core.log_fields import LogFields
from actionruns.core.redaction import redact_url
from actionruns.core.retry import Failure

if TYPE_CHECKING:
    from actionruns.core.operation import Operation
    from actionruns.core.pacing import Pacer
    from actionruns.transport.delivery import Delivery

__all__ = ["log_answer", "log_retry", "log_turn"]

_log = logging.getLogger("actionruns.transport")


def log_answer(service: str, delivery: Delivery, status: int) -> None:
    """Log an answer, whatever it says, for whoever debugs.

    Args:
        service: The service that gave it.
        delivery: The call.
        status: The answer's HTTP status.
    """
    if not _log.isEnabledFor(logging.DEBUG):  # no call pays for what nobody reads
        return
    fields = _fields(service, delivery)
    _log.debug(
        "%s %s -> %d (%s)",
        fields["method"],
        fields["url"],
        status,
        delivery.request_id,
        extra=LogFields(status=status, **fields),
    )


def log_retry(
    service: str, delivery: Delivery, wait: float, *, failure: Failure, status: int = 0
) -> None:
    """Log that a call is sent again after a wait.

    Args:
        service: The service called.
        delivery: The call, with the attempts made so far.
        wait: Seconds until the next.
        failure: How the last one failed.
        status: The HTTP status, when it was answered.
    """
    reason = LogFields(status=status) if status else LogFields(error=failure.value)
    _log.info(
        "%s: attempt %d failed (%s), the next in %.1f s (%s)",
        delivery.operation.name,
        delivery.attempts,
        status or failure.value,
        wait,
        delivery.request_id,
        extra=LogFields(wait=wait, **_fields(service, delivery), **reason),
    )


def log_turn(service: str, operation: Operation[Any], wait: float, pacer: Pacer) -> None:
    """Log that a call waits for its turn.

    Args:
        service: The service that it is for.
        operation: What is called.
        wait: Seconds until its turn.
        pacer: What paces it.
    """
    _log.info(
        "%s waits %.1f s: the service allows %d in %g s",
        operation.name,
        wait,
        pacer.pace.requests,
        pacer.pace.period,
        extra=LogFields(service=service, operation=operation.name, wait=wait),
    )


def _fields(service: str, delivery: Delivery) -> LogFields:
    return LogFields(
        service=service,
        operation=delivery.operation.name,
        method=delivery.request.method,
        url=redact_url(delivery.url),
        request_id=delivery.request_id,
        attempt=delivery.attempts,
    )
