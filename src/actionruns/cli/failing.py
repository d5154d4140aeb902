"""How a command fails: one line on stderr, a code, and with --debug the traceback."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.text import Text

from actionruns.cli.consoles import clean, errors, stderr
from actionruns.cli.exits import ExitCode, code_of_error
from actionruns.cli.streams import drop_stdout
from actionruns.core.redaction import redact_text
from actionruns.errors import ActionRunsError

__all__ = ["fail_of_system", "failing", "print_error"]


@contextmanager
def failing(*, debug: bool = False, wording: Callable[[str], str] | None = None) -> Iterator[None]:
    """Turn errors into one line on stderr and an exit code.

    Args:
        debug: Log what is sent and received, and show the traceback of an error.
        wording: Puts the SDK's messages into the words of the command; None = as they are.

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
            message = str(error) if wording is None else wording(str(error))
            _report(error, message, debug=debug)
            raise typer.Exit(code_of_error(error)) from None
        except OSError as error:  # the service's are ActionRunsErrors: it is about a file or output
            raise typer.Exit(fail_of_system(error, debug=debug)) from None
        except Exception as error:  # noqa: BLE001 # the last stop; --debug shows the traceback
            kind = type(error).__name__
            _report(error, f"unexpected {kind}: {error} (--debug shows where)", debug=debug)
            raise typer.Exit(ExitCode.INTERNAL) from None


def fail_of_system(error: OSError, *, debug: bool = False) -> ExitCode:
    """Tell an error of the operating system, and return the exit code for it.

    What stdout cannot take is dropped: the interpreter would try once more at its end, and complain
    in its own way.
    """
    _report(error, str(error), debug=debug)
    try:
        sys.stdout.flush()
    except OSError:
        drop_stdout()
    return ExitCode.INPUT_OUTPUT


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
        handler = RichHandler(console=Console(file=stderr()), show_path=False, markup=False)
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
