"""A watch on a terminal: what is shown while it goes on, and what is left of it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import Emulated, Everywhere, process

# What moves the cursor or sets a colour.
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The other side of a terminal of 100 columns and 30 lines."""

    def __init__(self, watching: subprocess.Popen[str], ours: int) -> None:
        self.watching = watching
        self._ours = ours
        self.seen = ""

    def read_until(self, words: str) -> None:
        """Read what is shown until these words were, or to the end."""
        while words not in self.seen:
            try:
                piece = os.read(self._ours, 65_536)
            except OSError:  # the process and its side of the terminal are gone
                piece = b""
            if not piece:
                break
            self.seen += _CONTROLS.sub("", piece.decode("utf-8", errors="replace"))
        assert words in self.seen

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        while True:
            try:
                piece = os.read(self._ours, 65_536)
            except OSError:
                return self.watching.wait()
            self.seen += _CONTROLS.sub("", piece.decode("utf-8", errors="replace"))


@contextmanager
def on_terminal(port: Emulated, *arguments: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
    try:
        with process("watch", *arguments, env=port.environment, **streams) as watching:
            os.close(theirs)
            yield Terminal(watching, ours)
    finally:
        os.close(ours)


def test_a_terminal_shows_counts_by_service_and_what_is_done(
    port: Emulated, everywhere: Everywhere
) -> None:
    """Runs of two services are counted in a column each; the display stays when all have ended."""
    refs = [everywhere.add_run(service) for service in ("port", "acp")]
    with on_terminal(port, *refs, "--interval", "0.05") as terminal:
        terminal.read_until("under way")
        terminal.read_until("port: 1 followed")
        for ref in refs:
            everywhere.finish(ref)
        terminal.read_until("2 of 2 ended")
        assert terminal.end() == 0
    assert re.search(r"port +acp +all", terminal.seen)
    assert re.search(r"✓ succeeded +1 +1 +2", terminal.seen)
    last = terminal.seen[terminal.seen.rindex("2 of 2 ended") :]
    assert "followed" not in last
    assert "lag" in last


def test_ctrl_c_leaves_the_display_and_says_how_to_go_on(
    port: Emulated, everywhere: Everywhere, tmp_path: Path
) -> None:
    """After Ctrl-C the counts are still there, and the command below them."""
    ref = everywhere.add_run("port")
    options = ("--interval", "0.05", "--checkpoint", str(tmp_path / "w.db"))
    with on_terminal(port, ref, *options) as terminal:
        terminal.read_until("0 of 1 ended")
        terminal.read_until(ref)
        terminal.watching.send_signal(signal.SIGINT)
        assert terminal.end() == 130
    after = terminal.seen[terminal.seen.rindex("0 of 1 ended") :]
    assert "1 of 1 runs has not ended" in after
    assert "  actionruns watch --checkpoint " in after
