"""Sessions: a signed cookie that also holds the secret of the CSRF tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import attrs
import orjson
from aiohttp import web

from actionruns.emulator.clock import Clock
from actionruns.emulator.forgeportal.errors import refused, unhandled
from actionruns.emulator.forgeportal.users import DEVELOPMENT_USER, User
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["COOKIE", "Session", "Sessions"]

COOKIE = "forgeportal.sid"
_HEADERS = ("csrf-token", "xsrf-token", "x-csrf-token", "x-xsrf-token")
_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@attrs.frozen(kw_only=True)
class Session:
    """Who a request is from.

    Attributes:
        user: The user.
        expires: Epoch seconds at which the cookie stops to be good; None: never.
        secret: What CSRF tokens are made from; None: no token was asked for with this cookie yet.
    """

    user: User
    expires: float | None = None
    secret: str | None = None


class Sessions:
    """Read, make and check cookies and tokens.

    The key is in the database, so a cookie outlives a restart.

    Args:
        store: The database.
        settings: Whether sessions are asked for, and which.
        clock: Tells the time.
    """

    def __init__(self, store: Store, settings: EmulatorSettings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._key = store.setting("forgeportal.session_key", secrets.token_hex(32)).encode()
        self._generations = {
            name: int(store.setting(f"forgeportal.{name}_generation", "0"))
            for name in ("session", "csrf")
        }

    def of(self, request: web.Request) -> Session:
        """Return the session of a request.

        Raises:
            ForgePortalError: 401, it has none that is good.
        """
        if not self._settings.forgeportal_auth:
            return Session(user=DEVELOPMENT_USER)
        return self.from_cookie(request.cookies.get(COOKIE, ""))

    def from_cookie(self, value: str) -> Session:
        """Return the session that a cookie holds.

        Raises:
            ForgePortalError: 401, it isn't good (any more).
        """
        session = self._read(value)
        if session is None or (session.expires is not None and session.expires < self._clock.now()):
            raise refused(401, "Unauthorized", "Authentication required")
        return session

    def protect(self, request: web.Request, session: Session) -> None:
        """Check the CSRF token of a change; only headers are looked at, never the body.

        Raises:
            ForgePortalError: 403, the cookie has no secret, or the token isn't made from it.
        """
        if not self._settings.forgeportal_auth or request.method not in _CHANGES:
            return
        if session.secret is None:
            raise unhandled(403, "Missing csrf secret", "FST_CSRF_MISSING_SECRET")
        token = next((request.headers[name] for name in _HEADERS if name in request.headers), "")
        salt, _, _ = token.partition("-")
        expected = self._token(session.secret, salt)
        if not hmac.compare_digest(token.encode("utf-8", "surrogateescape"), expected.encode()):
            raise unhandled(403, "Invalid csrf token", "FST_CSRF_INVALID_TOKEN")

    def csrf_token(self, session: Session) -> tuple[str, str | None]:
        """Return a token, and the new value of the cookie if that didn't hold a secret yet."""
        cookie = None
        if session.secret is None:
            session = attrs.evolve(
                session,
                secret=secrets.token_hex(12),
                expires=session.expires or self._expiry(),
            )
            cookie = self._write(session)
        return self._token(str(session.secret), secrets.token_hex(4)), cookie

    def set_cookie(self, response: web.Response, value: str) -> None:
        """Set the cookie; an empty value deletes it."""
        lifetime = round(self._settings.forgeportal_session_lifetime)
        response.set_cookie(
            COOKIE,
            value,
            max_age=lifetime if value else 0,
            httponly=True,
            samesite="Strict",
        )

    def sign_in(self, name: str, role: str) -> str:
        """Return the value of a new cookie."""
        return self._write(Session(user=User(name=name, role=role), expires=self._expiry()))

    def expire(self, what: str) -> None:
        """Let every "session" cookie that was made so far, or every "csrf" token, be bad."""
        self._generations[what] += 1
        self._store.set(f"forgeportal.{what}_generation", str(self._generations[what]))

    def _expiry(self) -> float:
        return self._clock.now() + self._settings.forgeportal_session_lifetime

    def _token(self, secret: str, salt: str) -> str:
        generation = self._generations["csrf"]
        return f"{salt}-{self._signature(f'csrf {generation} {secret} {salt}')}"

    def _write(self, session: Session) -> str:
        content = {
            "name": session.user.name,
            "role": session.user.role,
            "exp": session.expires,
            "_csrf": session.secret,
            "generation": self._generations["session"],
        }
        payload = base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")
        return f"{payload}.{self._signature(payload)}"

    def _read(self, value: str) -> Session | None:
        role = self._settings.forgeportal_sessions.get(value)
        if role is not None:
            return Session(user=User(name=value, role=role))
        payload, _, signature = value.partition(".")
        if not hmac.compare_digest(
            signature.encode("utf-8", "surrogateescape"), self._signature(payload).encode()
        ):
            return None
        content = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if content["generation"] != self._generations["session"]:
            return None
        return Session(
            user=User(name=content["name"], role=content["role"]),
            expires=content["exp"],
            secret=content["_csrf"],
        )

    def _signature(self, text: str) -> str:
        return hmac.digest(
            self._key, text.encode("utf-8", "surrogateescape"), hashlib.sha256
        ).hex()[:32]
