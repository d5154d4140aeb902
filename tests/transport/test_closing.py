"""What calls that were under way say when their client is closed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actionruns.core.operation import Operation
from actionruns.errors import ClientClosed, PermissionDenied
from actionruns.transport import FixedHeaders
from tests.transport.operations import CREATE, GET, ONE, transport_to
from tests.transport.servers import Server, answer, black_hole

pytestmark = pytest.mark.anyio


async def test_closing_ends_calls_that_look_up_the_host() -> None:
    """Calls that wait for a host's address end with ClientClosed, not as if cancelled."""
    looking_up = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        looking_up.set()
        await asyncio.Event().wait()

    asyncio.get_running_loop().getaddrinfo = never  # type: ignore[method-assign, assignment]
    transport = transport_to("http://slow.test")
    calls = [asyncio.create_task(transport.send(GET, ONE)) for _ in range(3)]
    await looking_up.wait()
    await transport.aclose()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(end) for end in ends] == [ClientClosed] * 3


async def test_a_cancelled_call_of_a_closed_client_stays_cancelled() -> None:
    """Who cancels a call and closes its client sees the cancellation."""
    async with Server(black_hole) as server:
        transport = transport_to(server)
        call = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        call.cancel()
        await transport.aclose()
        with pytest.raises(asyncio.CancelledError):
            await call


@pytest.mark.parametrize(("operation", "doubt"), [(GET, False), (CREATE, True)])
async def test_closing_says_whether_a_change_is_in_doubt(
    operation: Operation[Any], doubt: bool
) -> None:
    """The error of a change that was under way says that it may have been executed."""
    async with Server(black_hole) as server:
        transport = transport_to(server)
        call = asyncio.create_task(transport.send(operation, ONE))
        await server.wait_for_requests(1)
        await transport.aclose()
        with pytest.raises(ClientClosed) as caught:
            await call
    assert ("may have executed" in str(caught.value)) is doubt
    assert caught.value.__cause__ is not None


async def test_an_answer_goes_over_the_clients_end() -> None:
    """A client that is closed after the answer came does not hide what the service said."""

    class Closing(FixedHeaders):
        async def renew(self, used: object, status: int) -> bool:
            await transport.aclose()
            return False

    async with Server(answer({"message": "not yours"}, status=403)) as server:
        transport = transport_to(server, authorizer=Closing({}))
        with pytest.raises(PermissionDenied, match="not yours"):
            await transport.send(CREATE, {})
