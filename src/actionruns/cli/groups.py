"""Option groups: options that several commands share, as classes instead of long signatures."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, get_type_hints

import attrs

__all__ = ["with_groups"]


def with_groups(
    function: Callable[..., Any], parameters: Sequence[inspect.Parameter] | None = None
) -> Callable[..., Any]:
    """Make a function that Typer can read of one whose parameters include option groups.

    An option group is an attrs class. Each of its fields becomes an option of the command, with
    the field's ``Annotated`` type and default; the function gets the group's instance.

    Args:
        function: The command; it is called with keywords only.
        parameters: Its parameters with their types resolved; None = as its signature says.
    """
    if parameters is None:
        parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    groups: dict[str, tuple[type[Any], list[str]]] = {}
    expanded: list[inspect.Parameter] = []
    for parameter in parameters:
        kind = parameter.annotation
        if isinstance(kind, type) and attrs.has(kind):
            fields = _parameters_of(kind)
            groups[parameter.name] = (kind, [field.name for field in fields])
            expanded += fields
        else:
            expanded.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    def command(**options: Any) -> Any:
        for name, (kind, fields) in groups.items():
            options[name] = kind(**{field: options.pop(field) for field in fields})
        return function(**options)

    command.__doc__ = function.__doc__
    # Typer asks for both.
    command.__signature__ = inspect.Signature(expanded)  # type: ignore[attr-defined] # inspect's own
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in expanded}
    return command


def _parameters_of(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=hints[field.name],
            default=inspect.Parameter.empty if field.default is attrs.NOTHING else field.default,
        )
        for field in attrs.fields(group)
        if field.init
    ]
