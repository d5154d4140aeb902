"""The two consoles: results go to stdout, everything else to stderr."""

from __future__ import annotations

import io
import re
import sys
from typing import IO, Any, cast

from rich.console import Console
from rich.file_proxy import FileProxy
from rich.text import Text

__all__ = ["clean", "errors", "make_console", "one_line", "stderr"]

# Wider than any table: what is read by a program or a file is never wrapped or cut.
_NO_WIDTH = 2000

# Control characters of a service's text could move the cursor or recolour the terminal.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Console(Console):
    """A console that leaves it to the command what becomes of a pipe that nobody reads."""

    def on_broken_pipe(self) -> None:
        """Let the error go on; Rich would end the process with 1, as if a run had failed."""
        raise  # noqa: PLE0704 # Rich calls this while it handles the error


class _Stderr(io.TextIOBase):
    """Stderr as it is at the time of each write.

    While a live display is shown, Rich has put a stream of its own there, that prints above the
    display. But a console unwraps that stream, and would write into the display: the display were
    redrawn at the wrong place, and the line lost.
    """

    def write(self, text: str) -> int:
        return self._stream().write(text)

    def flush(self) -> None:
        self._stream().flush()

    def isatty(self) -> bool:
        return self._stream().isatty()

    def fileno(self) -> int:
        return self._stream().fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override] # the base class has a variable
        return str(getattr(self._stream(), "encoding", None) or "utf-8")

    def _stream(self) -> IO[str]:
        stream: IO[str] = sys.stderr
        # Only if it is a terminal: a file or a pipe is not where the display is.
        if isinstance(stream, FileProxy) and not stream.isatty():
            return stream.rich_proxied_file
        return stream


def make_console(stream: IO[str] | None = None, **settings: Any) -> Console:
    """Make a console.

    Rich finds out what the stream can do: colours and live displays on a terminal, plain text
    elsewhere; it obeys ``NO_COLOR``, ``FORCE_COLOR``, ``TERM=dumb`` and ``COLUMNS``.

    Args:
        stream: Where it writes; None = stdout at the time of the write.
        settings: More settings of Rich's console.
    """
    console = _Console(file=stream, highlight=False, markup=False, emoji=False, **settings)
    if not console.is_terminal and "width" not in settings:
        console.width = _NO_WIDTH
    return console


def errors() -> Console:
    """Return a console on stderr, which prints above a live display."""
    return make_console(stderr())


def stderr() -> IO[str]:
    """Return a stream that is stderr at the time of each write, and above a live display."""
    return cast(IO[str], _Stderr())


def clean(text: str) -> str:
    """Return a service's text without what a terminal would obey."""
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n"))


def one_line(text: str) -> Text:
    """Return a service's text as one line."""
    return Text(" ".join(clean(text).split()))
