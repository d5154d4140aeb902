"""Telling: follows runs for a command and tells what it sees, to the end or until it is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import attrs
import typer
from rich.text import Text

import actionruns
from actionruns.cli.board import Board, live, update_line
from actionruns.cli.consoles import errors
from actionruns.cli.exits import ExitCode, code_of_all, code_of_outcome, code_of_update
from actionruns.cli.kept import Kept
from actionruns.cli.output import Output, json_of_update
from actionruns.cli.report import Collector, Report, check_report
from actionruns.cli.served import SERVED
from actionruns.cli.tally import Tally
from actionruns.cli.vitals import Vitals
from actionruns.cli.waiting import Patience
from actionruns.services import ServiceClient
from actionruns.watching import Outcome, RunUpdate

__all__ = ["Course", "Telling"]

_NOT_FOLLOWED = (ExitCode.LOST, ExitCode.WAITED_ENOUGH)


@attrs.frozen(kw_only=True)
class Course:
    """When a watch ends, what it keeps, and what its exit code says."""

    until: Annotated[
        Literal["all", "any"],
        typer.Option(help="End when all runs have ended, or as soon as any one has."),
    ] = "all"
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep in this file what is followed and was told. With a file that is there, go "
            "on with what is in it.",
        ),
    ] = None
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a page with what was seen to this file at the end, also after Ctrl-C: "
            "timeline, durations, outcomes, requests.",
        ),
    ] = None
    exit_status: Annotated[
        bool,
        typer.Option("--exit-status", help="Exit with the result of the runs, as wait does."),
    ] = False


@attrs.define
class Telling:
    """Follows runs and tells each change: on a board, as a line of text, or as one of JSON.

    Attributes:
        output: Where it is told.
        patience: How the runs are followed.
        course: When it ends.
        go_on: The command line that goes on with the checkpoint.
    """

    output: Output
    patience: Patience
    course: Course
    go_on: str
    _codes: dict[str, ExitCode] = attrs.field(factory=dict, init=False)
    _collector: Collector | None = attrs.field(default=None, init=False)

    async def follow(
        self, refs: Sequence[str], clients: Mapping[str, ServiceClient], kept: Kept
    ) -> ExitCode:
        """Follow runs, and return the exit code.

        Args:
            refs: The runs, besides those that are kept.
            clients: The clients of their services.
            kept: What an earlier watch has left.
        """
        if self.course.report is not None:
            check_report(self.course.report)
            self._collector = Collector({name: SERVED[name].look for name in SERVED})
        tally = Tally(kept.total_with(refs))
        for ref, told in kept:
            tally.restore(ref, told.state, told.outcome)
            if self._collector is not None:
                self._collector.restore(ref, told.state, told.outcome)
            if told.outcome is not None:
                self._codes[ref] = code_of_outcome(told.outcome, told.state)
        with self._closing(tally):
            await self._follow(refs, clients, tally)
        codes = self._codes.values()
        return code_of_all(c for c in codes if self.course.exit_status or c in _NOT_FOLLOWED)

    async def _follow(
        self, refs: Sequence[str], clients: Mapping[str, ServiceClient], tally: Tally
    ) -> None:
        async with AsyncExitStack() as stack:
            watch = await stack.enter_async_context(
                actionruns.watch(
                    refs,
                    clients=clients,
                    checkpoint=self.course.checkpoint,
                    **self.patience.keywords(),
                )
            )
            sources = {name: client.source for name, client in clients.items()}
            vitals = Vitals(watch, sources)
            board = Board(tally, watch.progress, vitals=vitals)
            if self.output.live:
                await stack.enter_async_context(live(board, self.output.console))
            if self._collector is not None:
                await stack.enter_async_context(self._collector.sampling(watch.progress))
            stack.callback(vitals.stop)
            stack.callback(tally.stop)
            async for update in watch:
                self._take(update, board)
                if self.course.until == "any" and update.outcome is Outcome.ENDED:
                    break
        if not self.output.live:
            self.output.note(board.summary())

    def _take(self, update: RunUpdate[Any], board: Board) -> None:
        if self._collector is not None:
            self._collector.take(update)
        # What an earlier watch told last when its time was up; the run is followed on.
        is_over_again = update.redelivered and update.outcome is Outcome.TIMED_OUT
        if not is_over_again:
            board.take(update)
        if update.outcome is not None and not is_over_again:
            self._codes[update.ref] = code_of_update(update)
        if self.output.json:
            self.output.line(json_of_update(update))
        elif not self.output.live:
            self.output.show(update_line(update, self.output.console.encoding))

    @contextmanager
    def _closing(self, tally: Tally) -> Iterator[None]:
        """Write the report however the watch ends; unless it fails, say how to go on."""
        is_to_go_on = True
        try:
            yield
        except Exception:
            is_to_go_on = False
            raise
        finally:  # also after Ctrl-C, which cancels the watch
            try:
                self._write_report(tally)
            finally:
                if is_to_go_on:
                    self._say_how_to_go_on(tally)

    def _write_report(self, tally: Tally) -> None:
        """Write the report, if one is wanted and there is anything new to tell."""
        if self._collector is None or self.course.report is None:
            return
        if not self._collector.changes:
            self.output.note(f"Nothing was seen to change: {self.course.report} is not written.")
            return
        is_over = not self._left(tally)
        Report(self._collector, is_over=is_over, unseen=tally.unseen).write(self.course.report)
        self.output.note(f"Report: {self.course.report}")

    def _left(self, tally: Tally) -> int:
        """Return how many runs have not ended."""
        waited = sum(code is ExitCode.WAITED_ENOUGH for code in self._codes.values())
        return tally.total - len(self._codes) + waited

    def _say_how_to_go_on(self, tally: Tally) -> None:
        """Tell on stderr how to follow the runs that have not ended, if there are any."""
        left = self._left(tally)
        if not left:
            return
        count = f"{left:,} of {tally.total:,} runs {'has' if left == 1 else 'have'} not ended"
        file = self.course.checkpoint
        if file is None:
            self.output.note(f"{count}; with --checkpoint FILE a watch can be gone on with.")
        elif file.exists():
            # Also where JSON is read: whoever gave the option wants to know.
            console = errors()
            console.print(Text(f"{count}; {file} knows where they stand. To go on:"))
            console.print(Text(f"  {self.go_on}", "bold"), soft_wrap=True)
