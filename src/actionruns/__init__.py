"""One SDK for services that run actions and let you follow the runs."""

from __future__ import annotations

from actionruns._version import __version__

__all__ = ["__version__"]
