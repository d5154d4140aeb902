"""User inputs and entity properties, checked against their JSON schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from actionruns.emulator.port.errors import invalid
from actionruns.errors import ConfigurationError

__all__ = ["check_members", "require_jsonschema"]


def require_jsonschema() -> Any:
    """Import jsonschema.

    Raises:
        ConfigurationError: It isn't installed.
    """
    try:
        import jsonschema
    except ImportError as error:
        msg = "the emulator checks inputs with jsonschema: pip install 'actionruns[emulator]'"
        raise ConfigurationError(msg) from error
    return jsonschema


def check_members(
    place: str, values: Any, properties: Mapping[str, Any], required: Iterable[str] = ()
) -> dict[str, Any]:
    """Check named values against the schema of each, and fill in defaults.

    Args:
        place: Where the values stand in the request, for the message.
        values: The values as they were sent.
        properties: JSON schema of each value, by name; other names are refused.
        required: Names that have to be there.

    Returns:
        The values, with the defaults of absent ones.

    Raises:
        PortError: 422, they don't fit.
    """
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
    validator = require_jsonschema().Draft202012Validator(schema)
    error = next(validator.iter_errors(values), None)
    if error is not None:
        path = "/".join([place, *map(str, error.absolute_path)])
        msg = f"{path}: {error.message}"
        raise invalid(msg)
    defaults = {
        name: property_["default"]
        for name, property_ in properties.items()
        if "default" in property_
    }
    return {**defaults, **values}
