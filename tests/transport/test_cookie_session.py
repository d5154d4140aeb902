"""CookieSession: the cookie on every request, the token on changes, fetched once, renewed once."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

import pytest

from actionruns.core.model import Model, model
from actionruns.core.operation import Operation
from actionruns.errors import AuthenticationFailed, NotFound, PermissionDenied, RequestTimeout
from actionruns.transport import CookieSession, Transport
from tests.transport.operations import CREATE, GET, ONE, THING, transport_to
from tests.transport.servers import Behaviour, Exchange, Server, answer, black_hole

pytestmark = pytest.mark.anyio


@model
class Issued(Model):
    """What the token route answers."""

    token: str


TOKEN = Operation(name="token", method="GET", path="/csrf", result=Issued, idempotent=True)


class Portal:
    """A service with sessions.

    As ForgePortal does it, the secret of the tokens is in the cookie: the first token of a session
    sets the cookie anew, and a change is good only with a token made from its own cookie.

    Attributes:
        issued: Tokens issued.
        good: The cookies that are sessions.
        held: Requests that come meanwhile are looked at when it is set.
    """

    def __init__(self) -> None:
        self.issued = 0
        self.good = {"start"}
        self.token = ""
        self.held: asyncio.Event | None = None

    async def __call__(self, exchange: Exchange) -> None:
        if self.held is not None:
            await self.held.wait()
        await self.behaviour(exchange)(exchange)

    def behaviour(self, exchange: Exchange) -> Behaviour:
        cookie = exchange.headers.get("cookie", "").removeprefix("sid=")
        if cookie not in self.good:
            return answer({"message": "Authentication required"}, status=401)
        if exchange.target == "/csrf":
            self.issued += 1
            self.token = f"token-{self.issued}"
            secret = f"secret-{self.issued}"
            self.good = {secret}
            return answer(
                {"token": self.token}, headers={"Set-Cookie": f"sid={secret}; Path=/; HttpOnly"}
            )
        if exchange.method != "GET" and exchange.headers.get("x-csrf-token") != self.token:
            return answer({"message": "Invalid csrf token"}, status=403)
        return answer(THING)


def transport_with_session(server: Server, **settings: Any) -> Transport:
    transport = transport_to(server, **settings)

    async def fetch() -> str | None:
        try:
            return (await transport.send(TOKEN, {})).token
        except NotFound:
            return None

    transport.authorizer = CookieSession("sid", "start", fetch, hint="Log in again.")
    return transport


def tokens(server: Server, method: str) -> list[str | None]:
    return [e.headers.get("x-csrf-token") for e in server.requests if e.method == method]


async def test_reading_needs_the_cookie_alone() -> None:
    """Nothing is fetched for it, and no token is shown."""
    portal = Portal()
    async with Server(portal) as server:
        await transport_with_session(server).send(GET, ONE)
    assert (portal.issued, server.headers("cookie"), tokens(server, "GET")) == (
        0,
        ["sid=start"],
        [None],
    )


async def test_changes_carry_the_token_and_the_new_cookie() -> None:
    """The cookie that came with the token goes with it from then on."""
    portal = Portal()
    async with Server(portal) as server:
        transport = transport_with_session(server)
        for _ in range(3):
            await transport.send(CREATE, {"title": "x"})
        await transport.send(GET, ONE)
    assert portal.issued == 1
    assert tokens(server, "POST") == ["token-1"] * 3
    assert server.headers("cookie") == ["sid=start", *["sid=secret-1"] * 4]


async def test_the_token_is_fetched_once_for_many_changes() -> None:
    """Fifty first changes at once make one secret."""
    portal = Portal()
    async with Server(portal) as server:
        transport = transport_with_session(server)
        await asyncio.gather(*(transport.send(CREATE, {"title": "x"}) for _ in range(50)))
    assert portal.issued == 1


async def test_a_refused_token_is_fetched_again_once() -> None:
    """Twenty changes that are refused at once lead to one fetch, and each is sent again."""
    portal = Portal()
    async with Server(portal) as server:
        transport = transport_with_session(server)
        await transport.send(CREATE, {"title": "x"})
        portal.token = "another"
        await asyncio.gather(*(transport.send(CREATE, {"title": "x"}) for _ in range(20)))
    assert portal.issued == 2
    assert tokens(server, "POST").count("token-2") == 20


async def test_a_change_is_sent_twice_at_most() -> None:
    """Who may not do it is refused, with a fresh token too."""

    def behaviour(exchange: Exchange) -> Behaviour:
        if exchange.target == "/csrf":
            return answer({"token": "t"})
        return answer({"error": "Forbidden", "message": "Missing permission: run"}, status=403)

    async def forbid(exchange: Exchange) -> None:
        await behaviour(exchange)(exchange)

    async with Server(forbid) as server:
        with pytest.raises(PermissionDenied, match="Missing permission: run"):
            await transport_with_session(server).send(CREATE, {"title": "x"})
    assert [e.target for e in server.requests] == ["/csrf", "/things", "/csrf", "/things"]


async def test_a_forbidden_look_fetches_no_token() -> None:
    """A token would change nothing about it."""
    async with Server(answer({"message": "no"}, status=403)) as server:
        with pytest.raises(PermissionDenied):
            await transport_with_session(server).send(GET, ONE)
    assert len(server.requests) == 1


async def test_an_ended_session_is_not_repeated() -> None:
    """Only a person can begin another one; the error says what to do."""
    portal = Portal()
    portal.good = set()
    async with Server(portal) as server:
        with pytest.raises(AuthenticationFailed, match="Log in again"):
            await transport_with_session(server).send(GET, ONE)
    assert len(server.requests) == 1


async def overtaken(portal: Portal, server: Server, call: Callable[[Transport], Any]) -> Transport:
    """Hold a call on its way until another one has set the cookie anew, and let it go on then."""
    transport = transport_with_session(server)
    await transport.send(CREATE, {"title": "x"})
    portal.held = asyncio.Event()
    held = asyncio.ensure_future(call(transport))
    await server.wait_for_requests(3)
    release, portal.held = portal.held, None
    portal.token = "another"  # so that the next change has a token fetched, and with it a cookie
    await transport.send(CREATE, {"title": "x"})
    release.set()
    await held
    return transport


async def test_a_read_that_was_overtaken_goes_with_the_newest_cookie() -> None:
    """A read that is refused for a cookie that is another one by now is sent once more."""
    portal = Portal()
    async with Server(portal) as server:
        await overtaken(portal, server, lambda transport: transport.send(GET, ONE))
        reads = [e for e in server.requests if e.target.startswith("/things/")]
    assert [e.headers["cookie"] for e in reads] == ["sid=secret-1", "sid=secret-2"]


async def test_a_change_that_was_overtaken_goes_with_the_newest_cookie_and_token() -> None:
    """A change just so, with the token that belongs to the cookie: nothing was executed before."""
    portal = Portal()
    async with Server(portal) as server:
        await overtaken(portal, server, lambda transport: transport.send(CREATE, {"title": "y"}))
        changes = [e for e in server.requests if e.body == b'{"title":"y"}']
    assert [e.headers["cookie"] for e in changes] == ["sid=secret-1", "sid=secret-2"]
    assert [e.headers["x-csrf-token"] for e in changes] == ["token-1", "token-2"]


async def test_a_call_is_overtaken_once_at_most() -> None:
    """A service that sets the cookie anew with each refusal is asked twice, and not for ever."""
    count = itertools.count(1)

    async def rotating(exchange: Exchange) -> None:
        cookie = f"sid=s{next(count)}"
        await answer({"message": "no"}, status=401, headers={"Set-Cookie": cookie})(exchange)

    async with Server(rotating) as server:
        with pytest.raises(AuthenticationFailed, match="Log in again"):
            await transport_with_session(server).send(GET, ONE)
    assert server.headers("cookie") == ["sid=start", "sid=s1"]


async def test_a_cookie_that_is_taken_back_is_no_newer_one() -> None:
    """A refusal that ends the session is not answered by a call without a session."""
    refused = answer({"message": "no"}, status=401, headers={"Set-Cookie": "sid=; Max-Age=0"})
    async with Server(refused) as server:
        with pytest.raises(AuthenticationFailed):
            await transport_with_session(server).send(GET, ONE)
    assert server.headers("cookie") == ["sid=start"]


async def test_a_change_in_an_ended_session_says_so() -> None:
    """The refusal of the token route is the change's error."""
    portal = Portal()
    portal.good = set()
    async with Server(portal) as server:
        with pytest.raises(AuthenticationFailed, match="Log in again"):
            await transport_with_session(server).send(CREATE, {"title": "x"})
    assert tokens(server, "POST") == []


async def test_without_a_token_route_changes_go_without_a_token() -> None:
    """It is asked for once; a service that does not protect changes has none."""

    async def unprotected(exchange: Exchange) -> None:
        found = exchange.target != "/csrf"
        await answer(THING if found else {}, status=200 if found else 404)(exchange)

    async with Server(unprotected) as server:
        transport = transport_with_session(server)
        for _ in range(2):
            await transport.send(CREATE, {"title": "x"})
    assert [e.target for e in server.requests] == ["/csrf", "/things", "/things"]
    assert tokens(server, "POST") == [None, None]


async def test_a_service_that_begins_to_protect_changes_is_asked_again() -> None:
    """A refused change without a token makes the next one ask for one."""
    protects: list[bool] = [False]

    async def service(exchange: Exchange) -> None:
        token = exchange.headers.get("x-csrf-token")
        if exchange.target == "/csrf":
            await answer({"token": "t"}, status=200 if protects[0] else 404)(exchange)
        else:
            await answer(THING, status=403 if protects[0] and token != "t" else 200)(exchange)

    async with Server(service) as server:
        transport = transport_with_session(server)
        await transport.send(CREATE, {"title": "x"})
        protects[0] = True
        with pytest.raises(PermissionDenied):
            await transport.send(CREATE, {"title": "x"})
        await transport.send(CREATE, {"title": "x"})
    assert tokens(server, "POST") == [None, None, "t"]


async def test_a_removed_cookie_is_sent_no_more() -> None:
    """A service that ends the session takes its cookie back."""
    async with Server(answer(THING, headers={"Set-Cookie": "sid=; Max-Age=0"})) as server:
        transport = transport_with_session(server)
        await transport.send(GET, ONE)
        await transport.send(GET, ONE)
    assert server.headers("cookie") == ["sid=start", None]


async def test_other_cookies_are_sent_along() -> None:
    """A load balancer that marks its way gets its mark back."""
    async with Server(answer(THING, headers={"Set-Cookie": "route=n1; Path=/"})) as server:
        transport = transport_with_session(server)
        await transport.send(GET, ONE)
        await transport.send(GET, ONE)
    assert server.headers("cookie") == ["sid=start", "sid=start; route=n1"]


async def test_waiting_for_the_token_is_on_the_callers_time() -> None:
    """A token route that never answers does not hang the change."""
    async with Server(black_hole) as server:
        transport = transport_with_session(server, timeout=0.2)
        with pytest.raises(RequestTimeout):
            await transport.send(CREATE, {"title": "x"})


async def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Neither cookie nor token stand in the debug log or in a repr."""
    caplog.set_level(logging.DEBUG)
    portal = Portal()
    async with Server(portal) as server:
        transport = transport_with_session(server)
        await transport.send(CREATE, {"title": "x"})
    shown = caplog.text + repr(transport.authorizer) + repr(transport.settings)
    assert "POST" in caplog.text
    assert [word for word in ("start", "secret-1", "token-1") if word in shown] == []


async def test_a_post_without_body_names_no_type() -> None:
    """Fastify refuses a type that it does not know, also of nothing."""
    ping = Operation(name="ping", method="POST", path="/ping", result=type(None))
    async with Server(answer()) as server:
        await transport_to(server).send(ping, {})
    assert server.headers("content-type") == [None]
