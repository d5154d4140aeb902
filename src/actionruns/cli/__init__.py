"""The command line: ``actionruns``, of the extra ``cli``."""

from __future__ import annotations

import sys

from actionruns.cli.streams import open_closed_streams

__all__ = ["main"]

_NEEDED = ("rich", "typer")


def main() -> None:
    """Run the command line and exit with its code."""
    open_closed_streams()
    # Imported here: without the extra, users get one line that says what to install.
    try:
        from actionruns.cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        problem = f"the command line needs {error.name}: pip install 'actionruns[cli]'"
        print(f"error: {problem}", file=sys.stderr)  # noqa: T201 # there is no console yet
        sys.exit(2)
    sys.exit(run())
