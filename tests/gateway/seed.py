"""The capability of seed 002, read although its text has lost the indentation; and its facts.

Which list an entry belongs to shows by its first two keys: ``name`` and ``path`` are a resource,
``name`` and ``method`` an operation, ``name`` and ``in`` a parameter. So the lines are read in
their order by a small grammar, and give what the YAML gave when it still had its indentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import yaml

__all__ = ["PROSE", "facts_of", "read_seed", "without_prose"]

PROSE: Final = frozenset({"label", "description", "tags", "created", "modified"})

_LINE = re.compile(r"(?P<dash>- )?(?P<key>[A-Za-z_]\w*):(?: (?P<value>.*))?")

# Kind -> its keys; a kind as the value is an object of that kind, one in brackets a list of them.
_GRAMMAR: Final[Mapping[str, Mapping[str, str]]] = {
    "document": {"naftiko": "", "info": "info", "binds": "[binding]", "capability": "capability"},
    "info": {"label": "", "description": "", "tags": "[]", "created": "", "modified": ""},
    "binding": {"namespace": "", "keys": "map"},
    "capability": {"consumes": "[service]", "exposes": "[adapter]"},
    "service": {"type": "", "namespace": "", "baseUri": "", "description": ""}
    | {"resources": "[resource]", "authentication": "authentication"},
    "authentication": {"type": "", "key": "", "value": "", "placement": ""},
    "resource": {"name": "", "path": "", "operations": "[operation]"},
    "operation": {"name": "", "method": "", "description": "", "outputRawFormat": ""}
    | {"outputParameters": "[output]", "inputParameters": "[input]"},
    "input": {"name": "", "in": "", "type": "", "description": "", "required": ""},
    "output": {"name": "", "type": "", "value": ""},
    "adapter": {"type": "", "namespace": "", "port": "", "transport": "", "description": ""}
    | {"resources": "[exposed]", "tools": "[tool]"},
    "exposed": {"path": "", "name": "", "description": "", "operations": "[exposed operation]"},
    "exposed operation": {"method": "", "name": "", "description": "", "call": "", "with": "map"}
    | {"outputParameters": "[mapped]"},
    "tool": {"name": "", "description": "", "hints": "hints", "call": "", "with": "map"}
    | {"outputParameters": "[mapped]"},
    "hints": {"readOnly": "", "destructive": "", "idempotent": ""},
    "mapped": {"type": "", "mapping": ""},
}


class _Line(NamedTuple):
    dash: bool
    key: str
    value: str


def read_seed(text: str) -> dict[str, Any]:
    """Return the capability document that a seed's text holds."""
    return _Reader(list(_lines(text.split("Capability Spec\n", 1)[1]))).document()


def _lines(text: str) -> Iterator[_Line]:
    pending: _Line | None = None
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is None and not line.startswith("- "):  # a long text goes on
            assert pending is not None
            pending = pending._replace(value=f"{pending.value} {line}")
            continue
        if pending is not None:
            yield pending
        if found is None:
            pending = _Line(True, "", line[2:])
        else:
            pending = _Line(found["dash"] is not None, found["key"], found["value"] or "")
    assert pending is not None
    yield pending


class _Reader:
    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self._at = 0

    def document(self) -> dict[str, Any]:
        found = self._object("document")
        assert self._at == len(self._lines), self._lines[self._at]
        return found

    def _object(self, kind: str) -> dict[str, Any]:
        members: dict[str, Any] = {}
        keys = _GRAMMAR[kind]
        first = True
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.key not in keys or line.key in members or (line.dash and not first):
                break
            first = False
            self._at += 1
            members[line.key] = self._value(keys[line.key], line)
        return members

    def _value(self, kind: str, line: _Line) -> Any:
        if kind == "map":
            return self._map()
        if kind == "[]":
            return self._texts()
        if kind.startswith("["):
            return self._list(kind[1:-1])
        return self._object(kind) if kind else _scalar(line.value)

    def _list(self, kind: str) -> list[Any]:
        items = []
        while self._at + 1 < len(self._lines):
            begin, then = self._lines[self._at : self._at + 2]
            expected = list(_GRAMMAR[kind])[:2]
            if not begin.dash or [begin.key, then.key] != expected:
                break
            items.append(self._object(kind))
        return items

    def _texts(self) -> list[str]:
        texts = []
        while self._lines[self._at].dash and not self._lines[self._at].key:
            texts.append(self._lines[self._at].value)
            self._at += 1
        return texts

    def _map(self) -> dict[str, str]:
        members: dict[str, str] = {}
        while re.fullmatch(r"(rest|tools)\.\w+|[A-Z_]+", self._lines[self._at].value):
            line = self._lines[self._at]
            members[line.key] = line.value
            self._at += 1
        return members


def _scalar(text: str) -> Any:
    """Return a value; a text with a colon in it, which lost its line breaks, stays a text."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return value if isinstance(value, bool | int) else str("" if value is None else value)


def without_prose(value: Any) -> Any:
    """Return a document without the words that are for people only."""
    if isinstance(value, list):
        return [without_prose(item) for item in value]
    if isinstance(value, dict):
        return {key: without_prose(item) for key, item in value.items() if key not in PROSE}
    return value


def facts_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a capability document is about, as a table of a few lines.

    ``!`` marks a required parameter.
    """
    capability = document["capability"]
    (service,) = capability["consumes"]
    rest, mcp = capability["exposes"]
    return {
        "version": document["naftiko"],
        "binds": {item["namespace"]: item["keys"] for item in document["binds"]},
        "service": {key: service[key] for key in ("namespace", "baseUri", "authentication")},
        "consumed": {
            f"{resource['name']} {operation['name']}: {operation['method']} {resource['path']}": [
                f"{item['in']} {item['name']} {item['type']}{'!' * item.get('required', False)}"
                for item in operation["inputParameters"]
            ]
            for resource in service["resources"]
            for operation in resource["operations"]
        },
        "rest": {key: rest[key] for key in ("namespace", "port")},
        "exposed": {
            f"{resource['name']} {operation['name']}: {operation['method']} {resource['path']}": (
                _called(operation)
            )
            for resource in rest["resources"]
            for operation in resource["operations"]
        },
        "mcp": {key: mcp[key] for key in ("namespace", "port", "transport")},
        "tools": {
            tool["name"]: _called(tool)
            + [f"{key} {str(said).lower()}" for key, said in tool["hints"].items()]
            for tool in mcp["tools"]
        },
    }


def _called(exposed: Mapping[str, Any]) -> list[str]:
    passed = [f"{name}={given}" for name, given in exposed["with"].items()]
    outputs = [f"{item['type']} {item['mapping']}" for item in exposed["outputParameters"]]
    return [exposed["call"], *passed, *outputs]
