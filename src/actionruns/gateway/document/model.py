"""What a capability document says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from actionruns.codegen.document import Node
from actionruns.codegen.errors import Notice
from actionruns.gateway.paths import Path

__all__ = [
    "Authentication",
    "Binding",
    "Capability",
    "Hints",
    "HttpService",
    "Input",
    "McpAdapter",
    "Operation",
    "Output",
    "Resource",
    "RestAdapter",
    "RestOperation",
    "RestResource",
    "Tool",
]

Place = Literal["query", "path", "header", "body"]
Type = Literal["string", "number", "integer", "boolean", "array", "object"]
Kind = Literal["apikey", "bearer", "basic", "sdk"]


@attrs.frozen(kw_only=True)
class Placed:
    """A part of the document that knows where it stands, for errors that show up later.

    Attributes:
        node: The place; no part of what is said.
    """

    node: Node = attrs.field(repr=False, eq=False)


@attrs.frozen(kw_only=True)
class Binding:
    """Where the values come from that the document does not hold itself.

    Attributes:
        namespace: What ``{{namespace.KEY}}`` refers to it by.
        keys: Key -> variable of the environment.
    """

    namespace: str
    keys: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Input(Placed):
    """A parameter: of a consumed operation, or one that is exposed to callers.

    Attributes:
        name: Its name, on the wire as well.
        place: Where it travels; None for an exposed one that says nothing about it.
        type: Its type in JSON; arrays of a query hold texts.
        description: What it is, for people and agents.
        required: Whether it must be given.
        value: A constant that is sent instead of an argument; None = there is none.
    """

    name: str
    place: Place | None
    type: Type = "string"
    description: str = ""
    required: bool = False
    value: str | None = None


@attrs.frozen(kw_only=True)
class Output(Placed):
    """A part of a result.

    Attributes:
        name: Its name; empty for a result that is this part alone.
        type: Its type in JSON.
        mapping: Where in the service's answer it is, see `path_of`; None where it is made of parts.
        value: A constant instead; None = there is none.
        properties: For an object made of parts: name -> part.
        items: For an array: what each element becomes.
    """

    name: str = ""
    type: Type = "object"
    mapping: Path | None = None
    value: str | None = None
    properties: Mapping[str, Output] = attrs.field(factory=dict)
    items: Output | None = None


@attrs.frozen(kw_only=True)
class Operation(Placed):
    """An operation of a service that is consumed.

    Attributes:
        name: Its name; several resources may have operations of one name.
        method: HTTP method.
        description: What it does.
        inputs: Its parameters, those of its resource and its service included.
        outputs: What its result is called, and where in the answer it is.
    """

    name: str
    method: str
    description: str = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()


@attrs.frozen(kw_only=True)
class Resource(Placed):
    """A path of a service that is consumed, with its operations."""

    name: str
    path: str
    description: str = ""
    operations: tuple[Operation, ...] = ()


@attrs.frozen(kw_only=True)
class Authentication(Placed):
    """How requests to a service are authorised.

    Attributes:
        type: Kind of credentials; ``sdk`` is ours, and not of the format: as the SDK's client of
            the service authorises itself.
        settings: What the kind needs, by the document's keys; ``{{namespace.KEY}}`` inside stands
            for what is bound.
    """

    type: Kind
    settings: Mapping[str, str]


@attrs.frozen(kw_only=True)
class HttpService(Placed):
    """A service that is consumed over HTTP.

    Attributes:
        namespace: What calls refer to it by.
        base_uri: Where it is; empty = whoever starts the gateway says so.
        description: What it is.
        resources: Its paths.
        authentication: How requests are authorised; None = not at all.
    """

    namespace: str
    base_uri: str
    description: str = ""
    resources: tuple[Resource, ...] = ()
    authentication: Authentication | None = None


@attrs.frozen(kw_only=True)
class Exposed(Placed):
    """What is exposed of one consumed operation.

    Attributes:
        name: Its name.
        label: Its title for people.
        description: What it does.
        call: The consumed operation, ``namespace.operation`` or ``namespace.resource.operation``.
        arguments: Parameter of that operation -> name of the exposed input, or a number as a
            constant; None = each parameter comes from the input of its own name.
        inputs: What it says about its inputs itself, which goes before what is consumed.
        outputs: What becomes of the service's answer.
    """

    name: str
    label: str = ""
    description: str = ""
    call: str
    arguments: Mapping[str, str | float] | None = None
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()


@attrs.frozen(kw_only=True)
class RestOperation(Exposed):
    """An operation of the REST adapter."""

    method: str


@attrs.frozen(kw_only=True)
class RestResource(Placed):
    """A path of the REST adapter, with ``{placeholders}``."""

    name: str
    path: str
    description: str = ""
    operations: tuple[RestOperation, ...] = ()


@attrs.frozen(kw_only=True)
class RestAdapter:
    """What is exposed over REST."""

    namespace: str
    port: int
    description: str = ""
    resources: tuple[RestResource, ...] = ()


@attrs.frozen(kw_only=True)
class Hints:
    """What a tool tells agents about its effects; None = it does not say."""

    read_only: bool | None = None
    destructive: bool | None = None
    idempotent: bool | None = None
    open_world: bool | None = None


@attrs.frozen(kw_only=True)
class Tool(Exposed):
    """A tool of the MCP server."""

    hints: Hints = Hints()


@attrs.frozen(kw_only=True)
class McpAdapter:
    """What is exposed as tools.

    Attributes:
        namespace: The server's name.
        port: TCP port; None = the document names none, as for ``stdio``.
        transport: How agents reach it.
        description: What it tells agents about itself.
        tools: The tools.
    """

    namespace: str
    port: int | None
    transport: Literal["http", "stdio"] = "http"
    description: str = ""
    tools: tuple[Tool, ...] = ()


@attrs.frozen(kw_only=True)
class Capability:
    """A capability document.

    Attributes:
        file: Its file's name, without folders.
        sha256: Of the file's bytes.
        label: Its title.
        description: What it is for.
        created: When it was written, as it says itself.
        modified: When it was changed, as it says itself.
        bindings: Where values come from.
        services: What is consumed.
        rest: What is exposed over REST; None = nothing.
        mcp: What is exposed as tools; None = nothing.
        notices: What of the document has no effect here.
    """

    file: str
    sha256: str
    label: str
    description: str = ""
    tags: tuple[str, ...] = ()
    created: str = ""
    modified: str = ""
    bindings: tuple[Binding, ...] = ()
    services: tuple[HttpService, ...] = ()
    rest: RestAdapter | None = None
    mcp: McpAdapter | None = None
    notices: tuple[Notice, ...] = ()
