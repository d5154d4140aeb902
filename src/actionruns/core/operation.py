"""Operation: what is known of one API operation before it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar, cast

import attrs

__all__ = ["Body", "IdempotencyKey", "Operation", "Pace", "Parameter"]

T = TypeVar("T")
U = TypeVar("U")

Place = Literal["path", "query", "header"]
Shape = Literal["object", "array", "any"]
Kind = Literal["string", "integer", "number", "boolean", "array", "any"]


@attrs.frozen(kw_only=True)
class Parameter:
    """One parameter of an operation.

    Attributes:
        name: The Python argument.
        wire: The name on the wire.
        place: Where it travels.
        kind: Its JSON type; arrays hold strings.
        required: Whether it must be given.
        minimum: Smallest number allowed.
        maximum: Largest number allowed.
        placeholder: What stands for it in a path template.
    """

    name: str
    wire: str
    place: Place
    kind: Kind = "string"
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    placeholder: str = attrs.field(init=False, repr=False)

    @placeholder.default
    def _wire_in_braces(self) -> str:
        return f"{{{self.wire}}}"


@attrs.frozen(kw_only=True)
class Body:
    """The JSON body of an operation.

    Attributes:
        members: For a body made of single arguments: Python argument -> member in JSON.
        whole: For a body that is one argument: that argument's name.
        shape: What JSON such a body is.
        required: Arguments that must be given.
        nullable: Arguments for which None means ``null`` and is sent.
    """

    members: Mapping[str, str] = attrs.field(factory=dict)
    whole: str | None = None
    shape: Shape = "object"
    required: frozenset[str] = frozenset()
    nullable: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Pace:
    """How often a service lets an operation be called.

    Attributes:
        requests: So many calls...
        period: ... in so many seconds.
    """

    requests: int
    period: float


@attrs.frozen(kw_only=True)
class IdempotencyKey:
    """The argument by which a service tells a repetition from a new call.

    Attributes:
        argument: The Python argument. A call that has it may be repeated.
        in_doubt: Statuses with which the service also answers a key that it has seen before. Such
            an answer is not repeated: what the call was to make may exist.
    """

    argument: str
    in_doubt: frozenset[int] = frozenset()


@attrs.frozen(kw_only=True, eq=False)
class Operation(Generic[T]):
    """One operation of a service's API, as its specification describes it.

    Attributes:
        name: The operation's name, for example ``get_action_run``.
        method: HTTP method.
        path: Path template, for example ``/v1/actions/runs/{run_id}`` (names as on the wire).
        result: Type of the result; None when there is none.
        member: Member of the JSON answer that holds the result, with dots for a member of a member;
            None = the whole body.
        may_be_empty: Whether an answer of success may come without a body (204), which gives None.
        parameters: Its parameters.
        body: Its JSON body; None = it has none.
        idempotent: Whether sending it twice does no more than sending it once. Only then may it be
            repeated when it is unknown whether the server executed it.
        authorised: Whether it is sent with credentials.
        pace: How often the service allows it; None = as often as anything else.
        key: The argument that makes it repeatable; None = there is none.
        path_parameters: The parameters that fill the path template.
        other_parameters: The query and header parameters.
    """

    name: str
    method: str
    path: str
    result: type[T]
    member: str | None = None
    may_be_empty: bool = False
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    idempotent: bool = False
    authorised: bool = True
    pace: Pace | None = None
    key: IdempotencyKey | None = None
    path_parameters: tuple[Parameter, ...] = attrs.field(init=False, repr=False)
    other_parameters: tuple[Parameter, ...] = attrs.field(init=False, repr=False)

    @path_parameters.default
    def _select_path_parameters(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.place == "path")

    @other_parameters.default
    def _select_other_parameters(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.place != "path")

    def returning(self, result: type[U], member: str | None = None) -> Operation[U]:
        """Return the same operation with another type of result."""
        changed: Any = attrs.evolve(self, result=result, member=member)  # type: ignore[arg-type]
        return cast("Operation[U]", changed)


Arguments = Mapping[str, Any]
"""An operation's arguments by their Python names; None and `UNSET` mean absent."""
