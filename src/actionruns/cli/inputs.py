"""Arguments and options of several commands, and the values given in them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
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
    "run_id_of",
    "run_ids_given",
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


def _run_ids_of(lines: Iterable[str], service: str) -> Iterator[str]:
    """Return the run ids that lines begin with; empty lines and comments (#) hold none."""
    for line in lines:
        words = line.split()
        if words and not words[0].startswith("#"):
            yield run_id_of(words[0], service)


def run_ids_given(
    run_ids: Sequence[str], *, service: str, stdin: bool = False, file: Path | None = None
) -> list[str]:
    """Return run ids of a service from arguments, stdin and a file, each once.

    Raises:
        typer.BadParameter: The file cannot be read, or a run is of another service.
    """
    found = [run_id_of(run_id, service) for run_id in run_ids]
    if file is not None:
        try:
            with file.open(encoding="utf-8") as lines:
                found += _run_ids_of(lines, service)
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"--from-file: cannot read {file}: {error}") from error
    if stdin:
        found += _run_ids_of(sys.stdin, service)
    return list(dict.fromkeys(found))
