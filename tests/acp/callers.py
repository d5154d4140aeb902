"""One call, in either form of a client, made by a test whose loop has the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from actionruns.acp import AcpClient, AsyncAcpClient
from tests.forms import result_of

__all__ = ["FORMS", "Caller", "calling", "method_of"]

Caller = Callable[[Callable[[Any], Any]], Any]

FORMS = ("async", "blocking")


@asynccontextmanager
async def calling(form: str, **settings: Any) -> AsyncIterator[Caller]:
    """Make a client, for calls that give its result; iterators are read to their end."""
    if form == "async":
        async with AsyncAcpClient(trust_env=False, **settings) as client:

            async def call(of: Callable[[Any], Any]) -> Any:
                return await result_of(of(client))

            yield call
        return
    blocking = AcpClient(trust_env=False, **settings)

    def call_here(of: Callable[[Any], Any]) -> Any:
        result = of(blocking)
        return list(result) if isinstance(result, Iterator) else result

    async def call_in_thread(of: Callable[[Any], Any]) -> Any:
        return await asyncio.to_thread(call_here, of)

    yield call_in_thread
    await asyncio.to_thread(blocking.close)


def method_of(client: Any, operation: str) -> Callable[..., Any]:
    """Return the method of a client that is an operation, whatever its group."""
    groups = ("runs", "stateless_runs", "thread_runs", "agents", "threads")
    mine = [vars(client)[group] for group in groups if group in vars(client)]
    found: list[Callable[..., Any]] = [
        getattr(group, operation) for group in mine if hasattr(group, operation)
    ]
    (method,) = found
    return method
