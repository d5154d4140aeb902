"""The fields of log records: what a line tells, once more for machines.

A record carries them as attributes (``extra``), where the formatters of JSON logs look for them.
The names are part of the interface: whoever filters by them relies on them.
"""

from __future__ import annotations

from typing import TypedDict

from actionruns.errors import ApiError, ConnectionFailed, DecodeFailed

__all__ = ["LogFields", "fields_of_error"]


class LogFields(TypedDict, total=False):
    """The fields of a record, those that make sense for it; no name is an attribute of any record.

    docs/observability.md tells what they mean.
    """

    service: str
    operation: str
    run_id: str
    method: str
    url: str
    status: int
    error: str
    request_id: str
    attempt: int
    wait: float
    look: str
    interval: float
    followed: int
    ended: int
    lost: int
    requests: float
    failures: int


def fields_of_error(error: Exception) -> LogFields:
    """Return what an error tells of the call that failed.

    Args:
        error: The error. As in the messages of this package's errors, there is no secret in them.
    """
    fields = LogFields(error=type(error).__name__)
    if isinstance(error, ApiError | ConnectionFailed):
        fields["method"], fields["url"] = error.method, error.url
        fields["attempt"] = error.attempts
    if isinstance(error, ApiError):
        fields["request_id"] = error.request_id
    if isinstance(error, ApiError | DecodeFailed):
        fields["status"] = error.status
    return fields
