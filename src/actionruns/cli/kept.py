"""Kept: what a checkpoint file tells of an earlier watch, and how to go on with it."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import attrs
import typer

from actionruns.watching import split_ref
from actionruns.watching.checkpoint import Checkpoint, Told

__all__ = ["Kept", "go_on_command", "read_kept"]


@attrs.frozen
class Kept:
    """What was told of the runs of an earlier watch, by reference."""

    told: dict[str, Told] = attrs.Factory(dict)

    @property
    def services(self) -> list[str]:
        """The services of the runs, each once."""
        return list(dict.fromkeys(split_ref(ref)[0] for ref in self.told))

    def total_with(self, refs: Collection[str]) -> int:
        """Return how many runs there are together with those that are named now."""
        return len(self.told) + sum(ref not in self.told for ref in refs)

    def __iter__(self) -> Iterator[tuple[str, Told]]:
        """Give the runs, with what was told of each."""
        yield from self.told.items()


def read_kept(file: Path | None) -> Kept:
    """Read a checkpoint; what is not there has kept nothing.

    Raises:
        ConfigurationError: It is in use, or no checkpoint.
    """
    if file is None or not file.exists():
        return Kept()
    checkpoint = Checkpoint(file)
    checkpoint.open()
    try:
        return Kept(dict(checkpoint))
    finally:
        checkpoint.close()


def go_on_command(context: typer.Context, *, without: Collection[str]) -> str:
    """Return a command line as it was typed, without the parameters that choose runs.

    Args:
        context: Of the command.
        without: Names of those parameters.
    """
    words = context.command_path.split()
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name in without or source is None or source.name != "COMMANDLINE":
            continue
        words += _words_of(parameter.opts[0], context.params[name])
    return shlex.join(words)


def _words_of(option: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [option] if value else []
    values = value if isinstance(value, list | tuple) else [value]
    return [word for one in values for word in (option, _text_of(one))]


def _text_of(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
