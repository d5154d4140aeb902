"""Calls: a span for each call, and the metrics of its requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import attrs
from opentelemetry.metrics import Meter
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from actionruns.core.operation import Operation
from actionruns.core.redaction import redact_url
from actionruns.core.response import Response
from actionruns.errors import ApiError
from actionruns.otel import names
from actionruns.transport import TransportSettings
from actionruns.transport.delivery import Delivery

__all__ = ["Calls", "note_error"]

_HTTPS_PORT, _HTTP_PORT = 443, 80


@attrs.define
class _Call:
    """A call under way.

    Attributes:
        span: Its span.
        fixed: What its span and its requests have in common.
        status: Status of the last answer; None when the last request got none.
        failed_by: What the last request failed by; None = it didn't, or there was none.
    """

    span: Span
    fixed: Mapping[str, Any]
    status: int | None = None
    failed_by: str | None = None


# Of the task that makes the call; a token that is fetched for it is a call of its own inside it.
_current: ContextVar[_Call | None] = ContextVar("actionruns_otel_call", default=None)


class Calls:
    """Observes calls, see `actionruns.transport.observing`.

    Args:
        tracer: Makes the spans.
        meter: Makes the instruments.
        propagator: Writes the span's context into the headers of requests; None = it stays here.
    """

    def __init__(self, tracer: Tracer, meter: Meter, propagator: TextMapPropagator | None) -> None:
        self._tracer = tracer
        self._propagator = propagator
        self._duration = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP requests, each attempt by itself.",
            explicit_bucket_boundaries_advisory=names.DURATION_BOUNDS,
        )
        self._retries = meter.create_counter(
            "actionruns.client.retries",
            unit="{request}",
            description="Requests that were sent again.",
        )
        self._refusals = meter.create_counter(
            "actionruns.client.refusals",
            unit="{response}",
            description="Answers with status 429.",
        )

    @contextmanager
    def call(self, settings: TransportSettings, operation: Operation[Any]) -> Iterator[None]:
        """Hold a span around a call."""
        fixed = _fixed(settings.base_url, settings.service, operation)
        with self._tracer.start_as_current_span(
            operation.name,
            kind=SpanKind.CLIENT,
            attributes=fixed,
            # Not by OpenTelemetry: the causes in a traceback are other libraries' errors, whose
            # messages nobody has looked through for secrets.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            outer = _current.get()
            call = _Call(span, fixed)
            _current.set(call)
            try:
                yield
            except BaseException as error:
                note_error(span, error)
                raise
            finally:
                # Not by a token, which knows only the context it was made in: a call that nobody
                # has awaited to its end is closed in another one.
                _current.set(outer)
                if call.status is not None:
                    span.set_attribute(names.STATUS, call.status)

    def begin_attempt(self, delivery: Delivery) -> None:
        """Put the span's context on the request; make a retry an event."""
        call = _current.get()
        if call is None:  # it was under way before there was an observer
            return
        if delivery.attempts:
            call.span.add_event(
                names.RETRY_EVENT,
                {names.ATTEMPT: delivery.attempts + 1, names.ERROR: call.failed_by or ""},
            )
            return
        call.span.set_attribute(names.URL, redact_url(delivery.url))
        call.span.set_attribute(names.REQUEST_ID, delivery.request_id)
        if self._propagator is not None:
            carrier: dict[str, str] = {}
            self._propagator.inject(carrier)
            headers = {**carrier, **delivery.request.headers}
            delivery.request = delivery.request._replace(headers=headers)

    def end_attempt(
        self, delivery: Delivery, outcome: Response | BaseException, seconds: float
    ) -> None:
        """Measure a request."""
        call = _current.get()
        if call is None:
            return
        measured = dict(call.fixed)
        if delivery.attempts > 1:
            again = {**measured, names.ERROR: call.failed_by or ""}
            self._retries.add(1, again)
            call.span.set_attribute(names.RESENT, delivery.attempts - 1)
        call.status = outcome.status if isinstance(outcome, Response) else None
        call.failed_by = _failure(outcome)
        if call.status is not None:
            measured[names.STATUS] = call.status
        if call.failed_by is not None:
            measured[names.ERROR] = call.failed_by
        self._duration.record(seconds, measured)
        if call.status == 429:
            self._refusals.add(1, dict(call.fixed))


def note_error(span: Span, error: BaseException) -> None:
    """Tell by a span what it has ended with."""
    span.set_attribute(names.ERROR, _error_type(error))
    if isinstance(error, Exception):  # to be cancelled is no failure
        span.set_status(StatusCode.ERROR, str(error))


def _error_type(error: BaseException) -> str:
    if isinstance(error, ApiError):
        return str(error.status)
    return type(error).__name__


def _failure(outcome: Response | BaseException) -> str | None:
    if isinstance(outcome, BaseException):
        return _error_type(outcome)
    return None if 200 <= outcome.status < 300 else str(outcome.status)


@lru_cache(1024)
def _fixed(base_url: str, service: str, operation: Operation[Any]) -> Mapping[str, Any]:
    """Return what is known of every call of an operation."""
    server = urlsplit(base_url)
    fixed = {
        names.OPERATION: operation.name,
        names.METHOD: operation.method,
        names.URL_TEMPLATE: server.path + operation.path,
        names.SERVER: server.hostname or "",
        names.PORT: server.port or (_HTTPS_PORT if server.scheme == "https" else _HTTP_PORT),
    }
    return {names.SERVICE: service, **fixed} if service else fixed
