"""OpenTelemetry: spans and metrics of all calls and watches of the process; the extra ``otel``.

Nothing else imports this package, so nobody pays for it who does not switch it on by `instrument`.
Only the API of OpenTelemetry is needed here; what is done with the data is the program's choice.
"""

from __future__ import annotations

try:
    import opentelemetry.metrics
    import opentelemetry.trace  # noqa: F401  # both are of the one distribution that is needed
except ModuleNotFoundError as error:
    _problem = f"actionruns.otel needs {error.name}: pip install 'actionruns[otel]'"
    raise ModuleNotFoundError(_problem, name=error.name) from error

from actionruns.otel.instrumenting import instrument, uninstrument

__all__ = ["instrument", "uninstrument"]
