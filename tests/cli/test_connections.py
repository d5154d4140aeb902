"""The options that reach several services, and the clients made of them."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.cli.connections import Connections

pytestmark = pytest.mark.anyio


def options(**given: Any) -> dict[str, Any]:
    return {p.name: p.default for p in Connections.parameters()} | given


def test_each_service_s_own_options_have_its_name() -> None:
    """An option of one service begins with its name; those of all services stand once."""
    names = [parameter.name for parameter in Connections.parameters()]
    assert len(set(names)) == len(names)
    assert {"rate", "proxy", "call_timeout", "attempts", "max_connections"} <= set(names)
    own = {"port_base_url", "port_region", "forgeportal_base_url", "acp_base_url", "acp_version"}
    assert own <= set(names)
    assert "base_url" not in names


async def test_all_clients_share_one_rate_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate is for the whole process, not for each service."""
    monkeypatch.setenv("PORT_API_KEY", "demo")
    for name in ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    async with Connections(options(rate=2.5)) as connections:
        clients: dict[str, Any] = dict(connections.open(["port", "forgeportal"]))
        clients |= connections.open(["acp", "port"])
        budgets = {id(client._transport.settings.rate) for client in clients.values()}
        assert list(clients) == ["port", "forgeportal", "acp"]
        assert len(budgets) == 1
        assert clients["acp"].source.allowance() == 2.5
    assert all(client.closed for client in clients.values())


async def test_a_client_has_the_options_of_its_service() -> None:
    """Address and version come from the options with the service's name."""
    given = options(acp_version="0.2", acp_base_url="http://127.0.0.1:1/agents")
    async with Connections(given) as connections:
        client: Any = connections.open(["acp"])["acp"]
        assert client.base_url == "http://127.0.0.1:1/agents"
        assert hasattr(client, "stateless_runs")


async def test_words_are_left_alone_where_two_services_could_have_said_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A setting that may be any service's is not given the name of one."""
    monkeypatch.delenv("ACP_URL", raising=False)
    async with Connections(options()) as connections:
        connections.open(["acp"])
        assert connections.in_options("Check base_url.") == "Check --acp-base-url or ACP_URL."
        connections.open(["forgeportal"])
        assert connections.in_options("Check base_url.") == "Check base_url."
