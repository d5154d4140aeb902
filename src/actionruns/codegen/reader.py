"""From a file to a document: YAML or JSON, with the line of each value."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from actionruns.codegen.document import Document, Pointer
from actionruns.codegen.errors import CodegenError, require

__all__ = ["compose", "parse", "read"]


def read(path: Path) -> Document:
    """Read a specification.

    Raises:
        CodegenError: The file cannot be read, is neither YAML nor JSON, or no OpenAPI 3.
        ConfigurationError: The extra ``codegen`` is not installed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"{path}: cannot be read: {error.strerror or error}"
        raise CodegenError(problem, place=str(path)) from error
    return parse(content, path.name)


def parse(content: bytes, name: str) -> Document:
    """Parse a specification; a name that ends in ``.json`` makes it JSON.

    Raises:
        CodegenError: It is neither YAML nor JSON, or no OpenAPI 3.
    """
    document = compose(content, name)
    value = document.value
    if not isinstance(value, dict) or "openapi" not in value:
        is_older = isinstance(value, dict) and "swagger" in value
        found = "Swagger 2.0" if is_older else "something else"
        raise CodegenError(f"{name}: should be OpenAPI 3.0 or 3.1, but is {found}", place=name)
    version = str(value["openapi"])
    if not version.startswith(("3.0", "3.1")):
        problem = f"OpenAPI {version} is not supported, 3.0 and 3.1 are"
        raise document.root["openapi"].error(problem)
    return document


def compose(content: bytes, name: str) -> Document:
    """Parse a document of whatever kind, with the line of each value.

    Raises:
        CodegenError: It is neither YAML nor JSON.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodegenError(f"{name}: is not UTF-8: {error}", place=name) from error
    lines: dict[Pointer, int] = {}
    value = _json(text, name) if name.endswith(".json") else _yaml(text, name, lines)
    # The bytes as they are in the repository: a checkout with other line ends is the same file.
    sha256 = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
    return Document(name=name, sha256=sha256, value=value, lines=lines)


def _json(text: str, name: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [key for key, _ in pairs]
            twice = next(key for key in names if names.count(key) > 1)
            raise CodegenError(f"{name}: {twice!r} stands twice in one object", place=name)
        return members

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        problem = f"{name} (line {error.lineno}): is not JSON: {error.msg}"
        raise CodegenError(problem, place=name, line=error.lineno) from error


def _yaml(text: str, name: str, lines: dict[Pointer, int]) -> Any:
    yaml = require("yaml")
    # Composed and not loaded: nodes know their lines, keys stay texts (`200`, `on`), and a key that
    # stands twice is seen. The C parser is not in every build of PyYAML.
    loader = None
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        node = loader.get_single_node()
        return _Composed(yaml, loader, name, lines).value(node, ()) if node is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        where = f"{name} (line {line})" if line else name
        said = getattr(error, "problem", None) or " ".join(str(error).split())
        raise CodegenError(f"{where}: is not YAML: {said}", place=name, line=line) from error
    finally:
        if loader is not None:
            loader.dispose()


class _Composed:
    """Turns YAML nodes into values and notes their lines."""

    def __init__(self, yaml: Any, loader: Any, name: str, lines: dict[Pointer, int]) -> None:
        self._yaml = yaml
        self._loader = loader
        self._name = name
        self._lines = lines
        self._open: set[int] = set()
        self._done: dict[int, Any] = {}

    def value(self, node: Any, pointer: Pointer) -> Any:
        """Return the value of a node."""
        self._lines[pointer] = node.start_mark.line + 1
        if isinstance(node, self._yaml.ScalarNode):
            # A date is a text in JSON, so it is one here.
            is_time = node.tag == "tag:yaml.org,2002:timestamp"
            return node.value if is_time else self._loader.construct_object(node)
        # Aliases share one value: an anchor that grows by doubling stays as small as its text.
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open:
            raise self._refused(node, "an alias inside of what it stands for")
        self._open.add(id(node))
        if isinstance(node, self._yaml.MappingNode):
            found: Any = self._members(node, pointer)
        else:
            found = [self.value(item, (*pointer, str(i))) for i, item in enumerate(node.value)]
        self._done[id(node)] = found
        return found

    def _members(self, node: Any, pointer: Pointer) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, self._yaml.ScalarNode):
                raise self._refused(key, "a key that is no text")
            if key.tag == "tag:yaml.org,2002:merge":
                raise self._refused(key, "merge keys (<<) are not supported")
            if key.value in members:
                raise self._refused(key, f"{key.value!r} stands twice in one object")
            place = (*pointer, key.value)
            members[key.value] = self.value(item, place)
            # A member begins with its key, also when its value stands in the lines below.
            self._lines[place] = key.start_mark.line + 1
        return members

    def _refused(self, node: Any, problem: str) -> CodegenError:
        line = node.start_mark.line + 1
        return CodegenError(f"{self._name} (line {line}): {problem}", place=self._name, line=line)
