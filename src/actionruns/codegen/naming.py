"""From the names of a specification to names of Python."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Final

__all__ = [
    "RUN_STATES",
    "attribute_name",
    "class_name",
    "derived_operation_name",
    "is_name",
    "snake_case",
]

RUN_STATES: Final = (
    "QUEUED",
    "WAITING",
    "RUNNING",
    "SUCCEEDED",
    "FAILED",
    "CANCELED",
    "TIMED_OUT",
    "UNKNOWN",
)
"""The names of `actionruns.RunState`, which this package does not import; a test compares them."""

# Names that a module of generated code uses itself: a field or a method of that name would take
# their place in the class body.
_USED: Final = frozenset(
    {"bool", "dict", "field", "float", "int", "len", "list", "model", "property", "self", "str"}
)
_IMPORTED: Final = frozenset(
    {"Any", "AsyncIterator", "CursorPages", "Final", "Literal", "Mapping", "Model", "NoneType"}
    | {"OffsetPages", "Operation", "Parameter", "Body", "RunState", "Sequence", "Transport"}
    | {"BlockingEndpoints", "BlockingIterator", "TYPE_CHECKING", "UNSET", "Unset", "cast"}
    | {"datetime", "state_of", "has_ended", "IdempotencyKey", "Pace"}
)

# Letters of other alphabets count as small ones.
_WORD: Final = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")


def words(name: str) -> list[str]:
    """Return the words of a name: ``runURLById`` has run, URL, By, Id."""
    return _WORD.findall(name)


def snake_case(name: str) -> str:
    """Return a name as functions have it: ``listRuns`` -> ``list_runs``.

    Digits stay with the word before them: ``v2Run`` -> ``v2_run``.
    """
    text = "_".join(word.lower() for word in words(name))
    return re.sub(r"(?<=[a-z])_(?=[0-9])", "", text) if not re.search(r"_[0-9]", name) else text


def attribute_name(name: str) -> str:
    """Return a field's, an argument's or a method's name; empty when nothing is left of it.

    Python's keywords and the names that generated code uses itself get an underscore at the end.
    """
    text = snake_case(name)
    if text[:1].isdigit():
        text = f"n{text}"
    return f"{text}_" if keyword.iskeyword(text) or text in _USED else text


def is_name(text: str) -> bool:
    """Tell whether a text can name a field, an argument or a method."""
    is_free = not keyword.iskeyword(text) and text not in _USED and not text.startswith("_")
    return text.isidentifier() and text == text.lower() and is_free


def class_name(name: str) -> str:
    """Return a name as classes have it: ``action-run_log`` -> ``ActionRunLog``."""
    text = "".join(word[:1].upper() + word[1:] for word in words(name))
    if text[:1].isdigit():
        text = f"N{text}"
    taken = text in _IMPORTED or keyword.iskeyword(text) or hasattr(builtins, text)
    return f"{text}_" if taken else text


_VERBS: Final = {"get": "get", "post": "create", "put": "replace", "patch": "update"}


def derived_operation_name(method: str, path: str) -> str:
    """Return the name of an operation that has no operationId.

    The method's verb, the fixed segments of the path without ``api`` and versions, and the
    parameter that the path ends with: GET ``/v1/runs/{run_id}`` -> ``get_runs_by_run_id``.
    """
    segments = [segment for segment in path.split("/") if segment]
    fixed = [s for s in segments if "{" not in s and not re.fullmatch(r"api|v[0-9.]+", s)]
    name = "_".join([_VERBS.get(method, method), *map(snake_case, fixed)])
    if segments and "{" in segments[-1]:
        name += f"_by_{snake_case(segments[-1])}"
    return name
