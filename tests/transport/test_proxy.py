"""Proxies: which one is taken, and what goes through it."""

from __future__ import annotations

import socket
import traceback
from pathlib import Path
from typing import Any

import pytest

from actionruns.errors import ApiError, ConfigurationError, ConnectionFailed
from actionruns.transport.proxy import proxy_for
from tests.transport.operations import GET, ONCE, ONE, THING, Thing, transport_to
from tests.transport.servers import Server, answer, closing

API = "https://api.test/port"
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No proxy is set, whatever the machine has."""
    for name in (*VARIABLES, "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p.test:1"}, "http://p.test:1"),
        ({"https_proxy": "http://p.test:1"}, "http://p.test:1"),
        ({"HTTPS_PROXY": "p.test:1"}, "http://p.test:1"),
        ({"HTTP_PROXY": "http://p.test:1"}, None),
        ({"ALL_PROXY": "http://p.test:1"}, "http://p.test:1"),
        ({"ALL_PROXY": "http://a.test", "HTTPS_PROXY": "http://p.test"}, "http://p.test"),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTPS_PROXY": "http://p.test", "NO_PROXY": "api.test"}, None),
        ({"HTTPS_PROXY": "http://p.test", "NO_PROXY": "x.test,.test"}, None),
        ({"HTTPS_PROXY": "http://p.test", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://p.test", "NO_PROXY": "other.test"}, "http://p.test"),
        ({"HTTPS_PROXY": "https://p.test"}, "https://p.test"),
    ],
)
def test_the_environment_decides(
    environment: pytest.MonkeyPatch, variables: dict[str, str], found: str | None
) -> None:
    """Without a proxy given, that of the URL's scheme is taken, unless the host is exempt."""
    for name, value in variables.items():
        environment.setenv(name, value)
    assert proxy_for(API, proxy=None, trust_env=True) == found


def test_a_given_proxy_goes_first(environment: pytest.MonkeyPatch) -> None:
    """A proxy given by the caller is taken, whatever the environment says."""
    environment.setenv("HTTPS_PROXY", "http://other.test")
    environment.setenv("NO_PROXY", "*")
    assert proxy_for(API, proxy="http://p.test", trust_env=True) == "http://p.test"


def test_the_environment_can_be_ignored(environment: pytest.MonkeyPatch) -> None:
    """Who doesn't trust the environment connects directly."""
    environment.setenv("HTTPS_PROXY", "http://p.test")
    assert proxy_for(API, proxy=None, trust_env=False) is None


@pytest.mark.parametrize("proxy", ["p.test:3128", "socks5://p.test", "", "ftp://ann:hush@p.test"])
def test_a_proxy_that_speaks_something_else_is_refused(proxy: str) -> None:
    """A proxy given without or with another scheme is an error when the client is made."""
    with pytest.raises(ConfigurationError, match="proxy must begin with http") as caught:
        transport_to(API, proxy=proxy)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("place", ["p.test:99999", "[::1", "p.test:x"])
def test_a_proxy_whose_url_is_none_is_refused(place: str) -> None:
    """A URL that cannot be used is an error when the client is made, without its password."""
    with pytest.raises(ConfigurationError, match=r"proxy .* is no URL") as caught:
        transport_to(API, proxy=f"http://ann:hush@{place}")
    assert "hush" not in str(caught.value)


def test_a_foreign_proxy_of_the_environment_is_refused(environment: pytest.MonkeyPatch) -> None:
    """A SOCKS proxy in the environment is an error that tells the ways out."""
    environment.setenv("ALL_PROXY", "socks5://ann:hush@p.test:1080")
    with pytest.raises(ConfigurationError, match="trust_env=False") as caught:
        transport_to(API, trust_env=True)
    assert "hush" not in str(caught.value)


@pytest.mark.anyio
async def test_calls_go_through_the_proxy() -> None:
    """With a proxy, requests are sent to it, with the whole URL."""
    async with Server(answer(THING)) as proxy:
        transport = transport_to("http://api.test/base", proxy=proxy.url)
        assert await transport.send(GET, ONE) == Thing(id="t_1")
    assert [e.target for e in proxy.requests] == ["http://api.test/base/things/t_1"]


@pytest.mark.anyio
async def test_the_environments_proxy_is_read_once(environment: pytest.MonkeyPatch) -> None:
    """The proxy is resolved when the client is made, not for each request."""
    async with Server(answer(THING)) as proxy:
        environment.setenv("HTTP_PROXY", proxy.url)
        transport = transport_to("http://api.test", trust_env=True)
        environment.setenv("HTTP_PROXY", "http://another.invalid")
        for _ in range(3):
            await transport.send(GET, ONE)
    assert len(proxy.requests) == 3


@pytest.mark.anyio
@pytest.mark.parametrize("trust_env", [False, True])
async def test_nothing_else_is_taken_from_the_environment(
    environment: pytest.MonkeyPatch, tmp_path: Path, trust_env: bool
) -> None:
    """A proxy that is set later changes nothing, and no credentials come from a .netrc."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password hush\n")
    netrc.chmod(0o600)
    environment.setenv("NETRC", str(netrc))
    async with Server(answer(THING)) as proxy, Server(answer(THING)) as server:
        transport = transport_to(server, trust_env=trust_env)
        environment.setenv("HTTP_PROXY", proxy.url)
        await transport.send(GET, ONE)
    assert (server.headers("authorization"), proxy.connections) == ([None], 0)


@pytest.mark.anyio
async def test_an_exempt_host_is_asked_directly(environment: pytest.MonkeyPatch) -> None:
    """A host that NO_PROXY names is asked without the proxy."""
    async with Server(answer(THING)) as proxy, Server(answer(THING)) as server:
        environment.setenv("HTTP_PROXY", proxy.url)
        environment.setenv("NO_PROXY", "127.0.0.1")
        await transport_to(server, trust_env=True).send(GET, ONE)
    assert (len(server.requests), proxy.connections) == (1, 0)


@pytest.mark.anyio
async def test_the_proxys_credentials_are_for_the_proxy() -> None:
    """User name and password in the proxy's URL are sent to it as its own credentials."""
    async with Server(answer(THING)) as proxy:
        url = proxy.url.replace("://", "://ann:hush@")
        await transport_to("http://api.test", proxy=url).send(GET, ONE)
    assert proxy.headers("proxy-authorization") == ["Basic YW5uOmh1c2g="]
    assert "hush" not in proxy.requests[0].target


@pytest.mark.anyio
async def test_a_proxy_that_is_down_is_named() -> None:
    """When the proxy can't be reached, the message speaks of the proxy and not of the server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://ann:hush@127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(ConnectionFailed, match="the proxy cannot be reached") as caught:
        await transport_to("http://api.test", proxy=url, retry=ONCE).send(GET, ONE)
    assert "hush" not in str(caught.value)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [407, 403, 502])
async def test_a_proxy_that_refuses_is_named(status: int) -> None:
    """A proxy that refuses to connect to an https server is named; nothing was sent."""
    async with Server(closing(answer(b"", status=status))) as proxy:
        url = proxy.url.replace("://", "://ann:hush@")
        with pytest.raises(ConnectionFailed, match=f"the proxy refused .*{status}") as caught:
            await transport_to("https://api.test", proxy=url).send(GET, ONE)
    assert [e.method for e in proxy.requests] == ["CONNECT"]
    assert caught.value.maybe_sent is False
    assert "hush" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.anyio
async def test_a_plain_proxys_refusal_is_an_answer() -> None:
    """For an http server the proxy answers itself: its refusal is an error with its status."""
    refused: Any = answer({"message": "log in"}, status=407)
    async with Server(refused) as proxy:
        with pytest.raises(ApiError, match="log in") as caught:
            await transport_to("http://api.test", proxy=proxy.url).send(GET, ONE)
    assert caught.value.status == 407
