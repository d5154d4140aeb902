"""Clients that a service counts as one share a rate budget."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from actionruns import (
    AsyncAcpClient,
    AsyncForgePortalClient,
    AsyncPortClient,
    PortClient,
    RateBudget,
)
from actionruns.core.budgets import shared_budget
from actionruns.emulator import Emulator
from actionruns.transport import AsyncServiceClient

URL = "http://127.0.0.1:1"

Make = Callable[..., AsyncServiceClient]


def budget(client: Any) -> RateBudget:
    """Return a client's rate budget."""
    found: RateBudget = client._transport.settings.rate
    return found


@pytest.mark.parametrize(
    ("make", "credentials", "others"),
    [
        (
            AsyncPortClient,
            {"client_id": "a", "client_secret": "s"},
            {"client_id": "b", "client_secret": "s"},
        ),
        (AsyncPortClient, {"token": "a"}, {"token": "b"}),
        (AsyncForgePortalClient, {"session_cookie": "a"}, {"session_cookie": "b"}),
        (AsyncAcpClient, {"api_key": "a"}, {"api_key": "b"}),
        (AsyncAcpClient, {"token": "a", "version": "0.2"}, {"token": "b", "version": "0.2"}),
    ],
)
def test_the_same_account_has_one_budget(
    make: Make, credentials: dict[str, Any], others: dict[str, Any]
) -> None:
    """The same address and credentials; another of either has another budget, as has who asks."""
    client = make(base_url=URL, **credentials)
    assert budget(make(base_url=f"{URL}/", **credentials)) is budget(client)
    assert budget(make(base_url=URL, **others)) is not budget(client)
    assert budget(make(base_url="http://127.0.0.1:2", **credentials)) is not budget(client)
    own = RateBudget(rate=1)
    assert budget(make(base_url=URL, rate=own, **credentials)) is own


def test_the_environment_counts_as_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the credentials come from, they are the same."""
    given = AsyncPortClient(base_url=URL, client_id="a", client_secret="s")
    monkeypatch.setenv("PORT_CLIENT_ID", "a")
    monkeypatch.setenv("PORT_CLIENT_SECRET", "s")
    assert budget(AsyncPortClient(base_url=URL)) is budget(given)


def test_a_budget_ends_with_its_clients() -> None:
    """What was learnt of an account goes with the last who used it; no secret stays."""
    first = shared_budget("somewhere", "a secret")
    assert shared_budget("somewhere", "a secret") is first
    first.note_refusal("x")
    del first
    gc.collect()
    assert shared_budget("somewhere", "a secret").refusals("x") == 0


@pytest.mark.anyio
async def test_a_refusal_of_one_client_is_known_to_the_other() -> None:
    """And to its watches: a 429 that was tried again counts as well as one that came through."""
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncPortClient(base_url=emulator.port_url, token="demo") as one,
        AsyncPortClient(base_url=emulator.port_url, token="demo") as other,
    ):
        run_id = await emulator.add_run()
        refusal: dict[str, Any] = {"status": 429, "headers": {"retry-after": "0"}}
        emulator.fail_next("GET", "/port/v1/actions/runs/{run_id}", **refusal)
        await one.action_runs.get_action_run(run_id)
        assert one.source.refusals() == other.source.refusals() == 1


def test_the_two_forms_share_as_well() -> None:
    """A blocking client is one more client of the account."""
    with PortClient(base_url=URL, token="a") as blocking:
        assert budget(blocking._async) is budget(AsyncPortClient(base_url=URL, token="a"))
