"""The commands ``wait`` and ``watch`` of any service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import attrs
import typer

from actionruns.cli.command import Commands
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode, code_of_all
from actionruns.cli.inputs import RunIds, run_ids_given
from actionruns.cli.output import Output
from actionruns.cli.rendering import RunLook
from actionruns.cli.waiting import Patience, wait_and_show, watch_and_tell
from actionruns.services import ServiceClient

__all__ = ["Choice", "Following"]

C = TypeVar("C", bound=ServiceClient)

_SEVERAL = "Several runs: 0 when all succeeded, else the lowest of the other codes."
_WATCHED = (
    "Without --exit-status, 1, 3 and 4 are no result of a watch: it did what it was to do, and "
    "exits with 0."
)
_NOT_FOLLOWED = (ExitCode.LOST, ExitCode.WAITED_ENOUGH)


@attrs.frozen(kw_only=True)
class Choice:
    """Which runs are followed, besides those that are named."""

    all_active: Annotated[
        bool, typer.Option("--all-active", help="All runs that have not ended by now.")
    ] = False
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Run ids from stdin, one a line, to its end.")
    ] = False
    from_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Run ids from a file, one a line.")
    ] = None

    def given(self, named: Sequence[str], service: str) -> list[str]:
        """Return the ids that are named somewhere, each once.

        Raises:
            typer.BadParameter: No run is named, and not all active ones are wanted.
        """
        if not (named or self.all_active or self.stdin or self.from_file):
            raise typer.BadParameter("name runs, or give --all-active, --stdin or --from-file")
        return run_ids_given(named, service=service, stdin=self.stdin, file=self.from_file)


@attrs.frozen
class Following(Generic[C]):
    """How a service's runs are waited for and watched.

    Attributes:
        look: How its runs look.
        active_run_ids: Gives the ids of the runs that have not ended.
    """

    look: RunLook[Any]
    active_run_ids: Callable[[C], AsyncIterator[str]]

    def add_to(self, commands: Commands[C]) -> None:
        """Add the two commands."""
        commands.add("wait", self.wait, epilog=f"{EXIT_CODES_HELP}\n\n{_SEVERAL}")
        commands.add("watch", self.watch, epilog=f"{EXIT_CODES_HELP}\n\n{_WATCHED}")

    async def wait(
        self, client: C, output: Output, run_ids: RunIds, patience: Patience
    ) -> ExitCode:
        """Wait until runs have ended; the exit code is their result.

        With --json, one line for each run as it ends.
        """
        ids = run_ids_given(run_ids, service=client.source.service)
        return await wait_and_show(client.source, output, ids, patience, self.look)

    async def watch(
        self,
        client: C,
        output: Output,
        choice: Choice,
        patience: Patience,
        run_ids: Annotated[
            list[str] | None,
            typer.Argument(metavar="RUN", help="The ids of the runs.", show_default=False),
        ] = None,
        exit_status: Annotated[
            bool,
            typer.Option("--exit-status", help="Exit with the result of the runs, as wait does."),
        ] = False,
    ) -> ExitCode | None:
        """Follow many runs until each has ended, and tell every change once.

        The active runs are listed page by page, a single run is asked for only when it has left
        the list: 10,000 runs cost some ten requests a look, or fifty with pages of 200. On a
        terminal a live display, elsewhere a line for each change; with --json a line of JSON.
        """
        ids = choice.given(run_ids or [], client.source.service)
        if choice.all_active:
            ids += [run_id async for run_id in self.active_run_ids(client)]
        ids = list(dict.fromkeys(ids))
        if not ids:
            output.note("No runs to follow.")
            return None
        codes = await watch_and_tell(client, output, ids, patience)
        return code_of_all(code for code in codes if exit_status or code in _NOT_FOLLOWED)
