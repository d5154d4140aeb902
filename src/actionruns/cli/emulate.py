"""``actionruns emulate``: the emulated services as a local server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import attrs
import typer
from rich.text import Text

from actionruns.cli.consoles import errors
from actionruns.cli.failing import failing
from actionruns.cli.groups import with_groups
from actionruns.cli.loop import run_async
from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.errors import ActionRunsError, ConfigurationError

__all__ = ["add_emulate_command"]

_RUNS = "Life of runs"
_FORGEPORTAL = "ForgePortal"
_LIMITS = "Limits and pages"
_DEFAULTS = EmulatorSettings()


def seconds_range(text: str) -> tuple[float, float]:
    """Return the least and most seconds of ``2..20`` or ``5``.

    Raises:
        typer.BadParameter: It is neither.
    """
    low, dots, high = text.partition("..")
    try:
        return float(low), float(high if dots else low)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not LEAST..MOST seconds, as 2..20") from error


def _range_text(limits: tuple[float, float]) -> str:
    return f"{limits[0]:g}..{limits[1]:g}"


@attrs.frozen(kw_only=True)
class Place:
    """Where it listens, and where it keeps its state."""

    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 is a free one.")] = 0
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1"
    db: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keeps the state over restarts; left out, in memory."),
    ] = None


@attrs.frozen(kw_only=True)
class RunLife:
    """How runs live; times are before ``--speed``."""

    speed: Annotated[
        float,
        typer.Option(
            help="How much faster runs live: with 10, one of 30 s takes 3 s.", rich_help_panel=_RUNS
        ),
    ] = 1.0
    seed: Annotated[
        int,
        typer.Option(
            help="What is drawn depends on it: ids, durations, outcomes.", rich_help_panel=_RUNS
        ),
    ] = 0
    duration: Annotated[
        str,
        typer.Option(
            metavar="LEAST..MOST", help="Seconds that a run takes.", rich_help_panel=_RUNS
        ),
    ] = _range_text(_DEFAULTS.duration)
    failure_rate: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of the runs that fail.", rich_help_panel=_RUNS),
    ] = _DEFAULTS.failure_rate
    auto_progress: Annotated[
        bool,
        typer.Option(
            help="Let runs be approved, run and end by themselves.", rich_help_panel=_RUNS
        ),
    ] = _DEFAULTS.auto_progress
    auto_approve: Annotated[
        bool,
        typer.Option(help="Decide for approvers who are silent.", rich_help_panel=_RUNS),
    ] = _DEFAULTS.auto_approve
    approval_delay: Annotated[
        str,
        typer.Option(
            metavar="LEAST..MOST",
            help="Seconds until it is decided for them.",
            rich_help_panel=_RUNS,
        ),
    ] = _range_text(_DEFAULTS.approval_delay)
    approval_rate: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Share of those decisions that approve.", rich_help_panel=_RUNS
        ),
    ] = _DEFAULTS.approval_rate

    def keywords(self) -> dict[str, Any]:
        """Return them as keywords of the emulator."""
        ranges = {
            name: seconds_range(getattr(self, name)) for name in ("duration", "approval_delay")
        }
        return attrs.asdict(self) | ranges


@attrs.frozen(kw_only=True)
class Limits:
    """What a client has to cope with."""

    token_lifetime: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="Until an access token expires.", rich_help_panel=_LIMITS
        ),
    ] = _DEFAULTS.token_lifetime
    rate_limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Requests allowed in a period; left out, no limit.",
            rich_help_panel=_LIMITS,
        ),
    ] = None
    rate_period: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="Length of a rate period.", rich_help_panel=_LIMITS),
    ] = _DEFAULTS.rate_period
    rate_reset: Annotated[
        Literal["seconds", "epoch"],
        typer.Option(help="What x-ratelimit-reset tells.", rich_help_panel=_LIMITS),
    ] = _DEFAULTS.rate_reset
    page_size: Annotated[
        int,
        typer.Option(
            min=1, max=1000, help="Runs on a page without a limit.", rich_help_panel=_LIMITS
        ),
    ] = _DEFAULTS.page_size
    short_page_rate: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Share of the pages that are short.", rich_help_panel=_LIMITS
        ),
    ] = _DEFAULTS.short_page_rate
    empty_page_rate: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of the pages that are empty, with more to come.",
            rich_help_panel=_LIMITS,
        ),
    ] = _DEFAULTS.empty_page_rate

    def keywords(self) -> dict[str, Any]:
        """Return them as keywords of the emulator."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class ForgePortalLife:
    """How ForgePortal's runs live, where they differ; times are before ``--speed``."""

    forgeportal_claim_delay: Annotated[
        str,
        typer.Option(
            metavar="LEAST..MOST",
            help="Seconds that a run is queued until a worker takes it.",
            rich_help_panel=_FORGEPORTAL,
        ),
    ] = _range_text(_DEFAULTS.forgeportal_claim_delay)
    forgeportal_max_retries: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="How often a failed attempt of a run is repeated.",
            rich_help_panel=_FORGEPORTAL,
        ),
    ] = _DEFAULTS.forgeportal_max_retries
    forgeportal_retry_delay: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="From the first failed attempt of a run to the next.",
            rich_help_panel=_FORGEPORTAL,
        ),
    ] = _DEFAULTS.forgeportal_retry_delay
    forgeportal_queued: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Runs that are queued at the start: a user may start ten a minute.",
            rich_help_panel=_FORGEPORTAL,
        ),
    ] = 0

    def keywords(self) -> dict[str, Any]:
        """Return them as keywords of the emulator."""
        return {
            "forgeportal_claim_delay": seconds_range(self.forgeportal_claim_delay),
            "forgeportal_max_retries": self.forgeportal_max_retries,
            "forgeportal_retry_delay": self.forgeportal_retry_delay,
        }


def add_emulate_command(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("emulate")(with_groups(emulate))


def emulate(
    life: RunLife,
    forgeportal: ForgePortalLife,
    limits: Limits,
    place: Place,
    stop_at_eof: Annotated[
        bool, typer.Option("--stop-at-eof", help="Stop when stdin ends.", hidden=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Serve emulated services on this machine, to try things out and to test against.

    Prints "ready http://127.0.0.1:N" on stdout when it listens. Ctrl-C or SIGTERM ends it.
    """
    with failing(debug=debug):
        try:
            settings = life.keywords() | forgeportal.keywords() | limits.keywords()
            emulator = Emulator(**attrs.asdict(place), **settings)
        except ValueError as error:
            raise _configuration_error(error) from error
        # Ctrl-C is how a server is ended: no failure.
        with contextlib.suppress(KeyboardInterrupt):
            queued = forgeportal.forgeportal_queued
            run_async(_serve(emulator, place, queued=queued, at_eof=stop_at_eof))


async def _serve(emulator: Emulator, place: Place, *, queued: int, at_eof: bool) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await emulator.__aenter__()
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        problem = f"cannot listen on {place.host}:{place.port}: {reason}; choose another --port"
        raise ConfigurationError(problem) from error
    except sqlite3.Error as error:
        raise ConfigurationError(f"--db: cannot use {place.db} as a database: {error}") from error
    async with contextlib.aclosing(emulator):
        await emulator.forgeportal.add_runs(queued)
        typer.echo(f"ready {emulator.url}")
        sys.stdout.flush()
        _explain(emulator)
        if at_eof:
            _at_eof(lambda: loop.call_soon_threadsafe(stop.set))
        await stop.wait()


def _at_eof(then: Callable[[], object]) -> None:
    """Call a function when stdin has ended: whoever started us is gone."""

    def read() -> None:
        # Of the descriptor: a thread that waits in sys.stdin would hold its lock at the exit.
        while os.read(0, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            then()

    threading.Thread(target=read, daemon=True).start()


def _configuration_error(error: ValueError) -> ActionRunsError:
    return error if isinstance(error, ActionRunsError) else ConfigurationError(str(error))


def _explain(emulator: Emulator) -> None:
    """Tell people how to use it."""
    console = errors()
    console.print(
        Text.assemble(
            ("Base URLs:\n", "bold"),
            f"  Port         {emulator.port_url}\n",
            f"  ForgePortal  {emulator.forgeportal_url}\n",
            f"  ACP 0.1      {emulator.acp_url}\n",
            f"  ACP 0.2      {emulator.acp_v02_url}\n",
            ("In another terminal:\n", "bold"),
            f"  export PORT_BASE_URL={emulator.port_url}\n",
            "  export PORT_CLIENT_ID=demo PORT_CLIENT_SECRET=demo\n",
            f"  export FORGEPORTAL_URL={emulator.forgeportal_url}\n",
            f"  export ACP_URL={emulator.acp_url} ACP_API_KEY=demo\n",
            "  actionruns port execute create_microservice -p name=shop --wait\n",
            "  actionruns acp agents\n",
            ("Ctrl-C ends it.", "bright_black"),
        ),
        soft_wrap=True,
    )
