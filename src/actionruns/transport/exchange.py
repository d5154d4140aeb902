"""Exchange: one request and its answer, over aiohttp."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

import aiohttp
from multidict import CIMultiDict, istr
from yarl import URL

from actionruns.core.response import Response
from actionruns.errors import ClientClosed
from actionruns.transport.auth import Authorizer
from actionruns.transport.body import arrived_body, read_body
from actionruns.transport.delivery import Delivery
from actionruns.transport.journal import log_answer
from actionruns.transport.pool import CONNECT_SECONDS, LoopSession, client_headers
from actionruns.transport.proxy import proxy_for
from actionruns.transport.settings import TransportSettings
from actionruns.transport.stream import receive_stream

__all__ = ["Exchange"]


_NONE: Mapping[str, str] = {}

_REQUEST_ID = istr("X-Request-Id")

# Bytes. aiohttp warns of larger ones that are given as bytes: written at once, they hold the event
# loop up. A file object is read and written in pieces.
_LARGE_BODY = 2**20

# aiohttp calls the body of a POST without one "application/octet-stream", which Fastify refuses
# with status 415.
_NOT_BY_ITSELF = ("Content-Type",)


class Exchange:
    """Sends the requests of one client, each once, and receives what is answered.

    Args:
        settings: Where and how to send.

    Raises:
        ConfigurationError: The proxy cannot be used.
    """

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        base = URL(settings.base_url, encoded=True)
        self._prefix = base.raw_path.rstrip("/")
        # Many calls have the same query: a URL with it is made once, and lacks the path.
        self._with_query = lru_cache(64)(
            partial(
                URL.build, scheme=base.scheme, authority=base.raw_authority, path="/", encoded=True
            )
        )
        self._fixed: dict[str, Any] = {"allow_redirects": False}
        proxy = proxy_for(settings.base_url, proxy=settings.proxy, trust_env=settings.trust_env)
        if proxy is not None:
            self._fixed["proxy"] = proxy
        # To those who trace a session of theirs, aiohttp tells what is read by its own `read`.
        self._is_traced = settings.session is not None
        self._headers: Mapping[str, str] = _NONE
        if settings.session is not None:
            # A session of ours has these by itself.
            self._headers = client_headers(settings)
            self._fixed["raise_for_status"] = False
            if settings.ssl is not True:
                self._fixed["ssl"] = settings.ssl
        self._prepared = (_NONE, CIMultiDict(self._headers))
        # Without the five minutes that a caller's session may have in all.
        no_end = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        self._fixed_of_streams = {**self._fixed, "timeout": no_end}
        self._fixed_without_body = {**self._fixed, "skip_auto_headers": _NOT_BY_ITSELF}

    async def run(
        self,
        delivery: Delivery,
        session: LoopSession,
        authorizer: Authorizer,
        credentials: Mapping[str, str],
    ) -> Response:
        """Send the request of a call and return the answer, whatever its status.

        Args:
            delivery: The call.
            session: Where it is sent.
            authorizer: Gets the cookies that the answer sets.
            credentials: Headers that carry the credentials.

        Raises:
            DecodeFailed: The answer is larger than the client accepts.
            ClientClosed: The interpreter is shutting down.
            ClientError: One of aiohttp's, as it came; so are OSError and its kinds.
        """
        try:
            answer = await self._sent(delivery, session, credentials)
        except RuntimeError as error:
            # Python's words differ by version: "can't register atexit after shutdown", "cannot
            # schedule new futures after interpreter shutdown", "can't create new thread at ...".
            if not str(error).endswith("shutdown"):
                raise
            raise ClientClosed(
                "the interpreter is shutting down: no thread can look up the host's name any more"
            ) from error
        # Read to its end, an answer gives its connection back by itself; `async with` would only
        # ask for that again.
        limit = self._settings.max_response_size
        try:
            if delivery.is_stream:
                received = await receive_stream(delivery, answer, limit)
            elif self._is_traced or delivery.request.body is not None:
                received = await read_body(answer, limit)
            else:
                arrived = arrived_body(answer, limit)
                received = await read_body(answer, limit) if arrived is None else arrived
        except BaseException:
            answer.close()
            raise
        headers = answer.headers
        if "Set-Cookie" in headers:
            authorizer.keep_cookies(headers.getall("Set-Cookie"))
        log_answer(self._settings.service, delivery, answer.status)
        return Response(answer.status, headers, received)

    def _sent(
        self, delivery: Delivery, session: LoopSession, credentials: Mapping[str, str]
    ) -> Awaitable[aiohttp.ClientResponse]:
        request = delivery.request
        headers = self._headers_with(credentials)
        headers.setdefault(_REQUEST_ID, delivery.request_id)
        if request.headers:
            headers.update(request.headers)
        fixed = self._fixed_of_streams if delivery.is_stream else self._fixed
        body = request.body
        if body is not None:
            headers["Content-Type"] = "application/json"
        elif request.method != "GET" and not delivery.is_stream:
            fixed = self._fixed_without_body
        # From its parts: a text would be parsed anew for every call.
        url = self._with_query(query_string=request.query).with_path(
            self._prefix + request.path, encoded=True, keep_query=True
        )
        return session.session.request(
            request.method,
            url,
            headers=headers,
            data=body if body is None or len(body) <= _LARGE_BODY else BytesIO(body),
            **fixed,
        )

    def _headers_with(self, credentials: Mapping[str, str]) -> CIMultiDict[str]:
        """Return a client's headers with credentials, which are mostly those of the last call."""
        prepared = self._prepared
        if prepared[0] is not credentials:
            both = {istr(name): text for name, text in {**self._headers, **credentials}.items()}
            prepared = self._prepared = (credentials, CIMultiDict(both))
        return prepared[1].copy()
