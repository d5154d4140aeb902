"""Tokens: fetched once, renewed once, replayed once."""

from __future__ import annotations

import asyncio

import pytest

from actionruns.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    PermissionDenied,
    RequestTimeout,
)
from actionruns.transport import FixedHeaders, TokenAuthorizer
from tests.transport.operations import (
    CREATE,
    GET,
    ONE,
    THING,
    Thing,
    TokenService,
    transport_to,
    transport_with_token,
)
from tests.transport.servers import Exchange, Server, answer, black_hole, hang_up, in_turn

pytestmark = pytest.mark.anyio


def shown(server: Server) -> list[str | None]:
    """Return what was shown to the service, request by request, the token route left out."""
    return [e.headers.get("authorization") for e in server.requests if e.target != "/token"]


async def test_a_token_is_fetched_with_the_first_call() -> None:
    """The first call fetches a token and shows it; later ones go on with it."""
    service = TokenService()
    async with Server(service) as server:
        transport = transport_with_token(server)
        for _ in range(5):
            await transport.send(GET, ONE)
    assert (service.issued, shown(server)) == (1, ["Bearer token-1"] * 5)


async def test_the_token_route_gets_no_token() -> None:
    """Credentials are exchanged without an Authorization header, also for a renewal."""
    service = TokenService(accepted={"token-2"})
    async with Server(service) as server:
        await transport_with_token(server).send(GET, ONE)
    on_route = [e.headers for e in server.requests if e.target == "/token"]
    assert len(on_route) == 2
    assert not any("authorization" in headers for headers in on_route)


@pytest.mark.parametrize("callers", [5, 50])
async def test_many_calls_share_one_first_token(callers: int) -> None:
    """However many calls start at once, one request fetches the token."""
    service = TokenService()
    async with Server(service) as server:
        transport = transport_with_token(server)
        await asyncio.gather(*(transport.send(GET, ONE) for _ in range(callers)))
    assert (service.issued, len(shown(server))) == (1, callers)


@pytest.mark.parametrize("callers", [5, 50])
async def test_many_refusals_share_one_renewal(callers: int) -> None:
    """However many calls are refused at once, one request renews; each is replayed once."""
    service = TokenService()
    async with Server(service) as server:
        transport = transport_with_token(server, max_connections=callers)
        await transport.send(GET, ONE)
        service.accepted = {"token-2"}  # as when the service has ended the token early
        results = await asyncio.gather(*(transport.send(GET, ONE) for _ in range(callers)))
    assert (service.issued, results) == (2, [Thing(id="t_1")] * callers)
    headers = shown(server)[1:]
    assert headers.count("Bearer token-1") == callers
    assert headers.count("Bearer token-2") == callers


async def test_a_change_is_replayed_after_a_refusal() -> None:
    """A refused POST was not executed: it is sent again, with its body and the new token."""
    service = TokenService(accepted={"token-2"})
    async with Server(service) as server:
        await transport_with_token(server).send(CREATE, {"title": "x"})
    things = [e for e in server.requests if e.target == "/things"]
    assert [e.body for e in things] == [b'{"title":"x"}'] * 2
    assert shown(server) == ["Bearer token-1", "Bearer token-2"]


async def test_a_refusal_goes_over_the_clock() -> None:
    """A token that should live for hours is renewed when it is refused."""
    service = TokenService(accepted={"token-2"}, lifetime=10_000.0)
    async with Server(service) as server:
        await transport_with_token(server).send(GET, ONE)
    assert service.issued == 2


async def test_a_second_refusal_is_final() -> None:
    """A call whose new token is refused, too, is an error after one replay."""
    service = TokenService(accepted=set())
    async with Server(service) as server:
        with pytest.raises(AuthenticationFailed, match=r"Check the secret\.") as caught:
            await transport_with_token(server).send(GET, ONE)
    assert (service.issued, len(shown(server)), caught.value.attempts) == (2, 2, 2)


async def test_the_same_token_again_is_replayed_once() -> None:
    """A service that hands out the same token until it dies costs one replay, no loop."""
    service = TokenService(accepted=set())
    service.last_token = lambda: "always-this"  # type: ignore[method-assign]  # the service's way
    async with Server(service) as server:
        with pytest.raises(AuthenticationFailed):
            await transport_with_token(server).send(GET, ONE)
    assert shown(server) == ["Bearer always-this"] * 2


async def test_a_dead_token_is_replaced_before_it_is_refused() -> None:
    """A token whose time is over is renewed before the next call, not by its refusal."""
    now = 1000.0
    authorizer_clock = pytest.MonkeyPatch()
    service = TokenService(lifetime=100.0)
    with authorizer_clock.context() as patch:
        patch.setattr("actionruns.transport.auth.time.time", lambda: now)
        async with Server(service) as server:
            transport = transport_with_token(server)
            await transport.send(GET, ONE)
            now += 99.0
            await transport.send(GET, ONE)
    assert shown(server) == ["Bearer token-1", "Bearer token-2"]


async def test_wrong_credentials_fail_with_a_hint() -> None:
    """A refused exchange of credentials is the error of every call that waits for it."""
    async with Server(answer({"message": "no such client"}, status=401)) as server:
        transport = transport_with_token(server)
        calls = (transport.send(GET, ONE) for _ in range(5))
        failures = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(failure) for failure in failures} == {AuthenticationFailed}
    assert "fetch_token" in str(failures[0])
    assert str(failures[0]).endswith("no such client. Check the secret.")
    assert [e.target for e in server.requests] == ["/token"]


async def test_a_failed_exchange_is_tried_anew_by_the_next_call() -> None:
    """A token route that was down doesn't stay down for the client."""
    service = TokenService()
    down = answer({}, status=400)
    async with Server(in_turn(down, service)) as server:
        transport = transport_with_token(server)
        with pytest.raises(Exception, match="fetch_token"):
            await transport.send(GET, ONE)
        assert await transport.send(GET, ONE) == Thing(id="t_1")


async def test_a_lost_exchange_is_tried_again() -> None:
    """Fetching a token has the retries of every idempotent operation."""
    async with Server(in_turn(hang_up, TokenService())) as server:
        assert await transport_with_token(server).send(GET, ONE) == Thing(id="t_1")


async def test_an_unreachable_token_route_is_a_failed_connection() -> None:
    """When no token can be fetched for want of a connection, the call says so."""
    async with Server(hang_up) as server:
        with pytest.raises(ConnectionFailed, match="fetch_token"):
            await transport_with_token(server).send(GET, ONE)


async def test_a_failed_exchange_has_not_sent_what_waits_for_it() -> None:
    """A change whose token could not be fetched was certainly not executed."""
    async with Server(hang_up) as server:
        transport = transport_with_token(server)
        with pytest.raises(ConnectionFailed) as caught:
            await transport.send(CREATE, {"title": "x"})
    assert caught.value.maybe_sent is False
    assert isinstance(caught.value.__cause__, ConnectionFailed)


async def test_an_exchange_does_not_stand_in_line_behind_those_that_wait_for_it() -> None:
    """With all slots taken and many waiting, a renewal goes before them."""
    service = TokenService()
    async with Server(service) as server:
        transport = transport_with_token(server, max_connections=1)
        await transport.send(GET, ONE)
        service.accepted = {"token-2"}
        await asyncio.gather(*(transport.send(GET, ONE) for _ in range(30)))
    # A few, that had their slot before the renewal was asked for, and not all thirty.
    assert [e.target for e in server.requests[2:]].index("/token") < 10


async def test_a_cancelled_caller_does_not_end_the_shared_exchange() -> None:
    """When the caller that began an exchange gives up, the others still get the token."""
    gate = asyncio.Event()
    service = TokenService()

    async def slow(exchange: Exchange) -> None:
        if exchange.target == "/token":
            await gate.wait()
        await service(exchange)

    async with Server(slow) as server:
        transport = transport_with_token(server)
        first = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        second = asyncio.create_task(transport.send(GET, ONE))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        gate.set()
        assert await second == Thing(id="t_1")
    assert (first.cancelled(), service.issued) == (True, 1)


async def test_an_exchange_without_callers_fails_quietly() -> None:
    """When every caller has gone, a failed exchange leaves no trace at the loop."""
    gate = asyncio.Event()
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    async def refuse_late(exchange: Exchange) -> None:
        await gate.wait()
        await answer({}, status=400)(exchange)

    async with Server(refuse_late) as server:
        transport = transport_with_token(server)
        call = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        flights = {t for t in asyncio.all_tasks() if "_fetch_and_keep" in repr(t.get_coro())}
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        gate.set()
        await asyncio.wait(flights)
        del flights
        await transport.aclose()
    assert complaints == []


async def test_a_fixed_token_is_not_renewed() -> None:
    """A token of the user's that is refused is an error at once, with a hint."""
    async with Server(answer({"message": "expired"}, status=401)) as server:
        fixed = FixedHeaders({"Authorization": "Bearer hush"}, hint="Check PORT_API_KEY.")
        with pytest.raises(AuthenticationFailed, match=r"Check PORT_API_KEY\.") as caught:
            await transport_to(server, authorizer=fixed).send(GET, ONE)
    assert len(server.requests) == 1
    assert "hush" not in str(caught.value)


async def test_a_missing_right_is_not_cured_by_a_token() -> None:
    """A 403 is no reason for a new token."""
    refused = answer({"message": "not yours"}, status=403)
    async with Server(in_turn(answer({"token": "t", "lifetime": 60}), refused)) as server:
        with pytest.raises(PermissionDenied, match="not yours"):
            await transport_with_token(server).send(GET, ONE)
    assert len(server.requests) == 2


async def test_an_operations_own_header_goes_over_the_credentials() -> None:
    """What the caller gives as a header of the operation is sent as given."""
    async with Server(answer(THING)) as server:
        fixed = FixedHeaders({"X-Key": "general"})
        await transport_to(server, authorizer=fixed).send(GET, {**ONE, "key": "special"})
    assert server.headers("x-key") == ["special"]


async def test_a_token_that_breaks_the_line_is_refused() -> None:
    """A token with a line break in it is never sent."""
    async with Server(answer({"token": "a\r\nX-Evil: 1", "lifetime": 60})) as server:
        with pytest.raises(InvalidRequest, match="Authorization"):
            await transport_with_token(server).send(GET, ONE)
    assert len(server.requests) == 1


def test_fixed_credentials_that_cannot_be_sent_are_refused() -> None:
    """Credentials with a line end, as read from a file, are an error when the client is made."""
    with pytest.raises(ConfigurationError, match="credentials cannot be sent") as caught:
        FixedHeaders({"Authorization": "Bearer hush\n"})
    assert "hush" not in str(caught.value)


async def test_two_loops_may_fetch_at_once() -> None:
    """An exchange belongs to its loop: another loop's callers don't wait for its future."""
    here = asyncio.get_running_loop()
    begun, gate = asyncio.Event(), asyncio.Event()

    async def fetch() -> tuple[str, float | None]:
        if asyncio.get_running_loop() is not here:
            return "from there", None
        begun.set()
        await gate.wait()
        return "from here", None

    authorizer = TokenAuthorizer(fetch)
    slow = asyncio.create_task(_headers(authorizer))
    await begun.wait()
    there = await asyncio.to_thread(lambda: asyncio.run(_headers(authorizer)))
    gate.set()
    assert (there, await slow) == ("Bearer from there", "Bearer from here")


async def _headers(authorizer: TokenAuthorizer) -> str:
    return (await authorizer.headers())["Authorization"]


async def test_a_refusal_after_somebody_elses_renewal_fetches_nothing() -> None:
    """A call refused with the old token goes on with the one that was fetched meanwhile."""
    tokens = iter(["old", "new", "newer"])

    async def fetch() -> tuple[str, float | None]:
        return next(tokens), None

    authorizer = TokenAuthorizer(fetch)
    used = await authorizer.headers()
    await authorizer.renew(used, 401)
    assert await authorizer.renew(used, 401)
    assert await _headers(authorizer) == "Bearer new"


async def test_an_exchange_cut_off_by_its_loop_is_quiet() -> None:
    """An exchange that its loop cancels at its end leaves no trace."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    async def fetch() -> tuple[str, float | None]:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)
        return "never", None

    authorizer = TokenAuthorizer(fetch)
    with pytest.raises(asyncio.CancelledError):
        await authorizer.headers()
    assert complaints == []


async def test_fixed_credentials_are_always_ready() -> None:
    """Credentials that never change are given at once, awaited or not."""
    fixed = FixedHeaders({"X-Api-Key": "k"})
    assert (fixed.ready(), await fixed.headers()) == ({"X-Api-Key": "k"}, {"X-Api-Key": "k"})


async def test_the_token_routes_own_timeout_is_told_as_such() -> None:
    """When fetching a token takes longer than the client allows, the error names that route."""
    async with Server(black_hole) as server:
        with pytest.raises(RequestTimeout, match="fetch_token"):
            await transport_with_token(server, timeout=0.1).send(GET, ONE, timeout=30)
