"""Transport: the one way in which an operation is sent."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp

from actionruns.core.operation import Arguments, Operation
from actionruns.core.rate import RATE_HEADER, read_rate_headers
from actionruns.core.request import Request, build_request
from actionruns.core.response import Response, parse_response
from actionruns.core.retry import RetryBudget
from actionruns.errors import ActionRunsError, ConnectionFailed
from actionruns.transport.auth import Authorizer, FixedHeaders
from actionruns.transport.delivery import (
    Delivery,
    check_timeout,
    is_repeatable,
    may_come_of_closing,
)
from actionruns.transport.exchange import Exchange
from actionruns.transport.pool import LoopSession, Pool
from actionruns.transport.retrying import Retrying
from actionruns.transport.settings import TransportSettings
from actionruns.transport.stream import StreamConnection
from actionruns.transport.streaming import Streaming
from actionruns.transport.turn import wait_for_turn

__all__ = ["Transport"]

T = TypeVar("T")

_NONE: Mapping[str, str] = {}

# What an attempt may raise when no whole answer came.
_NO_ANSWER = (aiohttp.ClientError, OSError)


class Transport(Streaming, Retrying):
    """Sends operations: authorise, admit, send, map, maybe retry, decode.

    Credentials come before admission, because fetching a token is itself a call through here: it
    must not wait for a slot that its own caller holds.

    Args:
        settings: Where and how to send.
        authorizer: Puts the credentials on. Default: none are sent.
    """

    def __init__(self, settings: TransportSettings, authorizer: Authorizer | None = None) -> None:
        # First: pickle meets it before the others, and it says why a client's parts are refused.
        self._pool = Pool(settings)
        self.settings = settings
        self.authorizer: Authorizer = authorizer or FixedHeaders({})
        self._retry_budget = RetryBudget(settings.retry.budget)
        self._exchange = Exchange(settings)

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._pool.closed

    async def aclose(self) -> None:
        """Close the connections. Calls under way and later ones raise `ClientClosed`."""
        await self._pool.aclose()

    async def send(
        self, operation: Operation[T], arguments: Arguments, *, timeout: float | None = None
    ) -> T:
        """Send an operation and return its decoded result.

        Args:
            operation: What to call.
            arguments: Its arguments by their Python names; None and `UNSET` = absent.
            timeout: Seconds for this call, all attempts included; None = the client's.

        Raises:
            InvalidRequest: An argument cannot be sent; nothing was.
            ApiError: The service answered with an error status.
            ConnectionFailed: No answer came.
            RequestTimeout: It took longer than the timeout.
            DecodeFailed: The answer is not what the specification promises.
            ClientClosed: The client is, or was meanwhile, closed.
        """
        request = build_request(operation, arguments)
        if timeout is not None:
            check_timeout(timeout)
        session = self._pool.found() or await self._pool.here()
        delivery = Delivery(
            operation,
            request,
            self.settings.base_url,
            session.next_request_id(),
            self.settings.timeout if timeout is None else timeout,
            repeatable=operation.idempotent or is_repeatable(operation, arguments),
        )
        self._retry_budget.earn()
        try:
            response = await self._deliver(delivery, session)
        except BaseException as error:
            if (self.closed or session.closed) and may_come_of_closing(error):
                raise delivery.closed_meanwhile() from error
            raise
        return parse_response(operation, response)

    async def _open_stream(
        self, operation: Operation[Any], request: Request, timeout: float | None
    ) -> StreamConnection:
        """Send until a stream begins, or it is known that there is none."""
        session = self._pool.found() or await self._pool.here()
        delivery = Delivery(
            operation,
            request,
            self.settings.base_url,
            session.next_request_id(),
            self.settings.timeout if timeout is None else timeout,
            repeatable=operation.idempotent,
            is_stream=True,
        )
        self._retry_budget.earn()
        try:
            await self._deliver(delivery, session)
        except BaseException as error:
            if delivery.kept is not None:  # it came at the very moment of a cancellation
                StreamConnection(session, delivery, self.authorizer.hint).close()
            if (self.closed or session.closed) and may_come_of_closing(error):
                raise delivery.closed_meanwhile() from error
            raise
        return StreamConnection(session, delivery, self.authorizer.hint)

    async def _deliver(self, delivery: Delivery, session: LoopSession) -> Response:
        """Try until there is an answer to give back or an error to raise."""
        method = delivery.request.method
        pacer = None if delivery.operation.pace is None else self.pacer(delivery.operation)
        while True:
            if pacer is not None:
                await wait_for_turn(pacer, delivery.operation, session)
            credentials: Mapping[str, str] = _NONE
            if delivery.operation.authorised:
                ready = self.authorizer.ready(method)
                credentials = (
                    await self._in_time(delivery, session, self.authorizer.headers(method))
                    if ready is None
                    else ready
                )
            try:
                response = await self._attempt(delivery, session, credentials)
            except ActionRunsError:
                raise  # RequestTimeout is an OSError, too
            except _NO_ANSWER as error:
                await self._wait_after_failure(delivery, session, error)
                continue
            if 200 <= response.status < 300:
                return response
            if await self._renewed(delivery, session, credentials, response.status):
                continue
            await self._wait_after_answer(delivery, session, response)

    async def _attempt(
        self, delivery: Delivery, session: LoopSession, credentials: Mapping[str, str]
    ) -> Response:
        """Send once. The waits for a slot and for the rate budget come before the clock starts."""
        scope = self.settings.base_url
        rate = self.settings.rate
        # A stream gives its slot back itself, when it ends.
        apart = not delivery.operation.authorised and not delivery.is_stream
        slots = session.credential_slots if apart else session.slots
        if not slots.take():
            await slots.wait()
        answered = False
        started = time.monotonic()
        wait = rate.reserve(scope, started)
        unused: float | None = started + wait
        try:
            if wait > 0:
                await session.pause(wait)
                started = time.monotonic()
            unused = None
            delivery.attempts += 1
            limit = session.deadlines.limit(delivery.remaining())
            try:
                response = await self._exchange.run(delivery, session, self.authorizer, credentials)
            except BaseException as error:
                # Without the limit, a TimeoutError is aiohttp's: no connection came about in time.
                if limit.end(error) or (limit.expired and isinstance(error, TimeoutError)):
                    raise delivery.timed_out() from error
                raise
            finally:
                now = time.monotonic()
                delivery.spent += now - started
            limit.end()
            answered = True
            window = None
            if RATE_HEADER in response.headers:
                window = read_rate_headers(response.headers, datetime.now(UTC))
            rate.observe(scope, window, now)
            return response
        finally:
            if delivery.kept is None:
                slots.release()
            if not answered:
                rate.release(scope, unused=unused)

    async def _renewed(
        self,
        delivery: Delivery,
        session: LoopSession,
        credentials: Mapping[str, str],
        status: int,
    ) -> bool:
        """Renew refused credentials, once for each call.

        The replay is safe for any operation, as the refusal came before its execution.
        """
        if delivery.renewed or not delivery.operation.authorised or status not in (401, 403):
            return False
        delivery.renewed = True
        return await self._in_time(delivery, session, self.authorizer.renew(credentials, status))

    async def _in_time(
        self, delivery: Delivery, session: LoopSession, credentials: Awaitable[T]
    ) -> T:
        """Wait for credentials, on the time of the call that needs them."""
        started = time.monotonic()
        limit = session.deadlines.limit(delivery.remaining())
        try:
            with limit:
                return await credentials
        except ConnectionFailed as error:
            # Of the route that gives credentials. It is another one's as well who waits for them,
            # and tells whether that request was sent, not whether this one was.
            own = copy(error)
            own.maybe_sent = delivery.maybe_sent
            raise own from error
        except TimeoutError as error:
            if not limit.expired:
                raise
            raise delivery.timed_out(waiting_for_credentials=True) from error
        finally:
            delivery.spent += time.monotonic() - started
