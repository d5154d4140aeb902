"""Models for the core's tests: small, hand-made, and with every kind of member."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from actionruns.core.model import UNSET, Model, Unset, field, model


@model
class Approval(Model):
    """Who may let a run go on."""

    type: Literal["ALL", "ANY"]


@model
class Subject(Model):
    """What a run is about."""

    identifier: str
    title: str | Unset | None = field(default=UNSET)


@model
class Run(Model):
    """A run with a union of each kind."""

    id: str
    status: str
    status_label: str | Unset | None = field(json="statusLabel", default=UNSET)
    action: Subject | str | Unset | None = field(default=UNSET)
    required_approval: bool | Approval | Unset | None = field(
        json="requiredApproval", default=UNSET
    )
    link: str | list[str] | Unset | None = field(default=UNSET)
    response: str | dict[str, Any] | list[Any] | Unset | None = field(default=UNSET)
    properties: dict[str, Any] | Unset | None = field(default=UNSET)
    ended_at: datetime | Unset | None = field(json="endedAt", default=UNSET)


@model
class Page(Model):
    """A page of runs."""

    runs: list[Run]
    next: str | Unset | None = field(default=UNSET)


@model
class Step(Model):
    """A model that holds itself: directly, in an array and in a map."""

    name: str
    after: Step | Unset | None = field(default=UNSET)
    inner: list[Step] | Unset = field(default=UNSET)
    by_name: dict[str, Step] | Unset = field(json="byName", default=UNSET)


@model
class Measure(Model):
    """Scalars that are all required."""

    count: int
    share: float
    exact: bool
    at: datetime
    anything: Any
    nothing: None = None


@model
class Login(Model):
    """A model with a secret."""

    user: str
    password: str = field(secret=True)


@model
class Nothing(Model):
    """A model that knows no member at all."""


@model
class When(Model):
    """A member that is a time where it can be, a text where not."""

    at: datetime | str
