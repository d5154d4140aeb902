"""``actionruns generate``: models and endpoints from an OpenAPI or a capability document."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from actionruns.cli.consoles import clean, errors, make_console
from actionruns.cli.failing import failing

__all__ = ["add_generate_command"]


def add_generate_command(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("generate")(generate)


def generate(
    spec: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC",
            help="OpenAPI 3.0 or 3.1, or a capability document, of which the consumed service is "
            "taken; YAML or JSON.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Folder of the package to write, made if it does not exist. Other files in it are "
            "left alone.",
        ),
    ],
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Write models, async endpoints and blocking endpoints for a description of a service."""
    with failing(debug=debug):
        # Imported here: the other commands have no use for the generator and what it needs.
        from actionruns.codegen import generate as generate_package
        from actionruns.gateway.generating import generate_from_capability, holds_capability

        of_capability = holds_capability(spec)
        generated, changed = (generate_from_capability if of_capability else generate_package)(
            spec, out
        )
        for notice in (*generated.notices, *_notices_on(out)):
            line = Text.assemble(("note:", "yellow"), " ", clean(str(notice)))
            errors().print(line, soft_wrap=True)
        console = make_console()
        for path in changed:
            console.print(str(path), soft_wrap=True)
        same = len(generated.files) - len(changed)
        errors().print(f"{len(changed)} written, {same} unchanged", style="bright_black")


def _notices_on(out: Path) -> Iterator[str]:
    name = out.absolute().name
    if not name.isidentifier() or keyword.iskeyword(name):
        yield f"{name} cannot be imported: Python takes letters, digits and _ in a package's name"
