"""``actionruns watch``: runs of several services in one watch."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import typer

from actionruns.cli.command import help_of
from actionruns.cli.connections import Connections
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode
from actionruns.cli.failing import failing
from actionruns.cli.following import CHOOSING, WATCHED, Choice
from actionruns.cli.groups import with_groups
from actionruns.cli.inputs import ref_of
from actionruns.cli.kept import go_on_command, read_kept
from actionruns.cli.loop import run_async
from actionruns.cli.output import Output
from actionruns.cli.served import SERVED
from actionruns.cli.telling import Course, Telling
from actionruns.cli.waiting import Patience
from actionruns.services import runs_by_service

__all__ = ["add_watch_command"]


def add_watch_command(app: typer.Typer) -> None:
    """Add the command of this module."""

    def command(*, output: Output, **options: Any) -> None:
        connections = Connections.take_from(options)
        with failing(debug=output.debug, wording=connections.in_options):
            watching = _Watching(connections, output, **options)
            code = run_async(watching.run()) or ExitCode.SUCCEEDED
        raise typer.Exit(code)

    _, _, *own = inspect.signature(_Watching, eval_str=True).parameters.values()
    output = inspect.Parameter("output", inspect.Parameter.KEYWORD_ONLY, annotation=Output)
    function = with_groups(command, [*own, *Connections.parameters(), output])
    epilog = f"{EXIT_CODES_HELP}\n\n{WATCHED}"
    app.command("watch", help=help_of(_Watching), epilog=epilog)(function)


class _Watching:
    """Follow many runs, of several services, until each has ended, and tell every change once.

    A run is called by its service and its id: port:r_QOz6WoOB1Q2lmhZZ, forgeportal:<uuid>,
    acp:<uuid>. On a terminal a live display, elsewhere a line for each change; with --json a line
    of JSON. Each service's address and credentials come from the environment, or from the options
    below.
    """

    def __init__(  # noqa: PLR0913 # a command's parameters are its options
        self,
        connections: Connections,
        output: Output,
        *,
        context: typer.Context,
        choice: Choice,
        course: Course,
        patience: Patience,
        service: Annotated[
            list[str] | None,
            typer.Option(
                metavar="SERVICE",
                help="Whose active runs --all-active takes, and whose runs ids are that name no "
                f"service: {', '.join(SERVED)}. May be repeated.",
            ),
        ] = None,
        runs: Annotated[
            list[str] | None,
            typer.Argument(metavar="REF", help="The runs.", show_default=False),
        ] = None,
    ) -> None:
        # Outside of the loop: a secret may be asked for, and Ctrl-C is to end that at once.
        self._services = _known(service or [])
        self._kept = read_kept(course.checkpoint)
        read = partial(ref_of, services=self._services)
        self._refs = choice.given(runs or [], read, course, self._kept)
        self._active_of = self._services if choice.all_active else []
        if choice.all_active and not self._services:
            raise typer.BadParameter(f"--all-active needs --service: {', '.join(SERVED)}")
        self._output = output
        go_on = go_on_command(context, without=CHOOSING)
        self._telling = Telling(output, patience, course, go_on)
        self._connections = connections
        named = runs_by_service(self._refs)
        self._clients = connections.open([*named, *self._active_of, *self._kept.services])

    async def run(self) -> ExitCode | None:
        """Follow the runs."""
        async with self._connections:
            refs = dict.fromkeys(self._refs)
            for name in self._active_of:
                ids = SERVED[name].active_run_ids(self._clients[name])
                refs.update({f"{name}:{run_id}": None async for run_id in ids})
            if not (refs or self._kept.told):
                self._output.note("No runs to follow.")
                return None
            return await self._telling.follow(list(refs), self._clients, self._kept)


def _known(services: Sequence[str]) -> list[str]:
    for name in services:
        if name not in SERVED:
            raise typer.BadParameter(
                f"--service: there is no {name}; known are {', '.join(SERVED)}"
            )
    return list(dict.fromkeys(services))
