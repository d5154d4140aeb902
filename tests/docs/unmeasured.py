"""The environment of processes in which coverage is not measured.

What the documentation shows has tests of its own. To measure it once more would take a third of the
time of each command, most of which is spent on starting.
"""

from __future__ import annotations

import os

__all__ = ["unmeasured"]


def unmeasured() -> dict[str, str]:
    """Return this process's environment without what makes a child measure itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
