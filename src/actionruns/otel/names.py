"""Names and units of what is measured.

Those that begin with ``actionruns.`` are ours. The others are the semantic conventions' for HTTP
clients, of which these are stable; they are written out, since the package that has them as
constants has no stable release.
"""

from __future__ import annotations

from typing import Final

__all__: list[str] = []

# Attributes of spans and metrics.
METHOD: Final = "http.request.method"
URL: Final = "url.full"
URL_TEMPLATE: Final = "url.template"
SERVER: Final = "server.address"
PORT: Final = "server.port"
STATUS: Final = "http.response.status_code"
RESENT: Final = "http.request.resend_count"
ERROR: Final = "error.type"
SERVICE: Final = "actionruns.service"
OPERATION: Final = "actionruns.operation"
REQUEST_ID: Final = "actionruns.request_id"
ATTEMPT: Final = "actionruns.attempt"
LOOK: Final = "actionruns.watch.look"
FOLLOWED: Final = "actionruns.watch.followed"
ENDS: Final = "actionruns.watch.ends"
STATE: Final = "actionruns.run.state"
OUTCOME: Final = "actionruns.run.outcome"
SHARE: Final = "actionruns.watch.lag.share"

# Spans and events. The span of a call has the name of its operation.
LOOK_SPAN: Final = "look"
RETRY_EVENT: Final = "actionruns.retry"

# Seconds: the bounds that the conventions give for the duration of requests.
DURATION_BOUNDS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75),
    *(1.0, 2.5, 5.0, 7.5, 10.0),
)
