"""One call on the wire: what is sent, and what comes back."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from actionruns import __version__
from actionruns.errors import ApiError, DecodeFailed, InvalidRequest, NotFound
from actionruns.transport import FixedHeaders
from tests.transport.operations import (
    CREATE,
    DELETE,
    FETCH_TOKEN,
    GET,
    ONE,
    THING,
    Thing,
    transport_to,
)
from tests.transport.servers import Server, answer

pytestmark = pytest.mark.anyio


async def test_a_call_gives_its_result() -> None:
    """A call gives the decoded answer."""
    async with Server(answer(THING)) as server:
        assert await transport_to(server).send(GET, ONE) == Thing(id="t_1")


async def test_a_call_without_a_result_gives_none() -> None:
    """An operation that answers with nothing gives None."""
    async with Server(answer(b"", status=204)) as server:
        transport: Any = transport_to(server)
        assert await transport.send(DELETE, {}) is None


async def test_method_path_and_query_are_those_of_the_operation() -> None:
    """The request line is the operation's, behind the path of the base URL."""
    async with Server(answer(THING)) as server:
        await transport_to(f"{server.url}/base/").send(GET, {**ONE, "view": "a b"})
    assert (server.requests[0].method, server.requests[0].target) == (
        "GET",
        "/base/things/t_1?view=a%20b",
    )


@pytest.mark.parametrize(
    ("thing_id", "target"),
    [
        ("../x", "/things/..%2Fx"),
        ("a/b", "/things/a%2Fb"),
        ("?", "/things/%3F"),
        ("%2e", "/things/%252e"),
        ("a%2Fb", "/things/a%252Fb"),
        ("日本", "/things/%E6%97%A5%E6%9C%AC"),
        ("a'b(c)!*", "/things/a%27b%28c%29%21%2A"),
    ],
)
async def test_a_path_arrives_as_it_was_encoded(thing_id: str, target: str) -> None:
    """Nothing between us and the socket decodes or resolves the path."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(GET, {"thing_id": thing_id})
    assert server.requests[0].target == target


async def test_an_empty_identifier_is_never_sent() -> None:
    """A refused argument is an error before anything is sent."""
    async with Server(answer(THING)) as server:
        with pytest.raises(InvalidRequest):
            await transport_to(server).send(GET, {"thing_id": ""})
    assert server.connections == 0


async def test_a_body_is_sent_as_json() -> None:
    """A body arrives as JSON and is called so."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(CREATE, {"title": "é"})
    (request,) = server.requests
    assert (json.loads(request.body), request.headers["content-type"]) == (
        {"title": "é"},
        "application/json",
    )


async def test_without_a_body_no_content_type_is_sent() -> None:
    """A request without a body doesn't speak of its type."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(GET, ONE)
    assert server.headers("content-type") == [None]


async def test_a_large_body_is_sent_whole() -> None:
    """A body of several MiB is sent without a word of warning."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(CREATE, {"title": "x" * 3_000_000})
    assert len(server.requests[0].body) > 3_000_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user-agent", f"actionruns/{__version__}"),
        ("accept", "application/json"),
        ("x-team", "blue"),
        ("x-key", "k-1"),
    ],
)
async def test_each_request_has_the_clients_headers(name: str, value: str) -> None:
    """User agent, what is accepted, the client's own headers and the operation's are sent."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server, headers={"X-Team": "blue"})
        await transport.send(GET, {**ONE, "key": "k-1"})
    assert server.headers(name) == [value]


async def test_compression_is_offered() -> None:
    """The request offers the compressions that are understood."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(GET, ONE)
    assert {"gzip", "deflate"} <= set((server.headers("accept-encoding")[0] or "").split(", "))


@pytest.mark.parametrize("name", ["User-Agent", "user-agent"])
async def test_the_user_agent_can_be_replaced(name: str) -> None:
    """A program may present itself by its own name, and the header is sent once in any case."""
    async with Server(answer(THING)) as server:
        await transport_to(server, headers={name: "tool/1"}).send(GET, ONE)
    assert server.headers("user-agent") == ["tool/1"]


async def test_each_call_has_an_id_of_its_own() -> None:
    """No two calls, nor two clients, send the same request id."""
    async with Server(answer(THING)) as server:
        for transport in (transport_to(server), transport_to(server)):
            for _ in range(50):
                await transport.send(GET, ONE)
    assert len({*server.headers("x-request-id")} - {None}) == 100


async def test_the_id_sent_is_on_the_error() -> None:
    """An error carries the id that was sent, so that both sides' logs can be compared."""
    async with Server(answer({}, status=404)) as server:
        with pytest.raises(NotFound) as caught:
            await transport_to(server).send(GET, ONE)
    assert [caught.value.request_id] == server.headers("x-request-id")


async def test_credentials_are_sent() -> None:
    """The credentials' headers are put on each authorised call."""
    async with Server(answer(THING)) as server:
        fixed = FixedHeaders({"Authorization": "Bearer hush"})
        await transport_to(server, authorizer=fixed).send(GET, ONE)
    assert server.headers("authorization") == ["Bearer hush"]


async def test_an_open_operation_is_sent_without_credentials() -> None:
    """An operation that needs no credentials never gets them."""
    async with Server(answer({"token": "t", "lifetime": 1})) as server:
        fixed = FixedHeaders({"Authorization": "Bearer hush"})
        await transport_to(server, authorizer=fixed).send(FETCH_TOKEN, {"secret": "s"})
    assert server.headers("authorization") == [None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    """A redirect is an error that names its target; the credentials go nowhere."""
    async with Server(answer(THING)) as target:
        headers = {"Location": f"{target.url}/elsewhere"}
        async with Server(answer(b"", status=status, headers=headers)) as server:
            with pytest.raises(ApiError, match=f"redirects to {target.url}/elsewhere") as caught:
                await transport_to(server).send(GET, ONE)
    assert (caught.value.status, target.connections) == (status, 0)


@pytest.mark.parametrize("body", [b"", b"OK", b"<html>", b'{"id": 1}', b"[]"])
async def test_a_wrong_body_is_a_decode_error(body: bytes) -> None:
    """A 200 with something else than promised is a decode error with status and body."""
    async with Server(answer(body)) as server:
        with pytest.raises(DecodeFailed) as caught:
            await transport_to(server).send(GET, ONE)
    assert (caught.value.status, caught.value.body) == (200, body)


async def test_a_decode_error_is_not_tried_again() -> None:
    """An answer that came is an answer: sending again would give the same."""
    async with Server(answer(b"{")) as server:
        with pytest.raises(DecodeFailed):
            await transport_to(server).send(GET, ONE)
    assert len(server.requests) == 1


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", "x/y; z=1"])
async def test_the_content_type_does_not_matter(content_type: str) -> None:
    """JSON is read whatever the server calls it."""
    async with Server(answer(THING, headers={"Content-Type": content_type})) as server:
        assert await transport_to(server).send(GET, ONE) == Thing(id="t_1")


async def test_cookies_are_not_kept() -> None:
    """A cookie that a server sets is not sent back: these services have no sessions."""
    async with Server(answer(THING, headers={"Set-Cookie": "a=b"})) as server:
        # By name: a jar takes no cookies of an address.
        transport = transport_to(server.url.replace("127.0.0.1", "localhost"))
        await transport.send(GET, ONE)
        await transport.send(GET, ONE)
    assert server.headers("cookie") == [None, None]


async def test_the_debug_log_has_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """The debug log tells of each request, but not its credentials nor its body."""
    caplog.set_level(logging.DEBUG)
    async with Server(answer(THING)) as server:
        fixed = FixedHeaders({"Authorization": "Bearer hush"})
        transport = transport_to(server, authorizer=fixed, headers={"X-Api-Key": "hush"})
        await transport.send(CREATE, {"title": "hush"})
    logged = [r.getMessage() for r in caplog.records if r.name.startswith("actionruns")]
    assert len(logged) == 1
    assert f"POST {server.url}/things -> 200" in logged[0]
    assert "hush" not in caplog.text


async def test_reprs_have_no_secret() -> None:
    """Neither the settings nor the credentials show a secret."""
    fixed = FixedHeaders({"Authorization": "Bearer hush"})
    transport = transport_to(
        "http://x.test", headers={"X-Api-Key": "hush"}, proxy="http://ann:hush@proxy.test:1"
    )
    assert "hush" not in f"{transport!r} {transport.settings!r} {fixed!r}"
