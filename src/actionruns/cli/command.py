"""The frame of the commands that ask Port: options, client, event loop, errors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec

import typer

from actionruns import AsyncPortClient
from actionruns.cli.connecting import Connection
from actionruns.cli.exits import ExitCode
from actionruns.cli.failing import failing
from actionruns.cli.groups import with_groups
from actionruns.cli.loop import run_async
from actionruns.cli.output import Output

__all__ = ["PortCommand", "port_command"]

P = ParamSpec("P")

PortCommand = Callable[
    Concatenate[AsyncPortClient, Output, P], Coroutine[Any, Any, ExitCode | None]
]
"""The work of a command; what it returns is the exit code, None = 0."""

_FRAME = {"connection": Connection, "output": Output}


def port_command(
    app: typer.Typer, name: str, *, epilog: str | None = None
) -> Callable[[PortCommand[P]], PortCommand[P]]:
    """Add a command that works with a client of Port.

    The command gets the options that its function has after client and output, those of the
    connection, ``--json`` and ``--debug``. The function's docstring is its help.

    Args:
        app: The commands it joins.
        name: Its name.
        epilog: Text at the end of its help.
    """

    def add(work: PortCommand[P]) -> PortCommand[P]:
        def command(*, connection: Connection, output: Output, **options: Any) -> None:
            with failing(debug=output.debug):
                # Outside of the loop: it may ask for the secret, and Ctrl-C is to end that at once.
                client = connection.client()

                async def run() -> ExitCode | None:
                    async with client:
                        return await work(client, output, **options)  # type: ignore[call-arg] # P

                code = run_async(run()) or ExitCode.SUCCEEDED
            raise typer.Exit(code)

        _, _, *own = inspect.signature(work, eval_str=True).parameters.values()
        frame = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind)
            for name, kind in _FRAME.items()
        ]
        app.command(name, help=work.__doc__, epilog=epilog)(with_groups(command, [*own, *frame]))
        return work

    return add
