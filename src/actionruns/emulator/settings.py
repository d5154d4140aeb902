"""What a user of the emulator can set, with the defaults of a friendly service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import attrs

from actionruns.emulator.stream_behaviour import StreamBehaviour

__all__ = ["Behaviour", "EmulatorSettings"]


def _share(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        msg = f"{attribute.name} is a share between 0 and 1, not {value}"
        raise ValueError(msg)


def _positive(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if value <= 0:
        msg = f"{attribute.name} must be more than 0, not {value}"
        raise ValueError(msg)


def _range(
    _: object, attribute: attrs.Attribute[tuple[float, float]], value: tuple[float, float]
) -> None:
    low, high = value
    if not 0 <= low <= high:
        msg = f"{attribute.name} is (least, most) seconds with 0 <= least <= most, not {value}"
        raise ValueError(msg)


def _limit(_: object, attribute: attrs.Attribute[Any], value: int | None) -> None:
    if value is not None and value < 1:
        msg = f"{attribute.name} is at least 1, or None for no limit, not {value}"
        raise ValueError(msg)


@attrs.frozen(kw_only=True)
class EmulatorSettings:
    """How the emulated services behave.

    Everything that looks random is drawn from ``seed`` and the number of the run, so two emulators
    with the same settings that get the same requests in the same order behave the same.

    Attributes:
        seed: What is drawn depends on it: ids, durations, outcomes, approvals, short pages.
        speed: How much shorter than drawn the life of a run is: with 10, a run of 30 s takes 3 s.
            Timestamps are always true UTC; tokens and rate limits take their real time.
        auto_progress: Let runs approve, run and end by themselves. False: runs move only when a
            client or the control methods of `Emulator` move them.
        duration: Least and most seconds that a run takes, before ``speed``.
        auto_approve: Let the emulator decide for approvers who are silent for ``approval_delay``.
            False: a run waits until somebody approves or declines it.
        failure_rate: Share of the runs that end in failure, for actions without a rate of their
            own.
        approval_delay: Least and most seconds until the emulator decides for an approver who
            hasn't decided, before ``speed``.
        approval_rate: Share of those decisions that are APPROVE; the others are DECLINE.
        credentials: Client id -> client secret of those who may ask for a token.
        api_keys: API key -> the client id that it acts for.
        token_lifetime: Seconds (real ones) until an access token expires.
        token_reuse: Give the same token again until it expires, as Port does.
        default_version: The shape of a run when a request doesn't name a ``version``. Port asks for
            ``version=v2`` to get the latest, and its tutorial, which names none, shows v1.
        rate_limit: Requests allowed in a period over all clients; None: no limit, no headers.
        rate_period: Seconds (real ones) of one rate period.
        rate_reset: What ``x-ratelimit-reset`` tells: "seconds" until the reset, or its "epoch".
        cursor: Answer pages of runs with ``next``. False: as the older API, one page and no more.
        page_size: Runs in a page when the request names no ``limit``.
        short_page_rate: Share of the pages that hold fewer runs than there are, with ``next``.
        empty_page_rate: Share of the pages that hold no run at all, with ``next``; below 1.
        forgeportal_auth: Ask for the session cookie and for CSRF tokens. False: as ForgePortal in
            its development mode, each request is that of ``dev@forgeportal.local``.
        forgeportal_sessions: Value of the cookie ``forgeportal.sid`` -> role of who has it:
            "viewer", "developer", "team-admin", "template-admin" or "platform-admin". These values
            never expire.
        forgeportal_session_lifetime: Seconds (real ones) until a cookie that ForgePortal has set
            expires.
        forgeportal_run_limit: Action runs that a user may create in a period; None: any number.
        forgeportal_template_limit: Action runs of any origin that a user may have created in a
            period for a template to be run once more; None: any number.
        forgeportal_limit_period: Seconds (real ones) of such a period.
        forgeportal_list_shape: Members of the runs in the list: "snake" as documented, or the fewer
            ones in "camel" case of newer versions.
        forgeportal_claim_delay: Least and most seconds that a run is queued until a worker takes
            it, before ``speed``.
        forgeportal_max_retries: How often a failed attempt is repeated, for actions without a
            number of their own. A run that is drawn to fail (``failure_rate``) fails every time.
        forgeportal_retry_rate: Share of the other runs' attempts that fail and are repeated.
        forgeportal_retry_delay: Seconds from the first failed attempt to the next, before
            ``speed``; they double with each one, up to twenty times as many.
        acp_auth: Ask requests of the Agent Connect Protocol for a key of ``api_keys`` in the header
            ``x-api-key``. False: everybody is served.
        acp_errors: How they are refused: with a bare "text" as the protocol has it, or with the
            object ``{"detail": ...}`` of the framework that servers are built on.
        acp_stream: How event streams behave, and what goes wrong in them.
    """

    seed: int = 0
    speed: float = attrs.field(default=1.0, validator=_positive)
    auto_progress: bool = True
    auto_approve: bool = True
    duration: tuple[float, float] = attrs.field(default=(2.0, 20.0), validator=_range)
    failure_rate: float = attrs.field(default=0.1, validator=_share)
    approval_delay: tuple[float, float] = attrs.field(default=(1.0, 5.0), validator=_range)
    approval_rate: float = attrs.field(default=0.9, validator=_share)
    credentials: Mapping[str, str] = attrs.field(
        factory=lambda: {"demo": "demo", "reviewer": "reviewer"}
    )
    api_keys: Mapping[str, str] = attrs.field(factory=lambda: {"demo": "demo"})
    token_lifetime: float = attrs.field(default=10_800.0, validator=_positive)
    token_reuse: bool = True
    default_version: Literal["v1", "v2"] = attrs.field(
        default="v1", validator=attrs.validators.in_(("v1", "v2"))
    )
    rate_limit: int | None = attrs.field(default=None, validator=_limit)
    rate_period: float = attrs.field(default=60.0, validator=_positive)
    rate_reset: Literal["seconds", "epoch"] = attrs.field(
        default="seconds", validator=attrs.validators.in_(("seconds", "epoch"))
    )
    cursor: bool = True
    page_size: int = attrs.field(
        default=1000, validator=[attrs.validators.ge(1), attrs.validators.le(1000)]
    )
    short_page_rate: float = attrs.field(default=0.0, validator=_share)
    empty_page_rate: float = attrs.field(default=0.0, validator=[_share, attrs.validators.lt(1)])
    forgeportal_auth: bool = False
    forgeportal_sessions: Mapping[str, str] = attrs.field(
        factory=lambda: {"demo": "platform-admin", "developer": "developer", "viewer": "viewer"}
    )
    forgeportal_session_lifetime: float = attrs.field(default=28_800.0, validator=_positive)
    forgeportal_run_limit: int | None = attrs.field(default=10, validator=_limit)
    forgeportal_template_limit: int | None = attrs.field(default=5, validator=_limit)
    forgeportal_limit_period: float = attrs.field(default=60.0, validator=_positive)
    forgeportal_list_shape: Literal["snake", "camel"] = attrs.field(
        default="snake", validator=attrs.validators.in_(("snake", "camel"))
    )
    forgeportal_claim_delay: tuple[float, float] = attrs.field(default=(0.1, 1.0), validator=_range)
    forgeportal_max_retries: int = attrs.field(default=3, validator=attrs.validators.ge(0))
    forgeportal_retry_rate: float = attrs.field(default=0.1, validator=_share)
    forgeportal_retry_delay: float = attrs.field(default=30.0, validator=_positive)
    acp_auth: bool = False
    acp_errors: Literal["text", "detail"] = attrs.field(
        default="text", validator=attrs.validators.in_(("text", "detail"))
    )
    acp_stream: StreamBehaviour = attrs.field(
        factory=StreamBehaviour, validator=attrs.validators.instance_of(StreamBehaviour)
    )


class Behaviour(TypedDict, total=False):
    """The settings besides ``seed`` and ``speed`` as keywords of `Emulator`."""

    auto_progress: bool
    auto_approve: bool
    duration: tuple[float, float]
    failure_rate: float
    approval_delay: tuple[float, float]
    approval_rate: float
    credentials: Mapping[str, str]
    api_keys: Mapping[str, str]
    token_lifetime: float
    token_reuse: bool
    default_version: Literal["v1", "v2"]
    rate_limit: int | None
    rate_period: float
    rate_reset: Literal["seconds", "epoch"]
    cursor: bool
    page_size: int
    short_page_rate: float
    empty_page_rate: float
    forgeportal_auth: bool
    forgeportal_sessions: Mapping[str, str]
    forgeportal_session_lifetime: float
    forgeportal_run_limit: int | None
    forgeportal_template_limit: int | None
    forgeportal_limit_period: float
    forgeportal_list_shape: Literal["snake", "camel"]
    forgeportal_claim_delay: tuple[float, float]
    forgeportal_max_retries: int
    forgeportal_retry_rate: float
    forgeportal_retry_delay: float
    acp_auth: bool
    acp_errors: Literal["text", "detail"]
    acp_stream: StreamBehaviour
