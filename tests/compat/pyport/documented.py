"""The committed table of what pyport documents, and its documentation where it is at hand."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.specs.documents import shared_file

__all__ = ["DOCUMENTED", "examples", "parameters_of", "signatures"]

DOCUMENTED: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("documented.yaml").read_text(encoding="utf-8")
)
"""The table."""

_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def parameters_of(function: Callable[..., Any]) -> list[str]:
    """Return the parameters as the table has them, without `self`."""
    return [
        name if parameter.default is parameter.empty else f"{name}="
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self"
    ]


def _blocks() -> list[str]:
    return _BLOCK.findall(shared_file("seeds/000_*.txt"))


def examples() -> list[str]:
    """Return the code of the documentation's examples; skips the test where it is not at hand."""
    return [block for block in _blocks() if not block.startswith("def ")]


def signatures() -> dict[str, list[str]]:
    """Return the documentation's signatures, as the table has them; skips as `examples` does."""
    found = {}
    for block in _blocks():
        if block.startswith("def "):
            (function,) = ast.parse(f"{block.rstrip()}: ...").body
            assert isinstance(function, ast.FunctionDef)
            names = [argument.arg for argument in function.args.args]
            required = len(names) - len(function.args.defaults)
            found[function.name] = names[:required] + [f"{name}=" for name in names[required:]]
    return found
