"""Connections that end when they shouldn't: what is sent again, and what never is."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from actionruns.core.operation import Operation
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ConfigurationError, ConnectionFailed
from tests.transport.operations import (
    CREATE,
    DELETE,
    GET,
    ONCE,
    ONE,
    REPLACE,
    THING,
    Thing,
    transport_to,
)
from tests.transport.servers import (
    Behaviour,
    Exchange,
    Server,
    answer,
    closing,
    half_body,
    hang_up,
    in_turn,
    raw,
    reset,
)

pytestmark = pytest.mark.anyio

GOOD = answer(THING)
GARBAGE = raw(b"HTTP/1.1 200 OK\r\nBad Header\x00: x\r\n\r\n")
BAD_CHUNK = raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
BAD_GZIP = answer(b"no gzip at all", headers={"Content-Encoding": "gzip"})
LOSSES = {
    "hang up": hang_up,
    "reset": reset,
    "half a body": half_body,
    "garbage": GARBAGE,
    "bad chunk": BAD_CHUNK,
    "bad gzip": BAD_GZIP,
}
lost_somehow = pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
NEVER_WAITING = RetryPolicy(base_delay=10_000.0, max_delay=10_000.0)


def idle_until_next(lose: Callable[[Exchange], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Answer the first request of each connection, and lose the connection at the second."""

    async def behave(exchange: Exchange) -> None:
        await (GOOD if exchange.number == 1 else lose)(exchange)

    return behave


@lost_somehow
async def test_a_lost_answer_is_asked_for_again(lose: Behaviour) -> None:
    """A GET whose answer is lost, in whatever way, is sent again."""
    async with Server(in_turn(lose, GOOD)) as server:
        assert await transport_to(server).send(GET, ONE) == Thing(id="t_1")
    assert len(server.requests) == 2


@lost_somehow
async def test_a_change_is_never_repeated(lose: Behaviour) -> None:
    """A POST whose answer is lost is sent exactly once, and the error warns."""
    async with Server(in_turn(lose, GOOD)) as server:
        with pytest.raises(ConnectionFailed, match="look before you repeat it") as caught:
            await transport_to(server).send(CREATE, {"title": "x"})
    assert (len(server.requests), caught.value.maybe_sent, caught.value.attempts) == (1, True, 1)


@pytest.mark.parametrize("operation", [GET, REPLACE, DELETE], ids=lambda o: o.name)
@pytest.mark.parametrize("lose", [hang_up, reset])
async def test_a_stale_connection_is_replaced_at_once(
    operation: Operation[Any], lose: Callable[[Exchange], Awaitable[None]]
) -> None:
    """A kept connection that the server closes under a request costs one replay without a wait."""
    async with Server(idle_until_next(lose)) as server:
        transport = transport_to(server, retry=NEVER_WAITING)
        for _ in range(2):
            await transport.send(operation, ONE)
    assert (len(server.requests), server.connections) == (3, 2)


@pytest.mark.parametrize("lose", [hang_up, reset])
async def test_a_stale_connection_is_not_replaced_for_a_change(
    lose: Callable[[Exchange], Awaitable[None]],
) -> None:
    """A POST on a connection that the server closes is not sent again: it may have arrived."""
    async with Server(idle_until_next(lose)) as server:
        transport = transport_to(server)
        await transport.send(CREATE, {})
        with pytest.raises(ConnectionFailed) as caught:
            await transport.send(CREATE, {})
    assert (len(server.requests), caught.value.maybe_sent) == (2, True)


@pytest.mark.parametrize("operation", [GET, CREATE], ids=lambda o: o.name)
async def test_a_server_that_closes_after_each_answer_is_no_trouble(
    operation: Operation[Any],
) -> None:
    """When the server closes right after its answer, each call takes a connection of its own."""
    async with Server(closing(GOOD)) as server:
        transport = transport_to(server)
        for _ in range(20):
            await transport.send(operation, ONE)
            await settle()
    assert (len(server.requests), server.connections) == (20, 20)


async def test_a_server_that_closes_after_no_content_is_no_trouble() -> None:
    """A 204 on a connection that is closed at once doesn't break the call after it."""
    async with Server(closing(answer(b"", status=204))) as server:
        transport = transport_to(server)
        for _ in range(10):
            await transport.send(DELETE, {})
            await settle()
    assert len(server.requests) == 10


async def settle() -> None:
    """Let the loop take in what the sockets have: here, that the server has closed."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_connection_with_connection_close_is_not_kept() -> None:
    """A connection that the server announces to close is not used again."""
    async with Server(closing(answer(THING, headers={"Connection": "close"}))) as server:
        transport = transport_to(server)
        for _ in range(3):
            await transport.send(CREATE, {})
    assert server.connections == 3


async def test_only_the_first_loss_is_replayed_at_once() -> None:
    """A connection lost twice is an outage: from then on the policy's waits are kept."""
    async with Server(hang_up) as server:
        with pytest.raises(ConnectionFailed) as caught:
            await transport_to(server, retry=NEVER_WAITING).send(GET, ONE, timeout=20)
    assert (len(server.requests), caught.value.attempts) == (2, 2)


async def test_attempts_end() -> None:
    """A connection that is lost each time is an error after the attempts that are allowed."""
    async with Server(hang_up) as server:
        with pytest.raises(ConnectionFailed, match=r"Tried 4 times\.") as caught:
            await transport_to(server).send(GET, ONE)
    assert (len(server.requests), caught.value.attempts) == (4, 4)


async def test_one_attempt_means_one() -> None:
    """With one attempt allowed nothing is replayed, not even on a stale connection."""
    async with Server(hang_up) as server:
        with pytest.raises(ConnectionFailed, match="broke before the whole answer had come"):
            await transport_to(server, retry=ONCE).send(GET, ONE)
    assert len(server.requests) == 1


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize("operation", [GET, CREATE], ids=lambda o: o.name)
async def test_without_a_connection_anything_is_tried_again(operation: Operation[Any]) -> None:
    """When nobody listens, every operation is tried again: the server has seen nothing."""
    transport = transport_to(f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(ConnectionFailed) as caught:
        await transport.send(operation, ONE)
    assert (caught.value.attempts, caught.value.maybe_sent) == (4, False)


@pytest.mark.parametrize("first", [hang_up, answer({}, status=500)], ids=["lost", "failed"])
async def test_what_an_earlier_attempt_sent_is_not_forgotten(first: Behaviour) -> None:
    """A change that an attempt may have brought about is in doubt, however the last one fails."""

    async def behave(exchange: Exchange) -> None:
        exchange.server.refuse()
        await closing(first)(exchange)

    async with Server(behave) as server:
        with pytest.raises(ConnectionFailed, match="no connection") as caught:
            await transport_to(server).send(REPLACE, {"title": "x"})
    assert caught.value.maybe_sent is True


async def test_a_refused_connection_says_what_to_do() -> None:
    """The message for a server that is down asks the two likely questions."""
    transport = transport_to(f"http://127.0.0.1:{closed_port()}", retry=ONCE)
    with pytest.raises(ConnectionFailed, match=r"Is the server running, and is base_url right\?"):
        await transport.send(GET, ONE)


async def test_an_unknown_host_says_what_to_do() -> None:
    """The message for a host name that doesn't resolve names the setting."""
    transport = transport_to("http://no-such-host.invalid", retry=ONCE)
    with pytest.raises(ConnectionFailed, match=r"cannot be resolved .* Check base_url") as caught:
        await transport.send(GET, ONE)
    assert caught.value.maybe_sent is False


async def test_the_error_names_the_call() -> None:
    """Operation, method and URL are in the message and in attributes."""
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(ConnectionFailed) as caught:
        await transport_to(url, retry=ONCE).send(GET, ONE)
    assert str(caught.value).startswith(f"get_thing: GET {url}/things/t_1: ")
    assert (caught.value.method, caught.value.url) == ("GET", f"{url}/things/t_1")


async def test_the_cause_is_kept() -> None:
    """The library's own error is the cause, for those who debug."""
    transport = transport_to(f"http://127.0.0.1:{closed_port()}", retry=ONCE)
    with pytest.raises(ConnectionFailed) as caught:
        await transport.send(GET, ONE)
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test"])
async def test_an_impossible_host_is_an_error_of_ours(host: str) -> None:
    """A host name that no resolver takes is an error of this package, too."""
    with pytest.raises((ConnectionFailed, ConfigurationError)):
        await transport_to(f"http://{host}", retry=ONCE).send(GET, ONE)
