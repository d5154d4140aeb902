"""TLS: verified unless one says otherwise."""

from __future__ import annotations

import ssl

import pytest
import trustme

from actionruns.errors import ConnectionFailed
from tests.transport.operations import GET, ONE, THING, Thing, transport_to
from tests.transport.servers import Server, answer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_an_unknown_authority_is_refused(server_tls: ssl.SSLContext) -> None:
    """A certificate that nobody vouches for is refused, and the message says what to give."""
    async with Server(answer(THING), tls=server_tls) as server:
        with pytest.raises(ConnectionFailed, match=r"TLS failed .* Give ssl=<context>") as caught:
            await transport_to(server).send(GET, ONE)
    assert (caught.value.attempts, caught.value.maybe_sent, server.requests) == (1, False, [])


async def test_a_known_authority_is_trusted(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    """With a context that knows the server's authority, calls go through."""
    async with Server(answer(THING), tls=server_tls) as server:
        transport = transport_to(server, ssl=client_tls)
        assert await transport.send(GET, ONE) == Thing(id="t_1")
        await transport.aclose()


async def test_a_certificate_for_another_host_is_refused(
    authority: trustme.CA, client_tls: ssl.SSLContext
) -> None:
    """A certificate for another name is refused, whoever vouches for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.test").configure_cert(context)
    async with Server(answer(THING), tls=context) as server:
        with pytest.raises(ConnectionFailed, match="TLS failed"):
            await transport_to(server, ssl=client_tls).send(GET, ONE)
    assert server.requests == []


async def test_verification_can_be_switched_off(server_tls: ssl.SSLContext) -> None:
    """Who says so gets a connection without verification."""
    async with Server(answer(THING), tls=server_tls) as server:
        transport = transport_to(server, ssl=False)
        assert await transport.send(GET, ONE) == Thing(id="t_1")
        await transport.aclose()


async def test_a_server_that_speaks_no_tls_is_a_clear_error() -> None:
    """An https URL of a plain server fails as TLS does."""
    async with Server(answer(THING)) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(ConnectionFailed, match="TLS failed"):
            await transport_to(url).send(GET, ONE)


async def test_a_plain_request_to_a_tls_server_is_a_clear_error(
    server_tls: ssl.SSLContext,
) -> None:
    """An http URL of a server that wants TLS ends as a failed connection."""
    async with Server(answer(THING), tls=server_tls) as server:
        url = server.url.replace("https:", "http:")
        with pytest.raises(ConnectionFailed):
            await transport_to(url).send(GET, ONE)
