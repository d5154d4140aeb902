"""Answers' bodies: how large, how packed, how whole."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable

import pytest

from actionruns.core.operation import Operation
from actionruns.errors import ApiError, ConnectionFailed, DecodeFailed
from tests.transport.operations import CREATE, GET, ONCE, ONE, THING, Thing, transport_to
from tests.transport.servers import Behaviour, Server, answer, half_body, in_turn, raw

pytestmark = pytest.mark.anyio

LIMIT = 10_000

HEAD: Operation[None] = Operation(
    name="head_thing", method="HEAD", path="/things", result=type(None), idempotent=True
)


def thing_of(size: int) -> bytes:
    """Return a thing whose JSON has so many bytes."""
    start = b'{"id":"t_1","pad":"'
    return start + b"x" * (size - len(start) - 2) + b'"}'


def chunked(content: bytes) -> Behaviour:
    parts = [content[i : i + 1000] for i in range(0, len(content), 1000)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        + body
        + b"0\r\n\r\n"
    )


def packed(content: bytes) -> Behaviour:
    return answer(gzip.compress(content), headers={"Content-Encoding": "gzip"})


WAYS: dict[str, Callable[[bytes], Behaviour]] = {
    "plain": answer,
    "chunked": chunked,
    "gzip": packed,
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_body_of_the_largest_size_is_read(way: str) -> None:
    """A body that is exactly as large as allowed, after decompression, is read."""
    async with Server(WAYS[way](thing_of(LIMIT))) as server:
        thing = await transport_to(server, max_response_size=LIMIT).send(GET, ONE)
    assert thing.id == "t_1"


@pytest.mark.parametrize("way", WAYS)
async def test_a_larger_body_is_refused(way: str) -> None:
    """A body of one byte more is refused, however it is packed."""
    async with Server(WAYS[way](thing_of(LIMIT + 1))) as server:
        with pytest.raises(DecodeFailed, match=f"larger than {LIMIT} bytes") as caught:
            await transport_to(server, max_response_size=LIMIT).send(GET, ONE)
    assert (caught.value.status, len(server.requests)) == (200, 1)


async def test_a_bomb_is_refused() -> None:
    """A small body that unpacks to a hundred times the limit is cut off."""
    content = thing_of(100 * LIMIT)
    async with Server(packed(content)) as server:
        transport = transport_to(server, max_response_size=LIMIT)
        with pytest.raises(DecodeFailed, match="larger than"):
            await transport.send(GET, ONE)
    assert len(gzip.compress(content)) < LIMIT


async def test_a_large_unpacked_body_within_the_limit_is_read() -> None:
    """A body that unpacks to tens of MiB, within the default limit, is read whole."""
    async with Server(packed(thing_of(40 * 2**20))) as server:
        thing = await transport_to(server).send(GET, ONE)
    assert len(thing.unknown_fields["pad"]) > 40_000_000


async def test_a_client_goes_on_after_a_refused_body() -> None:
    """The connection of a refused body isn't used again, and the next call is whole."""
    async with Server(in_turn(answer(thing_of(5_000_000)), answer(THING))) as server:
        transport = transport_to(server, max_response_size=LIMIT, max_connections=1)
        with pytest.raises(DecodeFailed):
            await transport.send(GET, ONE)
        assert await transport.send(GET, ONE) == Thing(id="t_1")
    assert server.connections == 2


async def test_an_announced_size_is_refused_unread() -> None:
    """A body announced as too large is refused without waiting for it."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{"

    async with Server(raw(head)) as server:
        with pytest.raises(DecodeFailed, match="larger than"):
            await transport_to(server, max_response_size=LIMIT).send(GET, ONE)


async def test_a_large_error_body_is_refused_as_such() -> None:
    """An error whose body is too large is a decode error with its status."""
    async with Server(answer(b"x" * (LIMIT + 1), status=404)) as server:
        with pytest.raises(DecodeFailed) as caught:
            await transport_to(server, max_response_size=LIMIT).send(GET, ONE)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda content: zlib.compress(content, wbits=-15)),
    ],
    ids=["gzip", "zlib", "bare deflate"],
)
async def test_packed_answers_are_unpacked(encoding: str, pack: object) -> None:
    """Compressed answers decode as others do."""
    assert callable(pack)
    content = pack(json.dumps(THING).encode())
    async with Server(answer(content, headers={"Content-Encoding": encoding})) as server:
        assert await transport_to(server).send(GET, ONE) == Thing(id="t_1")


async def test_a_packed_error_is_unpacked() -> None:
    """The message of a compressed error is found."""
    body = gzip.compress(b'{"message": "not so"}')
    headers = {"Content-Encoding": "gzip"}
    async with Server(answer(body, status=409, headers=headers)) as server:
        with pytest.raises(ApiError, match="not so"):
            await transport_to(server).send(GET, ONE)


@pytest.mark.parametrize("encoding", ["br", "zstd", "made-up"])
async def test_an_unasked_packing_is_an_error_of_ours(encoding: str) -> None:
    """An answer packed in a way that wasn't offered is an error of this package."""
    async with Server(answer(b"\x00\x01", headers={"Content-Encoding": encoding})) as server:
        with pytest.raises((ConnectionFailed, DecodeFailed)):
            await transport_to(server, retry=ONCE).send(GET, ONE)


async def test_half_a_body_is_no_result() -> None:
    """A body that ends before its announced length is a lost answer, not a short one."""
    async with Server(half_body) as server:
        with pytest.raises(ConnectionFailed, match="before the whole answer") as caught:
            await transport_to(server, retry=ONCE).send(CREATE, {})
    assert caught.value.maybe_sent is True


async def test_a_length_without_a_body_is_not_too_large() -> None:
    """The answer to HEAD tells the length of what GET would give, however large that is."""
    length = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")
    async with Server(length) as server:
        await transport_to(server, max_response_size=LIMIT).send(HEAD, {})
    assert [exchange.method for exchange in server.requests] == ["HEAD"]
