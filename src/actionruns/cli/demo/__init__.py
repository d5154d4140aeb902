"""``actionruns demo``: 2,000 runs of three services, without any of them or credentials."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from actionruns.cli.demo.flow import async_flow, blocking_flow
from actionruns.cli.demo.load import Shares, start_and_follow
from actionruns.cli.demo.record import Record
from actionruns.cli.demo.screen import Screen
from actionruns.cli.demo.server import emulator_process
from actionruns.cli.demo.summary import summary
from actionruns.cli.failing import failing
from actionruns.cli.loop import run_async
from actionruns.cli.rendering import duration

__all__ = ["add_demo_command"]

# Seconds between two looks at all runs.
_INTERVAL = 1.0
# Longer than the execution of all runs takes, so that the first end is seen as it happens.
_LIFE = ("--duration", "4..12", "--approval-delay", "1..4")
# Attempts that fail go back to the queue, but not for so long that the demo waits for them alone.
_FORGEPORTAL = (
    *("--forgeportal-claim-delay", "3..6", "--forgeportal-retry-delay", "1"),
    *("--forgeportal-max-retries", "1"),
)


def add_demo_command(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(
    runs: Annotated[int, typer.Option(min=1, max=100_000, help="How many runs.")] = 2000,
    speed: Annotated[
        float, typer.Option(min=0.01, help="How much faster runs live; 1 = 4 to 30 s.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="What becomes of the runs is drawn from it.")] = 1,
    svg: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save the screen at the end as a picture."),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log each request, show an error's traceback.")
    ] = False,
) -> None:
    """Follow 2,000 runs of Port, ForgePortal and agents to their end, in one watch, live.

    The services are emulated, by a process of its own. Then a runner's work on one run of Port:
    once async, once blocking. It needs no credentials and no network. Ctrl-C ends it with what was
    measured so far.
    """
    screen = Screen()
    with failing(debug=debug):
        began = time.monotonic()
        record = Record(wanted=runs, interval=_INTERVAL)
        try:
            _show(record, screen, ["--seed", str(seed), "--speed", str(speed), *_LIFE])
        except KeyboardInterrupt:
            _say_interrupted(record, screen)
            raise
        finally:
            if svg is not None:
                screen.save_svg(svg, "actionruns demo")
        screen.show(f"\nDone in {duration(time.monotonic() - began)}.")


def _show(record: Record, screen: Screen, options: list[str]) -> None:
    options += [*_FORGEPORTAL, "--forgeportal-queued", str(Shares(record.wanted).forgeportal)]
    with contextlib.ExitStack() as emulators:
        busy = emulators.enter_context(emulator_process(options))
        # One that leaves the runs to us, the runner.
        quiet = emulators.enter_context(emulator_process(["--no-auto-progress"])) + "/port"
        screen.show(Text.assemble("The emulated services listen at ", (busy, "cyan"), "\n"))
        run_async(start_and_follow(busy, record, screen))
        screen.show()
        screen.show(summary(record, screen.console.encoding))
        screen.heading(3, "Work on a run", " as its backend, async\n")
        run_async(async_flow(quiet, screen))
        screen.heading(4, "The same, blocking\n")
        blocking_flow(quiet, screen)


def _say_interrupted(record: Record, screen: Screen) -> None:
    screen.show(Text("\nInterrupted; until then:\n", "yellow"))
    screen.show(summary(record, screen.console.encoding))
