"""The two forms of a client, and what a mistake with either of them says."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeAlias

import pytest

from actionruns import ActionRunsError, AsyncPortClient, PortClient

Call: TypeAlias = Callable[[Any], Any]
Form: TypeAlias = Callable[..., Any]

SECRET = "hunter2-hunter2"
DEMO: dict[str, Any] = {"client_id": "demo", "client_secret": "demo"}


async def result_of(result: Any) -> Any:
    """Return what an operation gives, whether it is awaited or iterated over."""
    if isinstance(result, AsyncIterator):
        return [item async for item in result]
    return await result if inspect.isawaitable(result) else result


def in_async(call: Call, **settings: Any) -> Any:
    """Make an AsyncPortClient, and call it in a loop."""

    async def main() -> Any:
        async with AsyncPortClient(trust_env=False, **settings) as client:
            return await result_of(call(client))

    return asyncio.run(main())


def in_blocking(call: Call, **settings: Any) -> Any:
    """Make a PortClient, and call it."""
    with PortClient(trust_env=False, **settings) as client:
        result = call(client)
        return list(result) if isinstance(result, Iterator) else result


BOTH = pytest.mark.parametrize("form", [in_async, in_blocking])


def message_of(
    kind: type[ActionRunsError], form: Form, call: Call, *, secret: str = SECRET, **settings: Any
) -> str:
    """Return the message of a mistake, which is one line and holds no secret."""
    with pytest.raises(ActionRunsError) as caught:
        form(call, **settings)
    assert type(caught.value) is kind
    message = str(caught.value)
    assert "\n" not in message
    assert secret not in message + repr(caught.value)
    assert "aiohttp" not in message
    return message


def get(client: Any) -> Any:
    """Read a run."""
    return client.action_runs.get_action_run("r_x")
