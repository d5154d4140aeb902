"""Access tokens: signed, expiring, the same again until they expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

import orjson
from aiohttp import web

from actionruns.emulator.clock import Clock
from actionruns.emulator.port.bodies import Member, read_body
from actionruns.emulator.port.errors import unauthorized
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["Tokens", "token_route"]

_HEADER = orjson.dumps({"alg": "HS256", "typ": "JWT"})
_CREDENTIALS = {
    "clientId": Member((str,), required=True),
    "clientSecret": Member((str,), required=True),
}


class Tokens:
    """Issue access tokens and check them.

    The signing key and the active tokens are in the database, so a token outlives a restart.

    Args:
        store: The database.
        settings: Credentials, API keys and lifetime.
        clock: Tells the time.
    """

    def __init__(self, store: Store, settings: EmulatorSettings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._key = store.setting("port.token_key", secrets.token_hex(32)).encode()
        self._generation = int(store.setting("port.token_generation", "0"))
        self._issued = orjson.loads(store.setting("port.tokens", "{}"))

    def issue(self, client_id: str, client_secret: str) -> str:
        """Return a token for these credentials.

        Raises:
            PortError: 401, they are wrong.
        """
        expected = self._settings.credentials.get(client_id)
        if expected is None or not hmac.compare_digest(
            expected.encode(), client_secret.encode("utf-8", "surrogatepass")
        ):
            msg = "clientId or clientSecret is wrong"
            raise unauthorized(msg)
        now = self._clock.now()
        active, expires = self._issued.get(client_id, ("", 0.0))
        if self._settings.token_reuse and now < expires:
            return str(active)
        expires = now + self._settings.token_lifetime
        claims = {
            "sub": client_id,
            "orgId": "org_emulator",
            "iat": int(now),
            # Whole seconds, as everywhere, unless a test wants less than some of them.
            "exp": int(expires) if self._settings.token_lifetime >= 60 else round(expires, 3),
            "jti": secrets.token_hex(8),
            "generation": self._generation,
        }
        token = self._sign(claims)
        self._issued[client_id] = (token, claims["exp"])
        self._store.set("port.tokens", orjson.dumps(self._issued).decode())
        return token

    def expire(self) -> None:
        """Let every token that was issued so far be expired from now on."""
        self._generation += 1
        self._issued = {}
        self._store.set("port.token_generation", str(self._generation))
        self._store.set("port.tokens", "{}")

    def client_of(self, authorization: str | None) -> str:
        """Return the client id that an Authorization header stands for.

        An API key is accepted bare as well: the header of a service key has no scheme.

        Raises:
            PortError: 401, there is none, or it is wrong or expired.
        """
        if not authorization:
            msg = "Authorization header is missing"
            raise unauthorized(msg)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            token = authorization
        token = token.strip()
        client = self._settings.api_keys.get(token)
        if client is not None:
            return client
        claims = self._claims(token)
        if claims["exp"] <= self._clock.now() or claims["generation"] != self._generation:
            msg = "token is expired"
            raise unauthorized(msg)
        return str(claims["sub"])

    def _sign(self, claims: dict[str, Any]) -> str:
        content = _encode(_HEADER) + b"." + _encode(orjson.dumps(claims))
        return (content + b"." + self._signature(content)).decode()

    def _signature(self, content: bytes) -> bytes:
        return _encode(hmac.digest(self._key, content, hashlib.sha256))

    def _claims(self, token: str) -> dict[str, Any]:
        content, _, signature = token.encode("utf-8", "surrogatepass").rpartition(b".")
        if not hmac.compare_digest(signature, self._signature(content)):
            msg = "token is invalid"
            raise unauthorized(msg)
        payload = content.partition(b".")[2]
        claims: dict[str, Any] = orjson.loads(_decode(payload))
        return claims


def token_route(tokens: Tokens, settings: EmulatorSettings) -> web.RouteTableDef:
    """Make the route that answers with a token."""
    routes = web.RouteTableDef()

    @routes.post("/v1/auth/access_token")
    async def create(request: web.Request) -> web.Response:
        body = await read_body(request, _CREDENTIALS)
        token = tokens.issue(body["clientId"], body["clientSecret"])
        # The full lifetime even of a token that is used again: clients that trust it instead of
        # the token's own `exp` meet the 401s that they would meet at Port.
        lifetime = settings.token_lifetime
        answer = {
            "ok": True,
            "accessToken": token,
            "expiresIn": int(lifetime) if lifetime >= 1 else lifetime,
            "tokenType": "Bearer",
        }
        return web.Response(body=orjson.dumps(answer), content_type="application/json")

    return routes


def _encode(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
