"""How a command fails: one line on stderr, a code, and with --debug the traceback."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.text import Text

from actionruns.cli.consoles import clean, errors
from actionruns.cli.exits import ExitCode, code_of_error
from actionruns.core.redaction import redact_text
from actionruns.errors import ActionRunsError

__all__ = ["failing", "print_error"]


@contextmanager
def failing(*, debug: bool = False) -> Iterator[None]:
    """Turn errors into one line on stderr and an exit code.

    Args:
        debug: Log what is sent and received, and show the traceback of an error.

    Raises:
        typer.Exit: Something failed, was interrupted, or nobody reads the output any more.
    """
    with _logging(debug=debug):
        try:
            yield
            sys.stdout.flush()  # a reader that has gone shows up here, not at the interpreter's end
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:
            drop_stdout()
            raise typer.Exit(ExitCode.BROKEN_PIPE) from None
        except ActionRunsError as error:
            _report(error, str(error), debug=debug)
            raise typer.Exit(code_of_error(error)) from None
        except OSError as error:
            _report(error, str(error), debug=debug)
            raise typer.Exit(ExitCode.SERVICE) from None
        except Exception as error:  # noqa: BLE001 # the last stop; --debug shows the traceback
            kind = type(error).__name__
            _report(error, f"unexpected {kind}: {error} (--debug shows where)", debug=debug)
            raise typer.Exit(ExitCode.INTERNAL) from None


def drop_stdout() -> None:
    """Let what is still to be written go nowhere, so that the interpreter ends quietly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    finally:
        os.close(nowhere)


def print_error(message: str) -> None:
    """Print an error as one line on stderr."""
    text = " ".join(clean(redact_text(message)).split())
    console = errors()
    console.print(Text.assemble(("error:", "bold red"), " ", text), soft_wrap=True)


def _report(error: Exception, message: str, *, debug: bool) -> None:
    print_error(message or type(error).__name__)
    if debug:
        errors().print_exception(show_locals=False)


@contextmanager
def _logging(*, debug: bool) -> Iterator[None]:
    """Show the SDK's warnings as lines on stderr; with ``debug`` all of its log."""
    logger = logging.getLogger("actionruns")
    handler: logging.Handler = _WarningLines()
    if debug:
        # A console that finds its stream at each write: a live display redirects stderr meanwhile.
        handler = RichHandler(console=Console(stderr=True), show_path=False, markup=False)
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.WARNING)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _WarningLines(logging.Handler):
    """Shows a log record as one line on stderr, in the manner of errors."""

    def emit(self, record: logging.LogRecord) -> None:
        text = " ".join(clean(redact_text(record.getMessage())).split())
        line = Text.assemble((f"{record.levelname.lower()}:", "yellow"), " ", text)
        errors().print(line, soft_wrap=True)
