"""The intermediate representation: what the templates are given. Values, no decisions."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = [
    "ArgumentDef",
    "ErrorDef",
    "FieldDef",
    "GroupDef",
    "KeyDef",
    "ModelDef",
    "OperationDef",
    "PaceDef",
    "PackageDef",
    "Paging",
    "RunMapping",
]


@attrs.frozen(kw_only=True)
class FieldDef:
    """A field of a model.

    Attributes:
        name: Python name.
        json_name: Name in JSON.
        annotation: Its type, as Python source.
        required: Whether it has no default.
        secret: Whether ``repr()`` leaves it out.
        description: What it means.
        aliases: Further names in JSON, which are read.
    """

    name: str
    json_name: str
    annotation: str
    required: bool
    secret: bool
    description: str
    aliases: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class RunMapping:
    """How a model is a run (``x-run``).

    Attributes:
        status: Field with the service's status word.
        ended: Field with the time of end; empty when the service gives none.
        states: Status word and name of the `RunState`.
    """

    status: str
    ended: str
    states: tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class ModelDef:
    """A model.

    Attributes:
        name: Class name.
        description: What it stands for.
        fields: Its fields, required ones first.
        run: How it is a run, or None.
    """

    name: str
    description: str
    fields: tuple[FieldDef, ...]
    run: RunMapping | None


@attrs.frozen(kw_only=True)
class ArgumentDef:
    """An argument of an operation.

    Attributes:
        name: Python name.
        wire: Name on the wire; in the body, name in JSON.
        place: Where it travels; ``whole`` is the body itself.
        annotation: Its type, as Python source, with what its absence adds.
        default: Its default, as Python source; None when it must be given.
        kind: JSON type of a parameter; of the body itself, what JSON it is.
        required: Whether the service must get it.
        nullable: Whether None is sent as ``null``.
        positional: Whether it may be given without its name.
        minimum: Smallest number.
        maximum: Largest number.
        description: What it means.
    """

    name: str
    wire: str
    place: Literal["path", "query", "header", "body", "whole"]
    annotation: str
    default: str | None
    kind: str
    required: bool
    nullable: bool
    positional: bool
    minimum: float | None
    maximum: float | None
    description: str


@attrs.frozen(kw_only=True)
class ErrorDef:
    """An error that an operation raises.

    Attributes:
        name: Its class in ``actionruns.errors``.
        description: When.
    """

    name: str
    description: str


@attrs.frozen(kw_only=True)
class Paging:
    """How the pages of an operation follow one another (``x-paging``).

    Attributes:
        name: Name of the iterator method.
        style: What leads to the next page.
        item: Type of one item, as Python source.
        items: Field of the page that holds the items; empty when the page is the list.
        items_optional: Whether that field may be absent or None.
        next: Cursor style: field of the page that holds the cursor.
        turner: Argument that takes the cursor or the offset.
        limit: Offset style: argument that takes the page size.
        page_size: Offset style: items a page, when the caller does not say.
    """

    name: str
    style: Literal["cursor", "offset"]
    item: str
    items: str
    items_optional: bool
    next: str
    turner: str
    limit: str
    page_size: int


@attrs.frozen(kw_only=True)
class PaceDef:
    """How often a service allows an operation (``x-pace``).

    Attributes:
        requests: So many calls...
        period: ... in so many seconds.
    """

    requests: int
    period: float


@attrs.frozen(kw_only=True)
class KeyDef:
    """The argument that makes an operation repeatable (``x-idempotency-key``).

    Attributes:
        argument: Its Python name.
        in_doubt: Statuses that a key seen before may be answered with, too.
    """

    argument: str
    in_doubt: tuple[int, ...]


@attrs.frozen(kw_only=True)
class OperationDef:
    """An operation.

    Attributes:
        name: Method name.
        constant: Name of the constant that holds its `Operation`.
        group: The group that it belongs to.
        method: HTTP method in capitals.
        path: Path template with the names on the wire.
        summary: First line of its description.
        description: The rest.
        arguments: Its arguments in the order of the signature.
        result: Type of its result, as Python source; ``None`` when there is none.
        result_text: What the result is, for people.
        result_is_class: Whether the type can stand as a value of type ``type[T]``.
        member: Member of the answer that holds the result, with dots for a member of a member;
            None = the whole answer.
        is_stream: Whether the result comes as events; then it is the type of their data.
        may_be_empty: Whether an answer may be empty, which makes the result None.
        errors: What it raises because of the answer's status.
        idempotent: Whether it may be repeated.
        authorised: Whether credentials are sent.
        paging: How its pages follow one another, or None.
        pace: How often it is allowed, or None.
        key: The argument that makes it repeatable, or None.
    """

    name: str
    constant: str
    group: str
    method: str
    path: str
    summary: str
    description: str
    arguments: tuple[ArgumentDef, ...]
    result: str
    result_text: str
    result_is_class: bool
    member: str | None
    is_stream: bool
    may_be_empty: bool
    errors: tuple[ErrorDef, ...]
    idempotent: bool
    authorised: bool
    paging: Paging | None
    pace: PaceDef | None
    key: KeyDef | None


@attrs.frozen(kw_only=True)
class GroupDef:
    """The operations of one endpoint class.

    Attributes:
        name: Attribute of the client, for example ``action_runs``.
        class_name: Name of the async class, for example ``AsyncActionRuns``.
        description: What they are for.
        operations: The operations in the order of the specification.
    """

    name: str
    class_name: str
    description: str
    operations: tuple[OperationDef, ...]


@attrs.frozen(kw_only=True)
class PackageDef:
    """Everything of one specification.

    Attributes:
        spec: File name of the specification.
        sha256: Of its bytes.
        title: Its title.
        version: Its version.
        models: Models in the order of the specification.
        groups: Endpoint classes in the order of their first operations.
    """

    spec: str
    sha256: str
    title: str
    version: str
    models: tuple[ModelDef, ...]
    groups: tuple[GroupDef, ...]
