"""Consoles: where errors and warnings go while a display is redrawn."""

from __future__ import annotations

import io
import sys

import pytest
from rich.live import Live
from rich.text import Text

from actionruns.cli.consoles import errors, make_console


class Stream(io.StringIO):
    """A stream that is a terminal, or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize("words", ["a warning", "a warning longer than its terminal " * 4])
def test_a_line_of_stderr_goes_above_a_live_display(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The display is taken away for the line, and drawn again below it."""
    terminal = Stream(terminal=True)
    monkeypatch.setattr(sys, "stderr", terminal)
    console = make_console(terminal, force_terminal=True, width=40)
    with Live(Text("the display"), console=console, auto_refresh=False) as display:
        display.refresh()
        before = len(terminal.getvalue())
        errors().print(words, soft_wrap=True)
        above, _, rest = terminal.getvalue()[before:].rpartition("the display")
    assert "a warning" in above
    assert "a warning" not in rest


def test_a_line_of_stderr_goes_to_its_file_beside_a_live_display(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who has sent stderr elsewhere finds the line there, and not on the terminal."""
    terminal, file = Stream(terminal=True), Stream(terminal=False)
    monkeypatch.setattr(sys, "stderr", file)
    console = make_console(terminal, force_terminal=True)
    with Live(Text("the display"), console=console, auto_refresh=False):
        errors().print("a warning")
    assert file.getvalue() == "a warning\n"
    assert "a warning" not in terminal.getvalue()


def test_a_console_of_errors_follows_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was made before stderr was replaced writes to the new stream, in its encoding."""
    console = errors()
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding="ascii", errors="replace")
    monkeypatch.setattr(sys, "stderr", stream)
    console.print("done")
    assert binary.getvalue() == b"done\n"
    assert console.encoding == "ascii"
    assert not console.is_terminal
