"""The frame of the commands that ask a service: options, client, event loop, errors."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import typer

from actionruns.cli.connecting import Connection
from actionruns.cli.exits import ExitCode
from actionruns.cli.failing import failing
from actionruns.cli.groups import with_groups
from actionruns.cli.loop import run_async
from actionruns.cli.output import Output
from actionruns.services import ServiceClient

__all__ = ["Commands", "Work", "help_of"]

P = ParamSpec("P")
C = TypeVar("C", bound=ServiceClient)

Work = Callable[Concatenate[C, Output, P], Coroutine[Any, Any, ExitCode | None]]
"""The work of a command; what it returns is the exit code, None = 0."""


class Commands(Generic[C]):
    """The commands of one service.

    Args:
        app: What they join.
        connection: The options that reach the service, and what makes the client of them.
    """

    def __init__(self, app: typer.Typer, connection: type[Connection[C]]) -> None:
        self._app = app
        self._connection = connection

    def group(self, name: str, *, help: str) -> Commands[C]:  # noqa: A002 # Typer's name for it
        """Add commands below a name of their own."""
        app = typer.Typer(no_args_is_help=True, help=help)
        self._app.add_typer(app, name=name)
        return Commands(app, self._connection)

    def add(self, name: str, work: Work[C, P], *, epilog: str | None = None) -> None:
        """Add a command that works with a client of the service.

        The command gets the options that its function has after client and output, those of the
        connection, ``--json`` and ``--debug``. The function's docstring is its help.

        Args:
            name: Its name.
            work: What it does.
            epilog: Text at the end of its help.
        """

        def command(*, connection: Connection[C], output: Output, **options: Any) -> None:
            with failing(debug=output.debug, wording=connection.in_options):
                # Outside of the loop: it may ask for the secret, and Ctrl-C is to end that at once.
                client = connection.client()

                async def run() -> ExitCode | None:
                    async with contextlib.aclosing(client):
                        return await work(client, output, **options)  # type: ignore[call-arg] # P

                code = run_async(run()) or ExitCode.SUCCEEDED
            raise typer.Exit(code)

        _, _, *own = inspect.signature(work, eval_str=True).parameters.values()
        frame = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind)
            for name, kind in (("connection", self._connection), ("output", Output))
        ]
        function = with_groups(command, [*own, *frame])
        self._app.command(name, help=help_of(work), epilog=epilog)(function)


def help_of(work: Callable[..., Any]) -> str:
    """Return a docstring as a help text, its paragraphs as lines: Typer keeps the line ends."""
    paragraphs = (inspect.getdoc(work) or "").split("\n\n")
    return "\n\n".join(" ".join(text.split()) for text in paragraphs)
