"""Binding: the values that a document takes from the environment, and keeping them secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from actionruns.codegen.document import Node
from actionruns.core.redaction import HIDDEN, redact_text
from actionruns.gateway.document.model import Capability, Input

__all__ = ["Bindings", "Secrets", "check_templates", "typed_constant"]

_TEMPLATE: Final = re.compile(r"\{\{\s*(?P<name>[^{}]*?)\s*\}\}")

# Characters. A shorter value stands in texts by chance, and hiding it there would garble them.
_SHORTEST_SECRET: Final = 8


class Bindings:
    """What the keys of a document stand for.

    Args:
        capability: The document.
        environment: The environment's variables.
    """

    def __init__(self, capability: Capability, environment: Mapping[str, str]) -> None:
        self._variables = {
            f"{binding.namespace}.{key}": variable
            for binding in capability.bindings
            for key, variable in binding.keys.items()
        }
        self._environment = environment

    def filled(self, text: str, node: Node) -> str:
        """Return a text with each ``{{namespace.KEY}}`` replaced by its value.

        Args:
            text: The text.
            node: Where it stands.

        Raises:
            CodegenError: A key is not bound, or its variable is not set.
        """

        def value(name: str) -> str:
            variable = self._variables[name]
            found = self._environment.get(variable)
            if not found:
                problem = f"the variable {variable} of the environment is not set"
                raise node.error(f"{{{{{name}}}}} has no value: {problem}")
            return found

        return self._replaced(text, node, value)

    def check(self, text: str, node: Node) -> None:
        """Refuse a text that refers to a key which is not bound; needs no values.

        Raises:
            CodegenError: It does.
        """
        self._replaced(text, node, lambda name: name)

    def variables_in(self, *texts: str) -> tuple[str, ...]:
        """Return the variables that texts refer to."""
        names = [found["name"] for text in texts for found in _TEMPLATE.finditer(text)]
        return tuple(dict.fromkeys(self._variables[n] for n in names if n in self._variables))

    def _replaced(self, text: str, node: Node, value: Callable[[str], str]) -> str:
        def replacement(found: re.Match[str]) -> str:
            name = found["name"]
            if name not in self._variables:
                bound = ", ".join(f"{{{{{known}}}}}" for known in sorted(self._variables))
                raise node.error(f"{found[0]} is not bound; binds has: {bound or 'nothing'}")
            return value(name)

        return _TEMPLATE.sub(replacement, text)


def check_templates(capability: Capability) -> None:
    """Refuse a document with constants of another type, or that refers to what it does not bind.

    Raises:
        CodegenError: It does.
    """
    bindings = Bindings(capability, {})
    for service in capability.services:
        if service.authentication is not None:
            for key, text in service.authentication.settings.items():
                bindings.check(text, service.authentication.node[key])
        for resource in service.resources:
            for operation in resource.operations:
                for item in operation.inputs:
                    if item.value is not None:
                        bindings.check(item.value, item.node)
                        if "{{" not in item.value:
                            typed_constant(item.value, item)


def typed_constant(text: str, item: Input) -> Any:
    """Return the value that the text of a parameter's constant stands for.

    Raises:
        CodegenError: It is none of the parameter's type.
    """
    if item.type == "array":
        return [text]
    if item.type == "boolean" and text in ("true", "false"):
        return text == "true"
    if item.type in ("number", "integer"):
        try:
            return int(text) if item.type == "integer" or text.isdigit() else float(text)
        except ValueError:
            pass
    elif item.type != "boolean":
        return text
    raise item.node.error(f"value {text!r} is no {item.type}")


class Secrets:
    """Values that nobody may see in an answer, an error or a log.

    Args:
        values: The secrets. With ``Bearer ...``, the part behind it is one as well.
    """

    def __init__(self, values: Iterable[str]) -> None:
        parts = {part for value in values for part in (value, value.rpartition(" ")[2])}
        # The longest first: it may contain another one.
        self._values = sorted(
            (part for part in parts if len(part) >= _SHORTEST_SECRET), key=len, reverse=True
        )

    def hidden(self, text: str) -> str:
        """Return a text without them, and without whatever else looks like a credential."""
        return redact_text(self._without(text))

    def hidden_in(self, value: Any) -> Any:
        """Return a value of JSON without them; anything else in it is left as it is."""
        if isinstance(value, str):
            return self._without(value)
        if isinstance(value, list):
            return [self.hidden_in(item) for item in value]
        if isinstance(value, dict):
            return {self._without(key): self.hidden_in(item) for key, item in value.items()}
        return value

    def _without(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, HIDDEN)
        return text
