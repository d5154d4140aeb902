"""The process's standard streams: closed ones, and one that nobody reads."""

from __future__ import annotations

import os
import sys

__all__ = ["drop_stdout", "open_closed_streams"]

_STREAMS = (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_WRONLY, "w"), ("stderr", os.O_WRONLY, "w"))


def open_closed_streams() -> None:
    """Open the null device for each standard stream that the caller has closed (``>&-``).

    Otherwise the first socket or file would get its number: an event loop gives up then (uvloop
    aborts the process), and what is printed would go to that socket.
    """
    for number, (name, flags, mode) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is given, and those below are taken by now.
            os.set_inheritable(os.open(os.devnull, flags), True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def drop_stdout() -> None:
    """Let what is still to be written go nowhere, so that the interpreter ends quietly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    finally:
        os.close(nowhere)
