"""Arguments and options of several commands, and the values given in them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import attrs
import orjson
import typer

from actionruns.services import SERVICES
from actionruns.watching import split_ref

__all__ = [
    "AcpRunId",
    "ForgePortalRunId",
    "Inputs",
    "PortRunId",
    "RunIds",
    "Version",
    "json_object",
    "properties_of",
    "ref_of",
    "run_id_of",
    "runs_given",
    "text_of",
]


def run_id_of(text: str, service: str) -> str:
    """Return a run id given as such or as a reference (``port:r_...``).

    Raises:
        typer.BadParameter: It refers to a run of another service.
    """
    named, run_id = split_ref(text)
    if named in SERVICES and run_id:
        if named != service:
            raise typer.BadParameter(f"{text} is no run of {service}")
        return run_id
    return text


PortRunId: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The id of the run, for example r_QOz6WoOB1Q2lmhZZ.",
        parser=partial(run_id_of, service="port"),
    ),
]

ForgePortalRunId: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The id of the run, a UUID.",
        parser=partial(run_id_of, service="forgeportal"),
    ),
]

AcpRunId: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The id of the run, a UUID; with version 0.2, one on a thread is THREAD/RUN.",
        parser=partial(run_id_of, service="acp"),
    ),
]

RunIds: TypeAlias = Annotated[
    list[str],
    typer.Argument(metavar="RUN", help="The ids of the runs.", show_default=False),
]

Version: TypeAlias = Annotated[
    Literal["v1", "v2"],
    typer.Option(
        help="Shape of the runs in the answer: in v2, which the service recommends, the action is "
        "an object; in v1 it is an identifier."
    ),
]


def json_object(text: str | None, option: str) -> dict[str, Any] | None:
    """Return the object that an option holds as JSON.

    Raises:
        typer.BadParameter: It is not a JSON object.
    """
    if text is None:
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"{option} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise typer.BadParameter(f'{option} must be a JSON object, as \'{{"name": "value"}}\'')
    return value


def properties_of(
    assignments: Iterable[str], document: str | None, *, options: tuple[str, str]
) -> dict[str, Any]:
    """Return an action's inputs.

    Args:
        assignments: ``name=text`` or ``name:=json``.
        document: All inputs as a JSON object; assignments are put over it.
        options: What the two are given with, for the errors.

    Raises:
        typer.BadParameter: One of them is malformed.
    """
    option, document_option = options
    properties = json_object(document, document_option) or {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.rstrip(":"):
            raise typer.BadParameter(f"{option} takes name=value, not {assignment!r}")
        if not name.endswith(":"):
            properties[name] = text
            continue
        try:
            properties[name.removesuffix(":")] = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            problem = f"{option} {assignment}: {text!r} is not JSON; name=text takes any text"
            raise typer.BadParameter(problem) from error
    return properties


@attrs.frozen(kw_only=True)
class Inputs:
    """What an action, a template or an agent works on."""

    input: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-p",
            metavar="NAME=VALUE",
            help="An input: name=text, or name:=json for numbers, booleans, lists and objects "
            "(replicas:=3). May be repeated.",
        ),
    ] = None
    input_json: Annotated[
        str | None,
        typer.Option(metavar="JSON", help="All inputs as one JSON object; --input adds to it."),
    ] = None

    def values(self) -> dict[str, Any]:
        """Return them by name."""
        return properties_of(self.input or [], self.input_json, options=("--input", "--input-json"))


def text_of(argument: str) -> str:
    """Return a text given as an argument; ``-`` stands for all of stdin."""
    return sys.stdin.read().rstrip("\n") if argument == "-" else argument


def ref_of(text: str, services: Sequence[str]) -> str:
    """Return a reference given as such, or as the id of a run of the only service.

    Raises:
        typer.BadParameter: Nobody can say which service it is of.
    """
    named, run_id = split_ref(text)
    if named in SERVICES and run_id:
        return text
    if len(services) == 1:
        return f"{services[0]}:{text}"
    if named and run_id:
        known = ", ".join(SERVICES)
        raise typer.BadParameter(f"{text}: there is no service {named}; known are {known}")
    examples = " or ".join(f"{name}:{text}" for name in services or SERVICES)
    raise typer.BadParameter(f"{text} names no service: write {examples}, or give one --service")


def runs_given(
    named: Iterable[str],
    read: Callable[[str], str],
    *,
    stdin: bool = False,
    file: Path | None = None,
) -> list[str]:
    """Return what runs are called in arguments, on stdin and in a file, each once.

    Args:
        named: The arguments.
        read: Makes an id or a reference of a word.
        stdin: Whether more are on stdin, one a line.
        file: A file that has more, one a line.

    Raises:
        typer.BadParameter: The file cannot be read, or a word is refused.
    """
    found = list(map(read, named))
    if file is not None:
        try:
            with file.open(encoding="utf-8") as lines:
                found += map(read, _first_words(lines))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise typer.BadParameter(f"--from-file: cannot read {file}: {reason}") from error
    if stdin:
        found += map(read, _first_words(sys.stdin))
    return list(dict.fromkeys(found))


def _first_words(lines: Iterable[str]) -> Iterator[str]:
    """Return the words that lines begin with; empty lines and comments (#) hold none."""
    for line in lines:
        words = line.split()
        if words and not words[0].startswith("#"):
            yield words[0]
