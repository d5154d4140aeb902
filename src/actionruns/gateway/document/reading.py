"""From a file to a capability: the document's frame, and its parts put together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from actionruns.codegen.document import Document, Node
from actionruns.codegen.errors import CodegenError, require
from actionruns.codegen.reader import compose
from actionruns.gateway.document.consuming import http_service, unique
from actionruns.gateway.document.exposing import adapter_type, mcp_adapter, rest_adapter
from actionruns.gateway.document.keys import Keys, name_of, texts
from actionruns.gateway.document.model import (
    Binding,
    Capability,
    McpAdapter,
    RestAdapter,
)
from actionruns.specs import names, path_of

__all__ = ["is_capability", "parse_capability", "read_capability"]

VERSION: Final = "1.0.0-alpha2"
_READABLE: Final = re.compile(r"1\.0\.0-alpha\d*")

_DOCUMENT = Keys("the document", ("naftiko", "info", "binds", "consumes", "capability"))
_INFO = Keys(
    "info",
    ("label", "description", "tags", "created", "modified"),
    ignored={"stakeholders": "the gateway shows no persons"},
)
_BINDING = Keys(
    "a binding",
    ("namespace", "description", "keys"),
    refused={"location": "values come from the environment; leave it out"},
)
_CAPABILITY = Keys(
    "capability",
    ("binds", "consumes", "exposes"),
    refused={"aggregates": "write the calls out in exposes"},
)
_SUFFIX: Final = ".capability"


def read_capability(file: Path | str) -> Capability:
    """Read a capability document.

    Args:
        file: Its file, YAML or JSON; or the name of one that comes with this package, for example
            ``port-action-runs``.

    Returns:
        What it says. What of it has no effect is in ``notices``.

    Raises:
        CodegenError: It cannot be read, or something in it is unknown, not supported or contradicts
            itself; the message names the place and the line.
        ConfigurationError: The extra ``gateway`` is not installed.
    """
    return parse_capability(*_content(Path(file)))


def parse_capability(content: bytes, name: str) -> Capability:
    """Read a capability document that is at hand as bytes.

    Args:
        content: The document.
        name: What messages call it; ``.json`` at its end makes it JSON.

    Raises:
        CodegenError: As in `read_capability`.
        ConfigurationError: The extra ``gateway`` is not installed.
    """
    require("yaml", extra="gateway", needed_by="the gateway")
    document = compose(content, name)
    root = document.root
    if not is_capability(document):
        problem = "is no capability document: it has no member 'naftiko'"
        raise CodegenError(f"{name}: {problem}", place=name)
    _DOCUMENT.check(root)
    version = root["naftiko"]
    if not isinstance(version.value, str) or not _READABLE.fullmatch(version.value):
        raise version.error(f"version {version.value!r} is not supported, {VERSION} is")
    if version.value != VERSION:
        version.notice(f"version {version.value} is read as {VERSION}")
    return _capability(document, root)


def is_capability(document: Document) -> bool:
    """Tell whether a document is one of this kind, whatever else it says."""
    return isinstance(document.value, dict) and "naftiko" in document.value


def _content(path: Path) -> tuple[bytes, str]:
    try:
        if path.parent == Path() and not path.suffix and not path.exists():
            return _one_of_ours(path.name), f"{path.name}{_SUFFIX}.yaml"
        return path.read_bytes(), path.name
    except OSError as error:
        problem = f"{path}: cannot be read: {error.strerror or error}"
        raise CodegenError(problem, place=str(path)) from error


def _one_of_ours(name: str) -> bytes:
    """Return the content of a document that comes with this package."""
    ours = sorted(spec.removesuffix(_SUFFIX) for spec in names() if spec.endswith(_SUFFIX))
    if name not in ours:
        problem = "there is no such file, and no document of that name comes along; these do"
        raise CodegenError(f"{name}: {problem}: {', '.join(ours)}", place=name)
    return path_of(f"{name}{_SUFFIX}").read_bytes()


def _capability(document: Document, root: Node) -> Capability:
    info, capability = root.get("info"), root.get("capability")
    if info is not None:
        _INFO.check(info)
    if capability is not None:
        _CAPABILITY.check(capability)
    parts = [part for part in (root, capability) if part is not None]
    binds = [item for part in parts for item in _elements(part, "binds")]
    consumed = [item for part in parts for item in _elements(part, "consumes")]
    if not consumed:
        raise root.error("nothing is consumed: capability.consumes is missing or empty")
    unique(binds, "namespace")
    unique(consumed, "namespace")
    rest, mcp = _adapters([] if capability is None else _elements(capability, "exposes"))
    return Capability(
        file=document.name,
        sha256=document.sha256,
        label=document.name if info is None else " ".join(info.text("label").split()),
        description="" if info is None else " ".join(info.text("description").split()),
        tags=() if info is None else info.texts("tags"),
        created="" if info is None else info.text("created"),
        modified="" if info is None else info.text("modified"),
        bindings=tuple(_binding(item) for item in binds),
        services=tuple(http_service(item) for item in consumed),
        rest=rest,
        mcp=mcp,
        notices=tuple(document.notices),
    )


def _elements(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return [] if found is None else list(found.elements())


def _adapters(nodes: list[Node]) -> tuple[RestAdapter | None, McpAdapter | None]:
    rest: RestAdapter | None = None
    mcp: McpAdapter | None = None
    for node in nodes:
        kind = adapter_type(node)
        if (rest if kind == "rest" else mcp) is not None:
            raise node.error(f"there is another adapter of type {kind} already; one is served")
        if kind == "rest":
            rest = rest_adapter(node)
        else:
            mcp = mcp_adapter(node)
    return rest, mcp


def _binding(node: Node) -> Binding:
    _BINDING.check(node)
    return Binding(namespace=name_of(node, "namespace"), keys=texts(node, "keys"))
