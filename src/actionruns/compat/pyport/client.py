"""PortClient: the client of pyport, for its action runs."""

from __future__ import annotations

import logging
import ssl as ssl_module
from collections.abc import Collection, Mapping
from enum import Enum
from types import TracebackType
from typing import TYPE_CHECKING, Final, NoReturn, Self

from actionruns import port
from actionruns.compat.pyport.action_runs import ActionRuns
from actionruns.compat.pyport.exceptions import PortConfigurationError
from actionruns.compat.pyport.logs import show_logs
from actionruns.compat.pyport.retry import RetryStrategy, policy_of, repeatable_methods
from actionruns.compat.pyport.sending import Sender
from actionruns.core.rate import RateBudget
from actionruns.errors import ConfigurationError

__all__ = ["PortClient"]

_TYPED: Final[Mapping[str, str]] = {
    "actions": "to execute one there is .typed.action_runs.execute_action",
    "entities": "there is .typed.entities",
}
_OTHERS: Final = frozenset(
    {
        "apps", "audit", "blueprints", "checklist", "integrations", "migrations", "organizations",
        "pages", "roles", "scorecards", "search", "sidebars", "teams", "users", "webhooks",
        "default_headers", "make_request", "retry_config", "token",
    }
)  # fmt: skip


class PortClient:
    """A client with the constructor and the action runs of pyport's `PortClient`.

    Underneath is the SDK's own blocking client, `typed`, and what that does is done here: making
    a client does no I/O, a token is fetched with the first call and renewed as needed, threads
    share one client, a fork may come between.

    Args:
        client_id: Client id. When it or ``client_secret`` is missing, both come from the
            environment: ``PORT_CLIENT_ID`` and ``PORT_CLIENT_SECRET``, else ``PORT_API_KEY``.
        client_secret: Its secret.
        us_region: Whether the account is in Port's American region.
        auto_refresh: Needless: a token is renewed before it expires, and when it is refused.
        refresh_interval: Needless, too.
        log_level: The level from which the SDK's log records are shown. They are shown if one of
            these three is set; otherwise logging is the application's own business.
        log_format: The format of a line.
        log_handler: Where they go, by default to standard error.
        max_retries: How many times a call is repeated at most.
        retry_delay: Seconds of the first wait, at most: waits are drawn at random, up to a bound.
        max_delay: Seconds of any wait between two attempts, at most.
        retry_strategy: ``exponential``: the bound doubles; ``constant``: it stays. No other.
        retry_jitter: Only True: waits are always drawn at random.
        retry_status_codes: Only pyport's default: what passes is repeated.
        retry_on: Only None, as before.
        idempotent_methods: HTTP methods whose calls may be repeated when it is unknown whether
            they were executed. By default what repeats without harm: all but adding a log entry.
        skip_auth: Send a token that stands for none, to a server that asks for none.
        base_url: Where Port is, with or without ``/v1`` (``PORT_BASE_URL``).
        timeout: Seconds for one call, all attempts included; None = no limit.
        rate: How fast requests leave. By default as the service tells.
        max_connections: Requests under way at once.
        headers: Sent with every request.
        proxy: URL of a proxy; without it, the environment decides.
        ssl: A context for TLS; False does not verify the server.
        trust_env: Take a proxy from the environment.

    Raises:
        PortConfigurationError: Credentials are missing, or a setting is out of its range or has
            nothing that it could mean here.
    """

    def __init__(  # noqa: PLR0917  # the parameters of pyport, in its order
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        us_region: bool = False,
        auto_refresh: bool = True,  # noqa: ARG002  # needless
        refresh_interval: int = 900,  # noqa: ARG002  # needless
        log_level: int = logging.INFO,
        log_format: str | None = None,
        log_handler: logging.Handler | None = None,
        max_retries: int = 3,
        retry_delay: float = 1.0,
        max_delay: float = 10.0,
        retry_strategy: str | Enum = RetryStrategy.EXPONENTIAL,
        retry_jitter: bool = True,
        retry_status_codes: Collection[int] | None = None,
        retry_on: object = None,
        idempotent_methods: Collection[str] | None = None,
        skip_auth: bool = False,
        *,
        base_url: str | None = None,
        timeout: float | None = 30.0,
        rate: RateBudget | None = None,
        max_connections: int = 100,
        headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        ssl: ssl_module.SSLContext | bool = True,
        trust_env: bool = True,
    ) -> None:
        policy = policy_of(
            max_retries=max_retries,
            retry_delay=retry_delay,
            max_delay=max_delay,
            retry_strategy=retry_strategy,
            retry_jitter=retry_jitter,
            retry_status_codes=retry_status_codes,
            retry_on=retry_on,
        )
        repeatable = repeatable_methods(idempotent_methods)
        is_given = bool(client_id and client_secret) and not skip_auth
        try:
            self._typed = port.PortClient(
                client_id=client_id if is_given else None,
                client_secret=client_secret if is_given else None,
                token="dummy_token" if skip_auth else None,  # pyport's own, no secret
                base_url=base_url,
                region="us" if us_region else None,
                timeout=timeout,
                retry=policy,
                rate=rate,
                max_connections=max_connections,
                headers=headers,
                proxy=proxy,
                ssl=ssl,
                trust_env=trust_env,
            )
        except ConfigurationError as error:
            raise PortConfigurationError(str(error)) from error
        show_logs(log_level, log_format, log_handler)
        self._action_runs = ActionRuns(Sender(self._typed, repeatable))

    @property
    def action_runs(self) -> ActionRuns:
        """Action runs: list, get, update, approve, logs, approvers."""
        return self._action_runs

    @property
    def typed(self) -> port.PortClient:
        """The SDK's own client underneath, which shares connections, token and rate budget.

        Code can go over to it call by call; `close` of either closes both.
        """
        return self._typed

    @property
    def api_url(self) -> str:
        """Where the service is, with ``/v1``."""
        return f"{self._typed.base_url}/v1"

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._typed.closed

    def close(self) -> None:
        """Give the connections back; later calls raise `PortApiError`. Closing again does nothing.

        A client that is not closed is closed when it is dropped, or when the process ends.
        """
        self._typed.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    if not TYPE_CHECKING:  # A type checker knows by its absence what there is not.

        def __getattr__(self, name: str) -> NoReturn:
            if name in _TYPED or name in _OTHERS:
                instead = _TYPED.get(name, "there is nothing in its place")
                problem = (
                    f"{name}: this look-alike of pyport covers action runs; {instead}. For the "
                    "rest, keep pyport's own PortClient beside it"
                )
            else:
                problem = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(problem, name=name, obj=self)

    def __repr__(self) -> str:
        return f"<pyport look-alike over {self._typed!r}>"
