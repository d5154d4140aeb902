"""What the generator says when it cannot go on, and when it leaves something out."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import attrs

from actionruns.errors import ConfigurationError

__all__ = ["CodegenError", "Notice", "require"]


class CodegenError(ConfigurationError):
    """Something in a specification cannot be expressed, or contradicts itself.

    Attributes:
        place: Where, for example ``port.yaml#/paths/~1v1~1x/get/parameters/2`` (RFC 6901).
        line: Line in the file, counted from 1; 0 when it is unknown.
    """

    def __init__(self, message: str = "", *, place: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.place = place
        self.line = line


@attrs.frozen
class Notice:
    """Something that the generated code does without, and why that does no harm.

    Attributes:
        place: Where in the specification.
        text: What is left out and why.
    """

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def require(module: str, *, extra: str = "codegen", needed_by: str = "the generator") -> ModuleType:
    """Import a module of an extra.

    Args:
        module: The module.
        extra: The extra that brings it.
        needed_by: What cannot do without it.

    Raises:
        ConfigurationError: It is not installed; the message says what to install.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        problem = f"{needed_by} needs {package}: pip install 'actionruns[{extra}]'"
        raise ConfigurationError(problem) from error
