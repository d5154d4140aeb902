"""Transport: the one way in which an operation is sent."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Awaitable, Mapping
from copy import copy
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, TypeVar

import aiohttp
from yarl import URL

from actionruns.core.operation import Arguments, Operation
from actionruns.core.pacing import Pacer
from actionruns.core.rate import RATE_HEADER, read_rate_headers
from actionruns.core.request import Request, build_request
from actionruns.core.response import (
    Response,
    api_error,
    parse_response,
    retry_after_seconds,
)
from actionruns.core.retry import Failure, RetryBudget, wait_before_retry
from actionruns.errors import ActionRunsError, ConnectionFailed
from actionruns.transport.auth import Authorizer, FixedHeaders
from actionruns.transport.body import read_body
from actionruns.transport.delivery import (
    Delivery,
    check_timeout,
    is_repeatable,
    may_come_of_closing,
)
from actionruns.transport.failures import connection_error, failure_of, shown_cause, was_sent
from actionruns.transport.pool import CONNECT_SECONDS, LoopSession, Pool, client_headers
from actionruns.transport.proxy import proxy_for
from actionruns.transport.settings import TransportSettings
from actionruns.transport.stream import StreamConnection, receive_stream
from actionruns.transport.streaming import Streaming
from actionruns.transport.turn import wait_for_turn

__all__ = ["Transport"]

T = TypeVar("T")

_log = logging.getLogger("actionruns.transport")

_NONE: Mapping[str, str] = {}

# Bytes. aiohttp warns of larger ones that are given as bytes: written at once, they hold the event
# loop up. A file object is read and written in pieces.
_LARGE_BODY = 2**20

# aiohttp calls the body of a POST without one "application/octet-stream", which Fastify refuses
# with status 415.
_NOT_BY_ITSELF = ("Content-Type",)

# What an attempt may raise when no whole answer came.
_NO_ANSWER = (aiohttp.ClientError, OSError)


class Transport(Streaming):
    """Sends operations: authorise, admit, send, map, maybe retry, decode.

    Credentials come before admission, because fetching a token is itself a call through here: it
    must not wait for a slot that its own caller holds.

    Args:
        settings: Where and how to send.
        authorizer: Puts the credentials on. Default: none are sent.
    """

    def __init__(self, settings: TransportSettings, authorizer: Authorizer | None = None) -> None:
        self.settings = settings
        self.authorizer: Authorizer = authorizer or FixedHeaders({})
        self._pool = Pool(settings)
        self._retry_budget = RetryBudget(settings.retry.budget)
        self._fixed: dict[str, Any] = {"allow_redirects": False}
        proxy = proxy_for(settings.base_url, proxy=settings.proxy, trust_env=settings.trust_env)
        if proxy is not None:
            self._fixed["proxy"] = proxy
        self._headers: Mapping[str, str] = _NONE
        if settings.session is not None:
            # A session of ours has these by itself.
            self._headers = client_headers(settings)
            self._fixed["raise_for_status"] = False
            if settings.ssl is not True:
                self._fixed["ssl"] = settings.ssl
        # Without the five minutes that a caller's session may have in all.
        no_end = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        self._fixed_of_streams = {**self._fixed, "timeout": no_end}
        self._fixed_without_body = {**self._fixed, "skip_auto_headers": _NOT_BY_ITSELF}

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
            self.settings.base_url + request.target,
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
            self.settings.base_url + request.target,
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
                with limit:
                    response = await self._exchange(delivery, session, credentials)
            except TimeoutError as error:
                if not limit.expired:
                    raise  # aiohttp's own: the connection did not come about in time
                raise delivery.timed_out() from error
            finally:
                now = time.monotonic()
                delivery.spent += now - started
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

    async def _exchange(
        self, delivery: Delivery, session: LoopSession, credentials: Mapping[str, str]
    ) -> Response:
        request = delivery.request
        headers = {"X-Request-Id": delivery.request_id, **self._headers, **credentials}
        if request.headers:
            headers.update(request.headers)
        fixed = self._fixed_of_streams if delivery.is_stream else self._fixed
        body = request.body
        if body is not None:
            headers["Content-Type"] = "application/json"
        elif request.method != "GET" and not delivery.is_stream:
            fixed = self._fixed_without_body
        answer = await session.session.request(
            request.method,
            URL(delivery.url, encoded=True),
            headers=headers,
            data=body if body is None or len(body) <= _LARGE_BODY else BytesIO(body),
            **fixed,
        )
        # Read to its end, an answer gives its connection back by itself; `async with` would only
        # ask for that again.
        try:
            limit = self.settings.max_response_size
            if delivery.is_stream:
                received = await receive_stream(delivery, answer, limit)
            else:
                received = await read_body(answer, limit)
        except BaseException:
            answer.close()
            raise
        if "Set-Cookie" in answer.headers:
            self.authorizer.keep_cookies(answer.headers.getall("Set-Cookie"))
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug(
                "%s %s -> %d (%s)",
                request.method,
                delivery.url,
                answer.status,
                delivery.request_id,
            )
        return Response(answer.status, answer.headers, received)

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

    async def _wait(self, delivery: Delivery, session: LoopSession, **failed: Any) -> bool:
        """Wait before another attempt; False when there shall be none."""
        wait = wait_before_retry(
            self.settings.retry,
            attempt=delivery.attempts,
            idempotent=delivery.repeatable_after(failed.get("status", 0)),
            jitter=random.random(),  # spreads load, guards nothing
            **failed,
        )
        remaining = delivery.remaining()
        if wait is None or (remaining is not None and wait >= remaining):
            return False
        if not self._retry_budget.spend():
            return False
        delivery.spent += wait
        await session.pause(wait)
        return True
