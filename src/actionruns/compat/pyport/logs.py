"""Logs: where the constructor's settings of logging lead."""

from __future__ import annotations

import logging
import threading
from typing import Final

from actionruns.compat.pyport.exceptions import PortConfigurationError

__all__ = ["LOGGER", "show_logs"]

LOGGER: Final = logging.getLogger("actionruns")
"""The logger of the SDK, that of these clients among it."""

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_lock = threading.Lock()
_shown: list[logging.Handler] = []


def show_logs(
    level: int = logging.INFO,
    format_string: str | None = None,
    handler: logging.Handler | None = None,
) -> None:
    """Show the SDK's log records, if anything was set at all.

    As with pyport, the settings of the latest client hold for the whole process. Handlers that the
    application has put there itself stay.

    Args:
        level: The level from which records are shown.
        format_string: The format of a line.
        handler: Where they go; None = standard error.

    Raises:
        PortConfigurationError: There is no such level, or the format is none. All stays as it was.
    """
    if level == logging.INFO and format_string is None and handler is None:
        return
    chosen = handler or logging.StreamHandler()
    with _lock:
        try:
            formatter = logging.Formatter(format_string or _FORMAT)
            LOGGER.setLevel(level)
        except (TypeError, ValueError) as error:
            raise PortConfigurationError(f"log_level or log_format: {error}") from error
        if format_string is not None or handler is None:
            chosen.setFormatter(formatter)
        while _shown:
            LOGGER.removeHandler(_shown.pop())
        if chosen not in LOGGER.handlers:
            LOGGER.addHandler(chosen)
            _shown.append(chosen)
