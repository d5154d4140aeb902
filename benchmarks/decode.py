"""Typed decoding: our codec beside pydantic, msgspec and cattrs' own hooks, one run and 100."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import pydantic

from actionruns.core.codec import decode
from actionruns.port import ActionRun
from benchmarks.hooks import hooks_alone
from benchmarks.pairs import Ratio, compare
from benchmarks.sample import MANY, ONE


class _Subject(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    identifier: str
    title: str | None = None
    icon: str | None = None
    deleted: bool | None = None


class _PydanticRun(pydantic.BaseModel):
    """The same fields as `ActionRun`, unknown ones kept as well."""

    model_config = pydantic.ConfigDict(extra="allow")

    id: str
    status: str
    action: str | _Subject | None = None
    blueprint: str | _Subject | None = None
    entity: str | _Subject | None = None
    properties: dict[str, Any] | None = None
    rawProperties: dict[str, Any] | None = None  # noqa: N815  # as on the wire
    endedAt: datetime | None = None  # noqa: N815
    createdAt: datetime | None = None  # noqa: N815
    updatedAt: datetime | None = None  # noqa: N815
    claimedUntil: datetime | None = None  # noqa: N815
    createdBy: str | None = None  # noqa: N815
    updatedBy: str | None = None  # noqa: N815
    impersonatedBy: str | None = None  # noqa: N815
    installationId: str | None = None  # noqa: N815
    source: str | dict[str, Any] | None = None
    requiredApproval: bool | dict[str, Any] | None = None  # noqa: N815
    approval: dict[str, Any] | None = None
    payload: dict[str, Any] | None = None
    response: Any = None
    message: Any = None
    pendingExecution: bool | None = None  # noqa: N815
    relatedEntityExists: bool | None = None  # noqa: N815
    relatedBlueprintExists: bool | None = None  # noqa: N815
    statusLabel: str | None = None  # noqa: N815
    link: str | list[str] | None = None
    summary: str | None = None


def _repeat(call: Callable[[], object]) -> Callable[[int], None]:
    def run(calls: int) -> None:
        for _ in range(calls):
            call()

    return run


def _by_hooks(call: Callable[[], object]) -> Callable[[int], None]:
    repeat = _repeat(call)

    def run(calls: int) -> None:
        with hooks_alone():
            repeat(calls)

    return run


def measure(*, rounds: int = 15) -> dict[str, dict[str, Ratio]]:
    """Return ratios to pydantic's, for one run and for a list of 100."""
    one = pydantic.TypeAdapter(_PydanticRun)
    many = pydantic.TypeAdapter(list[_PydanticRun])
    return {
        "one run": compare(
            {
                "pydantic": _repeat(lambda: one.validate_json(ONE)),
                "actionruns": _repeat(lambda: decode(ONE, ActionRun)),
                "actionruns without msgspec": _by_hooks(lambda: decode(ONE, ActionRun)),
                "orjson, dicts only": _repeat(lambda: orjson.loads(ONE)),
            },
            calls=3000,
            rounds=rounds,
        ),
        "100 runs": compare(
            {
                "pydantic": _repeat(lambda: many.validate_json(MANY)),
                "actionruns": _repeat(lambda: decode(MANY, list[ActionRun])),
                "actionruns without msgspec": _by_hooks(lambda: decode(MANY, list[ActionRun])),
                "orjson, dicts only": _repeat(lambda: orjson.loads(MANY)),
            },
            calls=40,
            rounds=rounds,
        ),
    }
