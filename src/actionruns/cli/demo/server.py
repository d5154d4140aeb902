"""The demo's emulators: processes of their own, ended with the demo.

A server in the demo's process would share its interpreter: half of every latency measured would be
the server's work. On two cores each side has one.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Final

from actionruns.errors import ConnectionFailed

__all__ = ["DEMO", "emulator_process"]

DEMO: Final = "demo"
"""The client id that the emulator accepts, and its secret."""

_PATIENCE_SECONDS = 5.0


@contextlib.contextmanager
def emulator_process(options: Sequence[str]) -> Iterator[str]:
    """Serve emulated services from another process while the body runs.

    Args:
        options: More options of ``actionruns emulate``.

    Yields:
        The server's address; each service is below it.

    Raises:
        ConnectionFailed: The process could not start to listen.
    """
    command = [sys.executable, "-m", "actionruns.cli", "emulate", "--stop-at-eof", *options]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(  # noqa: S603 # our own program, with options of the demo
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            # Ctrl-C goes to all processes of a terminal: this one is to last until the summary.
            start_new_session=True,
        ) as process,
    ):
        try:
            yield _ready_url(process.stdout.readline() if process.stdout else "", complaints)
        finally:
            _end(process)


def _ready_url(line: str, complaints: object) -> str:
    word, _, url = line.strip().partition(" ")
    if word == "ready":
        return url
    complaints.seek(0)  # type: ignore[attr-defined] # a temporary file has no public type
    reason = complaints.read().strip() or "it said nothing"  # type: ignore[attr-defined] # as above
    raise ConnectionFailed(f"the emulator did not start: {reason.removeprefix('error: ')}")


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # which is what it waits for
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
