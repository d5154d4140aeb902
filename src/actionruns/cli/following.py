"""The commands ``wait`` and ``watch`` of any service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import attrs
import typer

from actionruns.cli.command import Commands
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode
from actionruns.cli.inputs import RunIds, run_id_of, runs_given
from actionruns.cli.kept import Kept, go_on_command, read_kept
from actionruns.cli.output import Output
from actionruns.cli.served import Served
from actionruns.cli.telling import Course, Telling
from actionruns.cli.waiting import Patience, wait_and_show
from actionruns.services import ServiceClient

__all__ = ["CHOOSING", "WATCHED", "Choice", "Following"]

C = TypeVar("C", bound=ServiceClient)

_SEVERAL = "Several runs: 0 when all succeeded, else the lowest of the other codes."

WATCHED = (
    "Without --exit-status, 1, 3 and 4 are no result of a watch: it did what it was to do, and "
    "exits with 0."
)
"""What the exit codes of a watch mean."""

CHOOSING = ("runs", "all_active", "stdin", "from_file", "service")
"""The parameters of a watch that choose runs; a checkpoint knows them."""


@attrs.frozen(kw_only=True)
class Choice:
    """Which runs are followed, besides those that are named."""

    all_active: Annotated[
        bool, typer.Option("--all-active", help="All runs that have not ended by now.")
    ] = False
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Runs from stdin, one a line, to its end.")
    ] = False
    from_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Runs from a file, one a line.")
    ] = None

    def given(
        self, named: Sequence[str], read: Callable[[str], str], course: Course, kept: Kept
    ) -> list[str]:
        """Return what the runs are called that are named somewhere, each once.

        Args:
            named: The arguments.
            read: Makes an id or a reference of a word.
            course: Where the checkpoint is.
            kept: What is in it.

        Raises:
            typer.BadParameter: No run is named, not all active ones are wanted, and there is
                nothing to go on with.
        """
        if not (named or self.all_active or self.stdin or self.from_file or kept.told):
            problem = "name runs, or give --all-active, --stdin or --from-file"
            if course.checkpoint is not None:
                problem += f"; there is nothing to go on with in {course.checkpoint}"
            raise typer.BadParameter(problem)
        return runs_given(named, read, stdin=self.stdin, file=self.from_file)


@attrs.frozen
class Following(Generic[C]):
    """How a service's runs are waited for and watched.

    Attributes:
        served: The service.
    """

    served: Served[C]

    def add_to(self, commands: Commands[C]) -> None:
        """Add the two commands."""
        commands.add("wait", self.wait, epilog=f"{EXIT_CODES_HELP}\n\n{_SEVERAL}")
        commands.add("watch", self.watch, epilog=f"{EXIT_CODES_HELP}\n\n{WATCHED}")

    async def wait(
        self, client: C, output: Output, run_ids: RunIds, patience: Patience
    ) -> ExitCode:
        """Wait until runs have ended; the exit code is their result.

        With --json, one line for each run as it ends.
        """
        ids = runs_given(run_ids, partial(run_id_of, service=client.source.service))
        return await wait_and_show(client.source, output, ids, patience, self.served.look)

    async def watch(  # a command's parameters are its options
        self,
        client: C,
        output: Output,
        context: typer.Context,
        choice: Choice,
        course: Course,
        patience: Patience,
        runs: Annotated[
            list[str] | None,
            typer.Argument(metavar="RUN", help="The ids of the runs.", show_default=False),
        ] = None,
    ) -> ExitCode | None:
        """Follow many runs until each has ended, and tell every change once.

        The active runs are listed page by page, a single run is asked for only when it has left
        the list: 10,000 runs cost some ten requests a look, or fifty with pages of 200. On a
        terminal a live display, elsewhere a line for each change; with --json a line of JSON.
        """
        service = client.source.service
        kept = read_kept(course.checkpoint)
        _refuse_others(kept, [service], course)
        ids = choice.given(runs or [], partial(run_id_of, service=service), course, kept)
        if choice.all_active:
            ids += [run_id async for run_id in self.served.active_run_ids(client)]
        refs = [f"{service}:{run_id}" for run_id in dict.fromkeys(ids)]
        if not (refs or kept.told):
            output.note("No runs to follow.")
            return None
        telling = Telling(output, patience, course, go_on_command(context, without=CHOOSING))
        return await telling.follow(refs, {service: client}, kept)


def _refuse_others(kept: Kept, services: Collection[str], course: Course) -> None:
    others = [name for name in kept.services if name not in services]
    if others:
        raise typer.BadParameter(
            f"{course.checkpoint} has runs of {' and '.join(others)}: go on with actionruns watch"
        )
