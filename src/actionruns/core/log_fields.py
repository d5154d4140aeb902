"""The fields of log records: what a line tells, once more for machines.

A record carries them as attributes (``extra``), where the formatters of JSON logs look for them.
The names are part of the interface: whoever filters by them relies on them.
"""

from __future__ import annotations

from actionruns.errors import ApiError, ConnectionFailed, DecodeFailed

__all__ = ["LogFields", "fields_of_error"]

LogFields = dict[str, object]
"""The fields of one record, by name. A record has those that make sense for it."""


def fields_of_error(error: Exception) -> LogFields:
    """Return what an error tells of the call that failed.

    Args:
        error: The error. As in the messages of this package's errors, there is no secret in them.
    """
    fields: LogFields = {"error": type(error).__name__}
    if isinstance(error, ApiError | ConnectionFailed):
        fields |= {"method": error.method, "url": error.url, "attempt": error.attempts}
    if isinstance(error, ApiError):
        fields["request_id"] = error.request_id
    if isinstance(error, ApiError | DecodeFailed):
        fields["status"] = error.status
    return fields
