"""One call, in either form of a client, made by a test whose loop has the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from actionruns import AcpClient, AsyncAcpClient, AsyncForgePortalClient, ForgePortalClient
from tests.forms import result_of

__all__ = ["FORMS", "Caller", "calling", "method_of"]

Caller = Callable[[Callable[[Any], Any]], Any]

FORMS = ("async", "blocking")

_CLIENTS: dict[tuple[str, str], Any] = {
    ("acp", "async"): AsyncAcpClient,
    ("acp", "blocking"): AcpClient,
    ("forgeportal", "async"): AsyncForgePortalClient,
    ("forgeportal", "blocking"): ForgePortalClient,
}
_GROUPS = (
    *("runs", "stateless_runs", "thread_runs", "agents", "threads"),
    *("action_runs", "templates", "auth"),
)


@asynccontextmanager
async def calling(service: str, form: str, **settings: Any) -> AsyncIterator[Caller]:
    """Make a client, for calls that give its result; iterators are read to their end."""
    made = _CLIENTS[service, form](trust_env=False, **settings)
    if form == "async":
        async with made as client:

            async def call(of: Callable[[Any], Any]) -> Any:
                return await result_of(of(client))

            yield call
        return

    def call_here(of: Callable[[Any], Any]) -> Any:
        result = of(made)
        return list(result) if isinstance(result, Iterator) else result

    async def call_in_thread(of: Callable[[Any], Any]) -> Any:
        return await asyncio.to_thread(call_here, of)

    yield call_in_thread
    await asyncio.to_thread(made.close)


def method_of(client: Any, operation: str) -> Callable[..., Any]:
    """Return the method of a client that is an operation, whatever its group."""
    mine = [vars(client)[group] for group in _GROUPS if group in vars(client)]
    found: list[Callable[..., Any]] = [
        getattr(group, operation) for group in mine if hasattr(group, operation)
    ]
    (method,) = found
    return method
