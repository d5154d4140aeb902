"""AsyncForgePortalClient and ForgePortalClient: settings, sessions, CSRF, dev mode."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from actionruns import (
    AsyncForgePortalClient,
    AuthenticationFailed,
    ClientClosed,
    ConfigurationError,
    ForgePortalClient,
    PermissionDenied,
)
from actionruns.emulator import Emulator

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_environment")]

ACTION = "aaaa0000-0000-0000-0000-000000000001"
CSRF = "/forgeportal/api/v1/auth/csrf-token"
CLIENTS = pytest.mark.parametrize("client_class", [AsyncForgePortalClient, ForgePortalClient])


@CLIENTS
def test_without_settings_it_is_a_portal_on_this_machine(client_class: Any) -> None:
    """No login is wanted there, so none has to be given."""
    assert client_class().base_url == "http://localhost:4000"


@CLIENTS
def test_settings_come_from_the_environment(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address and session; a session that cannot be one is refused from there, too."""
    monkeypatch.setenv("FORGEPORTAL_URL", "https://forge.example.com/")
    assert client_class().base_url == "https://forge.example.com"
    monkeypatch.setenv("FORGEPORTAL_SESSION", "not a cookie")
    with pytest.raises(ConfigurationError, match="session cookie"):
        client_class()


@pytest.mark.parametrize(
    "base_url", ["https://f.example.com", "https://f.example.com/api/v1/", "https://f.example.com/"]
)
def test_the_prefix_of_the_paths_is_no_part_of_the_address(base_url: str) -> None:
    """People copy it from a browser or from curl."""
    assert AsyncForgePortalClient(base_url=base_url).base_url == "https://f.example.com"


@CLIENTS
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"session_cookie": "a secret"}, "value of 'forgeportal.sid'"),
        ({"session_cookie": 5}, "must be a text, but is of int"),
        ({"session_cookie": b"secret"}, "must be a text, but is of bytes"),
        ({"base_url": 5}, "base_url must be a text"),
        ({"base_url": "localhost:4000"}, "begin with http"),
        ({"timeout": 0}, "timeout must be"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    client_class: Any, settings: dict[str, Any], words: str
) -> None:
    """Each says what is wrong, without repeating a secret."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        client_class(**settings)
    assert "secret" not in str(caught.value)


@CLIENTS
def test_the_repr_shows_no_secret(client_class: Any) -> None:
    """Where it goes, and nothing that may not be logged."""
    client = client_class(session_cookie="hush")
    assert repr(client) == f"<{client_class.__name__} http://localhost:4000>"


@pytest.mark.parametrize("given", ["demo", "forgeportal.sid=demo", "theme=x; forgeportal.sid=demo"])
async def test_a_session_is_known_by_its_cookie(emulator: Emulator, given: str) -> None:
    """The value, with its name, or as the browser copies all cookies."""
    url = emulator.forgeportal_url
    async with AsyncForgePortalClient(base_url=url, session_cookie=given) as forge:
        page = await forge.action_runs.list_action_runs()
    assert page.runs == []


async def test_without_a_session_a_login_is_asked_for(emulator: Emulator) -> None:
    """The error says which cookie to give, and how."""
    async with AsyncForgePortalClient(base_url=emulator.forgeportal_url) as forge:
        with pytest.raises(AuthenticationFailed, match=r"forgeportal\.sid.*FORGEPORTAL_SESSION"):
            await forge.action_runs.list_action_runs()


async def test_an_ended_session_says_so(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """A cookie that the service does not accept any more needs a person."""
    url = emulator.forgeportal_url
    async with AsyncForgePortalClient(base_url=url, session_cookie="old") as client:
        with pytest.raises(AuthenticationFailed, match="session has ended"):
            await client.action_runs.list_action_runs()


async def test_changes_carry_a_token_fetched_once(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """Ten first changes at once fetch one token, and go on with the new cookie."""
    await asyncio.gather(*(forge.action_runs.run_action(ACTION) for _ in range(10)))
    assert emulator.requests.count("GET", CSRF) == 1
    assert (await forge.action_runs.list_action_runs()).pagination is not None


async def test_a_token_that_is_refused_is_fetched_again(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """A portal that was restarted with other keys is one more request."""
    route = "/forgeportal/api/v1/actions/{action_id}/run"
    await forge.action_runs.run_action(ACTION)
    emulator.fail_next("POST", route, status=403, body={"message": "Invalid csrf token"})
    started = await forge.action_runs.run_action(ACTION)
    assert started.status == "queued"
    assert emulator.requests.count("GET", CSRF) == 2


async def test_a_user_without_the_right_is_refused(emulator: Emulator) -> None:
    """A viewer may look; the refusal is not taken for a bad token for ever."""
    cookie = emulator.forgeportal.sign_in("viewer", role="viewer")
    url = emulator.forgeportal_url
    async with AsyncForgePortalClient(base_url=url, session_cookie=cookie) as forge:
        await forge.action_runs.list_action_runs()
        with pytest.raises(PermissionDenied, match="action:run"):
            await forge.action_runs.run_action(ACTION)
    assert emulator.requests.count("GET", CSRF) == 2


async def test_dev_mode_wants_nothing() -> None:
    """Without a cookie, changes go without a token, and none is asked for."""
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="") as forge,
    ):
        started = await forge.action_runs.run_action(ACTION)
        assert started.status == "queued"
        assert emulator.requests.count("GET", CSRF) == 0


async def test_a_cookie_does_no_harm_in_dev_mode() -> None:
    """A portal without the token route is not asked for it again and again."""
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="x") as forge,
    ):
        emulator.fail_next("GET", CSRF, status=404, body={"error": "Not Found"})
        for _ in range(3):
            assert (await forge.action_runs.run_action(ACTION)).status == "queued"
        assert emulator.requests.count("GET", CSRF) == 1


async def test_no_secret_is_logged(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the cookie nor a token, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    cookie = emulator.forgeportal.sign_in()
    url = emulator.forgeportal_url
    async with AsyncForgePortalClient(base_url=url, session_cookie=cookie) as forge:
        await forge.action_runs.run_action(ACTION)
        token = (await forge.auth.get_csrf_token()).token
        assert cookie not in repr(forge)
    assert "csrf-token" in caplog.text
    assert cookie not in caplog.text
    assert token not in caplog.text


async def test_a_token_is_not_shown(forge: AsyncForgePortalClient) -> None:
    """The answer of the token route may be logged."""
    issued = await forge.auth.get_csrf_token()
    assert issued.token not in repr(issued)


async def test_a_closed_client_refuses(emulator: Emulator) -> None:
    """As every client does."""
    client = AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="demo")
    await client.aclose()
    with pytest.raises(ClientClosed):
        await client.action_runs.list_action_runs()


async def test_the_blocking_form(emulator: Emulator) -> None:
    """Reads and changes with a session, without a loop of the caller's."""

    def use() -> str:
        with ForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="demo") as forge:
            started = forge.action_runs.run_action(ACTION, input={"name": "x"})
            assert [run.id for run in forge.action_runs.iter_action_runs()] == [started.id]
            assert forge.run_action_wait == 0.0
            return forge.action_runs.cancel_action_run(started.id).status

    assert await asyncio.to_thread(use) == "canceled"
