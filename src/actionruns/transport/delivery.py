"""Delivery: one call on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from actionruns.core.operation import Arguments, Operation
from actionruns.core.redaction import redact_url
from actionruns.core.request import Request
from actionruns.core.response import Call
from actionruns.errors import ApiError, ClientClosed, InvalidRequest, RequestTimeout

if TYPE_CHECKING:
    from aiohttp import ClientResponse

__all__ = ["Delivery", "check_timeout", "is_repeatable", "may_come_of_closing"]


_IN_DOUBT: Final = (
    "What it was to make may exist: the service answers so, too, when it has seen {} before. Look "
    "before you repeat it with another one."
)


@attrs.define
class Delivery:
    """One call on its way: what has been tried and how much of its time is spent.

    A call for a stream keeps the answer that is one, and with it the slot, for its caller to read.
    """

    operation: Operation[Any]
    request: Request
    base_url: str
    request_id: str
    timeout: float | None
    attempts: int = 0
    spent: float = 0.0
    broken_before: bool = False
    maybe_sent: bool = False
    renewed: bool = False
    repeatable: bool = False
    is_stream: bool = False
    kept: ClientResponse | None = None

    @property
    def url(self) -> str:
        """The URL, for people; it is sent in its parts."""
        return self.base_url + self.request.target

    def repeatable_after(self, status: int) -> bool:
        """Tell whether it may be sent again after an answer with this status."""
        key = self.operation.key
        return self.repeatable and (key is None or status not in key.in_doubt)

    def remaining(self) -> float | None:
        """Return the seconds left, None = no limit."""
        return None if self.timeout is None else self.timeout - self.spent

    def call(self, hint: str) -> Call:
        """Return what an error tells about the call."""
        return Call(
            operation=self.operation.name,
            method=self.request.method,
            url=redact_url(self.url),
            request_id=self.request_id,
            hint=hint,
            notes=self._notes(),
            maybe_sent=self.maybe_sent,
        )

    def _notes(self) -> Mapping[int, str]:
        key = self.operation.key
        if key is None or not self.repeatable:
            return {}
        return dict.fromkeys(key.in_doubt, _IN_DOUBT.format(key.argument))

    def timed_out(self, *, waiting_for_credentials: bool = False) -> RequestTimeout:
        """Return the error of a call whose time is up."""
        if waiting_for_credentials:
            progress, warning = "waiting for its credentials", ""
        elif self.repeatable:
            progress, warning = f"{self.attempts} tried", ""
        else:
            progress = f"{self.attempts} tried"
            warning = " The server may have executed the request."
        url = redact_url(self.url)
        return RequestTimeout(
            f"{self.operation.name}: {self.request.method} {url} took longer than "
            f"{self.timeout:g} s ({progress}).{warning} Raise timeout if the service is slow.",
            method=self.request.method,
            url=url,
            attempts=self.attempts,
            maybe_sent=self.maybe_sent or not waiting_for_credentials,
        )

    def closed_meanwhile(self) -> ClientClosed:
        """Return the error of a call whose client was closed."""
        doubt = ""
        if self.attempts and not self.repeatable:
            doubt = "; the server may have executed the request"
        return ClientClosed(f"{self.operation.name}: the client was closed meanwhile{doubt}")


def is_repeatable(operation: Operation[Any], arguments: Arguments) -> bool:
    """Tell whether a call may be sent again when it is unknown whether it was executed."""
    return operation.idempotent or (
        operation.key is not None and bool(arguments.get(operation.key.argument))
    )


def may_come_of_closing(error: BaseException) -> bool:
    """Tell whether a call may have ended so because its client was closed meanwhile."""
    if isinstance(error, asyncio.CancelledError):
        # aiohttp's closing cancels the look-up of a host, which looks to those who wait for it as
        # if they had been cancelled.
        task = asyncio.current_task()
        return task is None or not task.cancelling()
    # An answer is an answer, also when the client was closed before it was told.
    return isinstance(error, Exception) and not isinstance(error, ApiError)


def check_timeout(timeout: object) -> None:
    """Refuse a time limit that is no number above 0.

    Raises:
        InvalidRequest: It is none.
    """
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:
        raise InvalidRequest(f"timeout must be seconds above 0, but is {timeout!r}")
