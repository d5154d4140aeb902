"""The application: its commands, and how it starts and ends."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from actionruns import __version__
from actionruns.cli.acp import add_acp_commands
from actionruns.cli.demo import add_demo_command
from actionruns.cli.emulate import add_emulate_command
from actionruns.cli.exits import ExitCode
from actionruns.cli.failing import fail_of_system, print_error
from actionruns.cli.forgeportal import add_forgeportal_commands
from actionruns.cli.gateway import add_gateway_command
from actionruns.cli.generate import add_generate_command
from actionruns.cli.port import add_port_commands
from actionruns.cli.streams import drop_stdout
from actionruns.cli.watch import add_watch_command

__all__ = ["app", "run"]


class _OneLineErrors(TyperGroup):
    """Says what is wrong with a command line in one line, in place of Typer's panel."""

    def main(  # type: ignore[override] # Typer's own takes more, which it passes by keyword
        self, args: Sequence[str] | None = None, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        try:
            code = super().main(args, standalone_mode=False, **extra)
        except typer.Abort:  # Ctrl-C or the end of stdin, at a question
            code = ExitCode.INTERRUPTED
        except Exception as error:
            # Typer's usage errors: their base class has no public name in all of its versions.
            if not hasattr(error, "format_message"):
                raise
            _print_usage_error(error)
            code = ExitCode.USAGE
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


def _print_usage_error(error: Any) -> None:
    """Print one of Typer's usage errors, unless it stands for a help text that was shown."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return
    # One of ours concerns several options, or what they hold: it says so itself.
    ours = isinstance(error, typer.BadParameter) and not error.param and not error.param_hint
    message = error.message if ours else error.format_message()
    message = message.replace("Value error, ", "")  # of the library that checks values for Typer
    command = getattr(error.ctx, "command_path", "actionruns")
    message = message.rstrip(".")
    print_error(f"{message}{'' if message.endswith('?') else ';'} see {command} --help")


def _make_app() -> typer.Typer:
    app = typer.Typer(
        name="actionruns",
        cls=_OneLineErrors,
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Execute action runs, follow them to their end, and try it all without a service.",
    )
    app.callback()(_main)
    add_demo_command(app)
    add_watch_command(app)
    add_port_commands(app)
    add_forgeportal_commands(app)
    add_acp_commands(app)
    add_emulate_command(app)
    add_gateway_command(app)
    add_generate_command(app)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"actionruns {__version__}")
        raise typer.Exit


def _main(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version."),
    ] = False,
) -> None:
    # Typer shows the application's own help, not this function's.
    del version


app = _make_app()


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    Args:
        arguments: What stands behind the command's name; None = those of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        # A name in another script shall not end a command on a terminal that cannot show it.
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr] # TextIOWrapper has it
    try:
        app(arguments, prog_name="actionruns")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:  # of a help text; commands see to theirs
        drop_stdout()
        return ExitCode.BROKEN_PIPE
    except OSError as error:  # of a help text, too
        return fail_of_system(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return 0
