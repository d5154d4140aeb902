from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.clock import Clock
from actionruns.emulator.port.auth import Tokens
from actionruns.emulator.port.errors import PortError
from tests.emulator.plain import Plain, refused
from tests.emulator.stores import open_store

pytestmark = pytest.mark.anyio

DEMO = {"clientId": "demo", "clientSecret": "demo"}


async def token_of(port: Plain, credentials: Any = None) -> str:
    """Ask for a token."""
    answer = await port("POST", "/auth/access_token", body=credentials or DEMO)
    assert answer.status == 200, answer.json
    return str(answer.json["accessToken"])


def claims_of(token: str) -> dict[str, Any]:
    """Read a JWT without checking it, as a client may."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * 3))
    return claims


async def test_token(port: Plain) -> None:
    """The credentials give a bearer token of three hours, a JWT with its expiry."""
    port.headers = {}
    answer = await port("POST", "/auth/access_token", body=DEMO)
    assert answer.json["expiresIn"] == 10_800
    assert answer.json["tokenType"] == "Bearer"
    claims = claims_of(answer.json["accessToken"])
    assert claims["exp"] - claims["iat"] == 10_800
    port.headers = {"Authorization": "Bearer " + answer.json["accessToken"]}
    assert (await port("GET", "/actions/runs")).status == 200


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        ({"clientId": "demo", "clientSecret": "wrong"}, 401),
        ({"clientId": "nobody", "clientSecret": "demo"}, 401),
        ({"clientId": "demo"}, 422),
        ({"clientId": "demo", "clientSecret": 1}, 422),
        ({"clientId": "demo", "clientSecret": "demo", "scope": "all"}, 422),
        (None, 422),
    ],
)
async def test_bad_credentials(port: Plain, credentials: Any, status: int) -> None:
    """Wrong credentials are refused with 401, malformed ones with 422."""
    assert refused(await port("POST", "/auth/access_token", body=credentials), status)


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer nonsense", "Basic ZGVtbzpkZW1v", "Bearer a.b.c"],
)
async def test_unauthorised(port: Plain, authorization: str | None) -> None:
    """Without a good Authorization header every route answers 401."""
    port.headers = {} if authorization is None else {"Authorization": authorization}
    assert refused(await port("GET", "/actions/runs"), 401)
    assert refused(await port("POST", "/actions/rotate_secrets/runs", body={}), 401)
    assert refused(await port("GET", "/blueprints/microservice/entities"), 401)


async def test_forged_token(port: Plain) -> None:
    """A token whose claims were changed is refused."""
    header, payload, signature = (await token_of(port)).split(".")
    claims = claims_of(f".{payload}.") | {"exp": 9_999_999_999}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    port.headers = {"Authorization": f"Bearer {header}.{forged}.{signature}"}
    assert refused(await port("GET", "/actions/runs"), 401, "invalid")


@pytest.mark.parametrize("authorization", ["demo", "Bearer demo", "bearer demo"])
async def test_api_key(port: Plain, authorization: str) -> None:
    """An API key is accepted bare and as a bearer."""
    port.headers = {"Authorization": authorization}
    assert (await port("GET", "/actions/runs")).status == 200


async def test_who(port: Plain) -> None:
    """Who asked with a token is the user of what is done with it."""
    token = await token_of(port, {"clientId": "reviewer", "clientSecret": "reviewer"})
    run_id = await port.execute()
    port.headers = {"Authorization": "Bearer " + token}
    run = (await port("PATCH", f"/actions/runs/{run_id}", body={})).run
    assert (run["createdBy"], run["updatedBy"]) == ("demo", "reviewer")


async def test_expire_tokens(port: Plain, emulator: Emulator) -> None:
    """Tokens that were made to expire are answered with 401, a new one is good again."""
    old = await token_of(port)
    port.headers = {"Authorization": "Bearer " + old}
    emulator.expire_tokens()
    assert refused(await port("GET", "/actions/runs"), 401, "token is expired")
    new = await token_of(port)
    assert new != old
    port.headers = {"Authorization": "Bearer " + new}
    assert (await port("GET", "/actions/runs")).status == 200


@pytest.fixture
def tokens_at() -> Callable[..., tuple[Tokens, list[float]]]:
    """Tokens with a clock of their own: the list's only item is the time."""

    def make(**settings: Any) -> tuple[Tokens, list[float]]:
        now = [1000.0]
        return Tokens(open_store(), EmulatorSettings(**settings), Clock(now=lambda: now[0])), now

    return make


async def test_reuse(tokens_at: Callable[..., tuple[Tokens, list[float]]]) -> None:
    """The same credentials get the same token until it expires, others get another."""
    tokens, now = tokens_at(token_lifetime=100)
    first = tokens.issue("demo", "demo")
    now[0] = 1099.9
    assert tokens.issue("demo", "demo") == first
    assert tokens.issue("reviewer", "reviewer") != first
    assert tokens.client_of(f"Bearer {first}") == "demo"
    now[0] = 1100.0
    with pytest.raises(PortError, match="token is expired"):
        tokens.client_of(f"Bearer {first}")
    assert tokens.issue("demo", "demo") != first


async def test_no_reuse(tokens_at: Callable[..., tuple[Tokens, list[float]]]) -> None:
    """Without reuse every request gives another token, and the older ones stay good."""
    tokens, _ = tokens_at(token_reuse=False)
    first, second = tokens.issue("demo", "demo"), tokens.issue("demo", "demo")
    assert first != second
    assert tokens.client_of(f"Bearer {first}") == tokens.client_of(f"Bearer {second}")


async def test_short_lifetime(tokens_at: Callable[..., tuple[Tokens, list[float]]]) -> None:
    """A lifetime below a second is kept exactly."""
    tokens, now = tokens_at(token_lifetime=0.25)
    token = tokens.issue("demo", "demo")
    assert claims_of(token)["exp"] == 1000.25
    now[0] = 1000.2
    assert tokens.client_of(f"Bearer {token}") == "demo"


async def test_survives_restart(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """A token is good, and the active one, after a restart on the same database."""
    async with Emulator(db=tmp_path / "db") as emulator:
        token = await token_of(Plain(emulator, session))
    async with Emulator(db=tmp_path / "db") as emulator:
        port = Plain(emulator, session)
        port.headers = {"Authorization": "Bearer " + token}
        assert (await port("GET", "/actions/runs")).status == 200
        assert await token_of(port) == token
        emulator.expire_tokens()
    async with Emulator(db=tmp_path / "db") as emulator:
        port = Plain(emulator, session)
        port.headers = {"Authorization": "Bearer " + token}
        assert refused(await port("GET", "/actions/runs"), 401)
