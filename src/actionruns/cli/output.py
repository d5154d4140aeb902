"""What commands print: JSON for programs, tables and panels for people."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import attrs
import orjson
import typer
from rich.console import Console, RenderableType
from rich.text import Text

from actionruns.cli.consoles import clean, errors, make_console
from actionruns.core.codec import unstructure
from actionruns.watching import RunUpdate

__all__ = ["Output", "json_of_update"]

_PANEL = "Output"


@attrs.frozen(kw_only=True)
class Output:
    """How results are shown."""

    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print JSON: one document for a result, one line each for a stream.",
            rich_help_panel=_PANEL,
        ),
    ] = False
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            help="Log each request to stderr, and show the traceback of an error.",
            rich_help_panel=_PANEL,
        ),
    ] = False
    console: Console = attrs.field(factory=make_console, init=False)

    @property
    def live(self) -> bool:
        """Whether a display may be redrawn: people look at a terminal."""
        return not self.json and self.console.is_terminal and not self.console.is_dumb_terminal

    def document(self, value: Any) -> None:
        """Print a value as a JSON document of several lines."""
        _write(orjson.dumps(unstructure(value), option=orjson.OPT_INDENT_2))

    def line(self, value: Any) -> None:
        """Print a value as one line of JSON, at once."""
        _write(orjson.dumps(unstructure(value)))

    def show(self, *renderables: RenderableType) -> None:
        """Print for people."""
        self.console.print(*renderables)
        self.console.file.flush()

    def note(self, text: str) -> None:
        """Say something beside the result, on stderr; programs that read JSON aren't told."""
        if not self.json:
            errors().print(Text(clean(text), "bright_black"), soft_wrap=True)


def json_of_update(update: RunUpdate[Any]) -> dict[str, Any]:
    """Return an update as JSON's values; its run is as the service gave it."""
    return {
        "ref": update.ref,
        "id": update.run_id,
        "status": None if update.run is None else update.run.status,
        "state": str(update.state),
        "previous": None if update.previous is None else str(update.previous),
        "outcome": None if update.outcome is None else str(update.outcome),
        "seen_at": _moment(update.seen_at),
        "changed_at": None if update.changed_at is None else _moment(update.changed_at),
        "redelivered": update.redelivered,
        "error": None if update.error is None else str(update.error),
        "run": None if update.run is None else unstructure(update.run),
    }


def _moment(value: datetime) -> str:
    utc = value.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write(line: bytes) -> None:
    # As text: the stream may be one of a test, or have an encoding of its own. Flushed: a reader
    # of a stream shall see an update when it comes.
    sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()
