"""Pieces of generated source that are easier said in Python than in a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import attrs

from actionruns.codegen.ir import ArgumentDef, FieldDef, OperationDef
from actionruns.codegen.naming import snake_case

__all__ = ["FILTERS", "STREAM_ARGUMENTS", "call", "iterator_arguments"]

_LONGEST: Final = 88
"""Characters of a text that fits on a line of a module's constants."""


def _constant(name: str) -> str:
    """Return a class's name as constants have it: ``ActionRun`` -> ``ACTION_RUN``."""
    return snake_case(name).upper()


def _declared(field: FieldDef) -> str:
    """Return what follows a field's type."""
    given = {
        "json": repr(field.json_name) if field.json_name != field.name else "",
        "aliases": repr(field.aliases) if field.aliases else "",
        "default": "" if field.required else "UNSET",
        "secret": "True" if field.secret else "",
    }
    arguments = ", ".join(f"{name}={value}" for name, value in given.items() if value)
    return f" = field({arguments})" if arguments else ""


def _result(operation: OperationDef) -> str:
    """Return an operation's result type as a value."""
    if operation.result == "None":
        return "NoneType"
    if operation.result_is_class:
        return operation.result
    # type[T] takes classes only; the codec takes any type.
    name = f"type[{operation.result}]"
    quoted = repr(name)
    if len(name) > _LONGEST:
        # A formatter breaks lines between texts, not within one.
        first, _, rest = operation.result.rpartition(" | ")
        quoted = f"{f'type[{first} | '!r} {f'{rest}]'!r}"
    return f"cast({quoted}, {operation.result})"


def _call_of(name: str, given: Mapping[str, str]) -> str:
    return f"{name}({', '.join(f'{key}={value}' for key, value in given.items() if value)})"


def _parameter(argument: ArgumentDef) -> str:
    """Return the declaration of a parameter; what is the default is left out."""
    return _call_of(
        "Parameter",
        {
            "name": repr(argument.name),
            "wire": repr(argument.wire),
            "place": repr(argument.place),
            "kind": repr(argument.kind) if argument.kind != "string" else "",
            "required": "True" if argument.required else "",
            "minimum": "" if argument.minimum is None else repr(argument.minimum),
            "maximum": "" if argument.maximum is None else repr(argument.maximum),
        },
    )


def _body(operation: OperationDef) -> str:
    """Return the declaration of a body."""
    parts = [a for a in operation.arguments if a.place in ("body", "whole")]
    members = {a.name: a.wire for a in parts if a.place == "body"}
    return _call_of(
        "Body",
        {
            "members": repr(members) if members else "",
            "whole": next((repr(a.name) for a in parts if a.place == "whole"), ""),
            "shape": next((repr(a.kind) for a in parts if a.kind in ("array", "any")), ""),
            "required": _names(a.name for a in parts if a.required),
            "nullable": _names(a.name for a in parts if a.nullable),
        },
    )


def _pace(operation: OperationDef) -> str:
    """Return the declaration of how often an operation is allowed; empty when that is not said."""
    pace = operation.pace
    if pace is None:
        return ""
    return _call_of("Pace", {"requests": repr(pace.requests), "period": repr(pace.period)})


def _key(operation: OperationDef) -> str:
    """Return the declaration of an operation's idempotency key; empty when it has none."""
    key = operation.key
    if key is None:
        return ""
    in_doubt = ", ".join(map(repr, key.in_doubt))
    return _call_of(
        "IdempotencyKey",
        {
            "argument": repr(key.argument),
            "in_doubt": f"frozenset({{{in_doubt}}})" if in_doubt else "",
        },
    )


def _names(names: Iterable[str]) -> str:
    found = sorted(names)
    return f"frozenset({{{', '.join(map(repr, found))}}})" if found else ""


STREAM_ARGUMENTS: Final[Mapping[str, str]] = {
    "idle_timeout": "float | None = 60.0",
    "last_event_id": "str = ''",
}
"""What every method has that streams events, as source."""


def _signature(arguments: list[ArgumentDef], *, is_stream: bool = False) -> str:
    """Return the parameters of a method."""
    named = [a for a in arguments if not a.positional]
    parts = [
        "self",
        *(f"{a.name}: {a.annotation}" for a in arguments if a.positional),
        "*",
        *(f"{a.name}: {a.annotation}{_equals(a.default)}" for a in named),
        "timeout: float | None = None",
        *(f"{name}: {text}" for name, text in STREAM_ARGUMENTS.items() if is_stream),
    ]
    return ", ".join(parts)


def _equals(default: str | None) -> str:
    return "" if default is None else f" = {default}"


def _as_dict(arguments: list[ArgumentDef]) -> str:
    """Return arguments by their names, as they are handed on."""
    return f"{{{', '.join(f'{a.name!r}: {_shielded(a.name)}' for a in arguments)}}}"


def _shielded(name: str) -> str:
    """Return a name in parentheses when ruff would have to break its line and else could not."""
    indented = f"{' ' * 16}{name!r}: {name},"
    return f"({name})" if len(indented) > 100 else name


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _local_names(operation: OperationDef) -> dict[str, str]:
    """Return names for the variables of an iterator that no argument has."""
    taken = {argument.name for argument in operation.arguments}
    found = {}
    for name in ("pages", "page", "items", "item"):
        free = name
        while free in taken:
            free += "_"
        found[name] = free
    return found


def iterator_arguments(operation: OperationDef) -> list[ArgumentDef]:
    """Return the arguments of the method that follows an operation's pages."""
    paging = operation.paging
    assert paging is not None  # noqa: S101  only called for operations with pages
    found = []
    for argument in operation.arguments:
        if argument.name == paging.limit:
            size = str(paging.page_size)
            text = f"Items asked for with each page, {_bounds(argument)}; {size} by default."
            found.append(attrs.evolve(argument, annotation="int", default=size, description=text))
        elif argument.name != paging.turner:
            found.append(argument)
    return found


def _bounds(argument: ArgumentDef) -> str:
    high = f" to {argument.maximum}" if argument.maximum is not None else " or more"
    return f"{argument.minimum}{high}"


def call(arguments: list[ArgumentDef], replaced: Mapping[str, str]) -> str:
    """Return the arguments of a call of a method that has these arguments, as source.

    Args:
        arguments: Its arguments.
        replaced: What is given instead of the argument of the same name.
    """
    values = {a.name: replaced.get(a.name, a.name) for a in arguments}
    given = [values[a.name] if a.positional else f"{a.name}={values[a.name]}" for a in arguments]
    return ", ".join([*given, "timeout=timeout"])


FILTERS: Final[Mapping[str, Callable[..., str | dict[str, str]]]] = {
    "as_dict": _as_dict,
    "body": _body,
    "constant": _constant,
    "declared": _declared,
    "key": _key,
    "local_names": _local_names,
    "pace": _pace,
    "parameter": _parameter,
    "quoted": _quoted,
    "result": _result,
    "signature": _signature,
    "source": repr,
}
"""What templates use as filters."""
