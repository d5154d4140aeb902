from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.clock import Clock
from actionruns.emulator.forgeportal.errors import ForgePortalError
from actionruns.emulator.forgeportal.sessions import Sessions
from tests.emulator.forgeportal.plain import CREATE_REPOSITORY, NEW_SERVICE, Forge, failed
from tests.emulator.plain import Answer
from tests.emulator.stores import open_store

pytestmark = pytest.mark.anyio

RUN = f"/actions/{CREATE_REPOSITORY}/run"


@pytest.fixture
async def strict() -> AsyncIterator[Emulator]:
    """An emulator that asks for sessions and CSRF tokens."""
    async with Emulator(auto_progress=False, forgeportal_auth=True) as emulator:
        yield emulator


@pytest.fixture
async def guarded(strict: Emulator) -> AsyncIterator[Forge]:
    """A client with a session of that emulator, but no CSRF token."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        forge = Forge(strict, session)
        forge.cookie = "demo"
        yield forge


def unsafe(answer: Answer, message: str) -> bool:
    """Tell whether an answer refuses a change for its CSRF token."""
    codes = {"Missing csrf secret": "MISSING_SECRET", "Invalid csrf token": "INVALID_TOKEN"}
    return answer.status == 403 and bool(
        answer.json
        == {
            "statusCode": 403,
            "code": f"FST_CSRF_{codes[message]}",
            "error": "Forbidden",
            "message": message,
        }
    )


async def test_development(forge: Forge) -> None:
    """By default everybody is the development user: no cookie, no token."""
    answer = await forge("GET", "/auth/me")
    user = answer.json["user"]
    assert (user["email"], user["role"]) == ("dev@forgeportal.local", "platform-admin")
    assert user["permissions"] == [
        "action:read", "action:run", "audit:read", "template:read", "template:run",
    ]  # fmt: skip
    assert (await forge.get(await forge.run()))["requested_by"] == "dev@forgeportal.local"


async def test_development_token(forge: Forge) -> None:
    """The token route answers in development as well, and nobody looks at what is sent."""
    assert (await forge("GET", "/auth/csrf-token")).json["token"]
    forge.cookie, forge.headers = "nonsense", {"X-CSRF-Token": "nonsense"}
    assert await forge.run()


@pytest.mark.parametrize("cookie", [None, "", "nonsense", "a.b", "demo.", "Demo"])
async def test_unauthenticated(guarded: Forge, cookie: str | None) -> None:
    """Without a good cookie every route of the API answers 401; no token is given."""
    guarded.cookie = cookie
    for method, path in (
        ("GET", "/action-runs"), ("POST", RUN), ("GET", "/auth/csrf-token"), ("GET", "/auth/me"),
        ("GET", "/templates"), ("POST", "/auth/logout"), ("GET", "/nothing"),
    ):  # fmt: skip
        answer = await guarded(method, path)
        assert failed(answer, 401, "Unauthorized", "Authentication required")


@pytest.mark.parametrize("path", ["/healthz", "/livez"])
async def test_health(guarded: Forge, strict: Emulator, path: str) -> None:
    """Whether it is well is told to everybody."""
    async with guarded.session.get(strict.forgeportal_url + path) as response:
        assert response.status == 200
        assert (await response.json())["status"] == "ok"


async def test_reading_needs_no_token(guarded: Forge) -> None:
    """A session is enough for reading."""
    assert await guarded.ids() == []


async def test_missing_secret(guarded: Forge) -> None:
    """A cookie for which no token was asked can't make changes."""
    guarded.headers = {"X-CSRF-Token": "whatever"}
    assert unsafe(await guarded("POST", RUN, body={}), "Missing csrf secret")


async def test_change(guarded: Forge) -> None:
    """With the new cookie and the token, changes are made by the session's user."""
    await guarded.token()
    run_id = await guarded.run()
    assert (await guarded.get(run_id))["requested_by"] == "demo@forgeportal.local"
    assert (await guarded("POST", f"/actions/runs/{run_id}/cancel")).status == 200


@pytest.mark.parametrize(
    "header", ["csrf-token", "xsrf-token", "x-csrf-token", "x-xsrf-token", "X-CSRF-Token"]
)
async def test_header_names(guarded: Forge, header: str) -> None:
    """The token may come in any of four headers."""
    token = await guarded.token()
    guarded.headers = {header: token}
    assert await guarded.run()


@pytest.mark.parametrize("where", ["body", "query", "other header"])
async def test_token_elsewhere(guarded: Forge, where: str) -> None:
    """A token anywhere else isn't seen: the check comes before the body."""
    token = await guarded.token()
    guarded.headers = {"X-Token": token} if where == "other header" else {}
    params = {"_csrf": token} if where == "query" else None
    body = {"_csrf": token} if where == "body" else {}
    assert unsafe(await guarded("POST", RUN, body=body, params=params), "Invalid csrf token")


@pytest.mark.parametrize("token", ["", "nonsense", "a-b", "é-x"])
async def test_invalid_token(guarded: Forge, token: str) -> None:
    """A token that isn't made from the cookie's secret is refused."""
    await guarded.token()
    guarded.headers = {"X-CSRF-Token": token}
    assert unsafe(await guarded("POST", RUN, body={}), "Invalid csrf token")


async def test_every_method(guarded: Forge) -> None:
    """The check comes before anything that is wrong with the request itself."""
    await guarded.token()
    del guarded.headers["X-CSRF-Token"]
    for path in ("/actions/no-uuid/run", "/templates/run", "/auth/logout"):
        assert unsafe(await guarded("POST", path, data=b"{"), "Invalid csrf token")


async def test_cookie_set_once(guarded: Forge) -> None:
    """The first token sets a cookie with the secret; further ones leave it, and all are good."""
    first = await guarded("GET", "/auth/csrf-token")
    second = await guarded("GET", "/auth/csrf-token")
    assert first.json.keys() == {"token"}
    cookie = first.headers["Set-Cookie"]
    for attribute in ("forgeportal.sid=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"):
        assert attribute in cookie
    assert "Set-Cookie" not in second.headers
    assert first.json["token"] != second.json["token"]
    for answer in (first, second):
        guarded.headers = {"X-CSRF-Token": answer.json["token"]}
        assert await guarded.run()


async def test_two_first_tokens(guarded: Forge) -> None:
    """Two first token calls at once make two secrets: a token goes with its own cookie alone."""
    tokens, cookies = [], []
    for answer in await asyncio.gather(
        guarded("GET", "/auth/csrf-token"), guarded("GET", "/auth/csrf-token")
    ):
        tokens.append(answer.json["token"])
        cookies.append(answer.headers["Set-Cookie"].split(";")[0].removeprefix("forgeportal.sid="))
    for token, cookie, other in zip(tokens, cookies, cookies[::-1], strict=True):
        guarded.headers = {"X-CSRF-Token": token}
        guarded.cookie = other
        assert unsafe(await guarded("POST", RUN, body={}), "Invalid csrf token")
        guarded.cookie = cookie
        assert await guarded.run()


async def test_cookie_not_kept(guarded: Forge) -> None:
    """Who goes on with the first cookie has a token, but no secret."""
    await guarded.token()
    guarded.cookie = "demo"
    assert unsafe(await guarded("POST", RUN, body={}), "Missing csrf secret")


async def test_forged_cookie(guarded: Forge) -> None:
    """A cookie whose content was changed is refused."""
    await guarded.token()
    payload, _, signature = str(guarded.cookie).partition(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "==="))
    content["name"] = "root"
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    guarded.cookie = f"{forged}.{signature}"
    assert (await guarded("GET", "/auth/me")).status == 401


async def test_logout(guarded: Forge) -> None:
    """Signing out deletes the cookie."""
    await guarded.token()
    answer = await guarded("POST", "/auth/logout")
    assert (answer.status, answer.json) == (200, {"success": True})
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert guarded.cookie == ""
    assert (await guarded("GET", "/auth/me")).status == 401


@pytest.mark.parametrize(
    ("role", "reads", "runs"),
    [
        ("viewer", True, False),
        ("developer", True, True),
        ("team-admin", True, True),
        ("template-admin", True, True),
        ("guest", False, False),
    ],
)
async def test_roles(guarded: Forge, strict: Emulator, role: str, reads: bool, runs: bool) -> None:
    """A role decides who may read and who may run; what is missing is said."""
    run_id = await strict.forgeportal.add_run()
    await guarded.token()
    template_run = await guarded.template()
    guarded.cookie = strict.forgeportal.sign_in("somebody", role)
    await guarded.token()
    reading = {
        "action:read": [
            "/action-runs", f"/action-runs/{run_id}", "/actions/runs", f"/actions/runs/{run_id}",
            f"/actions/runs/{run_id}/logs",
        ],
        "template:read": [
            "/templates", f"/templates/{NEW_SERVICE}", "/templates/runs",
            f"/templates/runs/{template_run}",
        ],
    }  # fmt: skip
    for permission, paths in reading.items():
        for path in paths:
            answer = await guarded("GET", path)
            assert (answer.status == 200) is reads
            assert reads or failed(answer, 403, "Forbidden", f"Missing permission: {permission}")
    changing: list[tuple[str, str, Any]] = [
        ("action:run", RUN, {}),
        ("action:run", f"/actions/runs/{run_id}/cancel", None),
        ("template:run", "/templates/run", {"templateId": NEW_SERVICE}),
        ("template:run", f"/templates/runs/{template_run}/cancel", None),
    ]
    for permission, path, body in changing:
        answer = await guarded("POST", path, body=body)
        assert (answer.status in {200, 202}) is runs
        assert runs or failed(answer, 403, "Forbidden", f"Missing permission: {permission}")


async def test_expired_sessions(guarded: Forge, strict: Emulator) -> None:
    """Cookies that were made to expire are a 401; signing in gives a good one."""
    await guarded.token()
    strict.forgeportal.expire_sessions()
    assert (await guarded("GET", "/auth/me")).status == 401
    guarded.cookie = strict.forgeportal.sign_in("alex", "developer")
    user = (await guarded("GET", "/auth/me")).json["user"]
    assert (user["email"], user["role"]) == ("alex@forgeportal.local", "developer")


async def test_expired_tokens(guarded: Forge, strict: Emulator) -> None:
    """A token that was made to expire is a 403, and a new one is good with the same cookie."""
    await guarded.token()
    cookie = guarded.cookie
    strict.forgeportal.expire_csrf_tokens()
    assert unsafe(await guarded("POST", RUN, body={}), "Invalid csrf token")
    await guarded.token()
    assert guarded.cookie == cookie
    assert await guarded.run()


async def test_cookie_expires() -> None:
    """A cookie is good for its lifetime, which asking for a token doesn't extend."""
    now = [1_000.0]
    settings = EmulatorSettings(forgeportal_auth=True, forgeportal_session_lifetime=100)
    sessions = Sessions(open_store(), settings, Clock(now=lambda: now[0]))
    first = sessions.sign_in("a", "viewer")
    now[0] = 1_050.0
    _, second = sessions.csrf_token(sessions.from_cookie(first))
    now[0] = 1_100.0
    assert sessions.from_cookie(str(second)).user.name == "a"
    now[0] = 1_100.1
    for cookie in (first, str(second)):
        with pytest.raises(ForgePortalError, match="Authentication required"):
            sessions.from_cookie(cookie)


async def test_survives_restart(tmp_path: Path) -> None:
    """Cookie and token are good after a restart on the same database."""
    settings: Any = {"db": tmp_path / "db", "auto_progress": False, "forgeportal_auth": True}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with Emulator(**settings) as emulator:
            forge = Forge(emulator, session)
            forge.cookie = "demo"
            await forge.token()
        async with Emulator(**settings) as emulator:
            again = Forge(emulator, session)
            again.cookie, again.headers = forge.cookie, forge.headers
            assert await again.run()


async def test_own_sessions() -> None:
    """Which sessions are accepted can be set."""
    sessions = {"s3cret": "viewer"}
    async with (
        Emulator(forgeportal_auth=True, forgeportal_sessions=sessions) as emulator,
        aiohttp.ClientSession() as session,
    ):
        forge = Forge(emulator, session)
        for cookie, status in (("s3cret", 200), ("demo", 401)):
            forge.cookie = cookie
            assert (await forge("GET", "/auth/me")).status == status
