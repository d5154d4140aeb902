"""Retrying: the part of a transport that waits for another attempt, or gives up."""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any

from actionruns.core.operation import Operation
from actionruns.core.pacing import Pacer
from actionruns.core.response import Response, api_error, retry_after_seconds
from actionruns.core.retry import Failure, RetryBudget, wait_before_retry
from actionruns.transport.auth import Authorizer
from actionruns.transport.delivery import Delivery
from actionruns.transport.failures import connection_error, failure_of, shown_cause, was_sent
from actionruns.transport.journal import log_retry
from actionruns.transport.pool import LoopSession
from actionruns.transport.settings import TransportSettings

__all__ = ["Retrying"]


class Retrying(ABC):
    """Judges failures and answers that are none of 2xx: is there another attempt, and when?

    `core.retry` decides; here are the waits and what has to be told of them.
    """

    settings: TransportSettings
    authorizer: Authorizer
    _retry_budget: RetryBudget

    @property
    @abstractmethod
    def closed(self) -> bool:
        """Whether `aclose` was called."""

    def pacer(self, operation: Operation[Any]) -> Pacer | None:
        """Return what paces an operation; None when the service sets it no limit of its own."""
        if operation.pace is None:
            return None
        return self.settings.rate.pacer(
            f"{self.settings.base_url} {operation.name}", operation.pace
        )

    def seconds_to_turn(self, operation: Operation[Any]) -> float:
        """Return the seconds for which a call would wait for its turn now, see `Pace`."""
        pacer = self.pacer(operation)
        return 0.0 if pacer is None else pacer.wait(time.monotonic())

    async def _wait_after_failure(
        self, delivery: Delivery, session: LoopSession, error: Exception
    ) -> None:
        """Wait for the next attempt, or raise when there shall be none."""
        if self.closed:
            raise error
        failure = failure_of(error, first=not delivery.broken_before)
        delivery.broken_before |= failure is Failure.STALE
        delivery.maybe_sent |= was_sent(error)
        if failure is None or not await self._wait(delivery, session, failure=failure):
            raise connection_error(
                error,
                delivery.call(self.authorizer.hint),
                attempts=delivery.attempts,
                idempotent=delivery.repeatable,
                maybe_sent=delivery.maybe_sent,
            ) from shown_cause(error)

    async def _wait_after_answer(
        self, delivery: Delivery, session: LoopSession, response: Response
    ) -> None:
        now = datetime.now(UTC)
        delivery.maybe_sent |= response.status >= 500
        if response.status == 429:
            self.settings.rate.note_refusal(self.settings.base_url)
        retry_after = retry_after_seconds(response, now)
        if retry_after is not None and response.status in (429, 503):
            longest = self.settings.retry.max_retry_after
            held = min(retry_after, longest)
            pacer = self.pacer(delivery.operation) if response.status == 429 else None
            if pacer is not None:
                # Its own limit, not the service's. The wait is made as any wait for a turn.
                pacer.hold(held, time.monotonic())
                retry_after = 0.0 if retry_after <= longest else retry_after
            else:
                self.settings.rate.hold(self.settings.base_url, held, time.monotonic())
        if self.settings.is_final(response) or not await self._wait(
            delivery,
            session,
            failure=Failure.ANSWERED,
            status=response.status,
            retry_after=retry_after,
        ):
            call = delivery.call(self.authorizer.hint)
            raise api_error(response, call, attempts=delivery.attempts, now=now)

    async def _wait(
        self,
        delivery: Delivery,
        session: LoopSession,
        *,
        failure: Failure,
        status: int = 0,
        retry_after: float | None = None,
    ) -> bool:
        """Wait before another attempt; False when there shall be none."""
        wait = wait_before_retry(
            self.settings.retry,
            attempt=delivery.attempts,
            idempotent=delivery.repeatable_after(status),
            jitter=random.random(),  # spreads load, guards nothing
            failure=failure,
            status=status,
            retry_after=retry_after,
        )
        remaining = delivery.remaining()
        if wait is None or (remaining is not None and wait >= remaining):
            return False
        if not self._retry_budget.spend():
            return False
        delivery.spent += wait
        log_retry(self.settings.service, delivery, wait, failure=failure, status=status)
        await session.pause(wait)
        return True
