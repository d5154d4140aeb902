"""Operations of an imaginary service, and a transport to call it with."""

from __future__ import annotations

from typing import Any

from actionruns.core.model import Model, model
from actionruns.core.operation import Body, Operation, Parameter
from actionruns.core.rate import RateBudget
from actionruns.core.retry import RetryPolicy
from actionruns.transport import Authorizer, TokenAuthorizer, Transport, TransportSettings
from tests.transport.servers import Behaviour, Exchange, Server, answer


@model
class Thing(Model):
    """What the service is about."""

    id: str


@model
class IssuedToken(Model):
    """What the token route answers."""

    token: str
    lifetime: float


THING = {"id": "t_1"}

GET = Operation(
    name="get_thing",
    method="GET",
    path="/things/{thing_id}",
    result=Thing,
    parameters=(
        Parameter(name="thing_id", wire="thing_id", place="path", required=True),
        Parameter(name="view", wire="view", place="query"),
        Parameter(name="key", wire="X-Key", place="header"),
    ),
    idempotent=True,
)
CREATE = Operation(
    name="create_thing",
    method="POST",
    path="/things",
    result=Thing,
    body=Body(members={"title": "title"}),
)
REPLACE = Operation(
    name="replace_thing",
    method="PUT",
    path="/things",
    result=Thing,
    body=Body(members={"title": "title"}),
    idempotent=True,
)
DELETE: Operation[None] = Operation(
    name="delete_thing", method="DELETE", path="/things", result=type(None), idempotent=True
)
FETCH_TOKEN = Operation(
    name="fetch_token",
    method="POST",
    path="/token",
    result=IssuedToken,
    body=Body(members={"secret": "secret"}),
    idempotent=True,
    authorised=False,
)

ONE = {"thing_id": "t_1"}
"""The arguments of GET."""

QUICK = RetryPolicy(base_delay=0.001, max_delay=0.002)
"""Repeats as the default policy does, without its waits."""

ONCE = RetryPolicy(max_attempts=1)


def transport_to(
    server: Server | str, *, authorizer: Authorizer | None = None, **settings: Any
) -> Transport:
    """Return a transport to a server, quick in its retries unless told otherwise."""
    base_url = server if isinstance(server, str) else server.url
    given: dict[str, Any] = {"retry": QUICK, "rate": RateBudget(), "trust_env": False, **settings}
    return Transport(TransportSettings(base_url=base_url, **given), authorizer)


def transport_with_token(server: Server, **settings: Any) -> Transport:
    """Return a transport that fetches its token from the server, as Port's client does."""
    transport = transport_to(server, **settings)

    async def fetch() -> tuple[str, float | None]:
        issued = await transport.send(FETCH_TOKEN, {"secret": "hush"})
        return issued.token, issued.lifetime

    transport.authorizer = TokenAuthorizer(fetch, hint="Check the secret.")
    return transport


class TokenService:
    """A service that issues tokens and refuses all but those that it accepts.

    Attributes:
        issued: How many tokens it has handed out.
        accepted: The tokens that are good; None = the last one issued.
    """

    def __init__(self, *, accepted: set[str] | None = None, lifetime: float = 3600.0) -> None:
        self.issued = 0
        self.accepted = accepted
        self.lifetime = lifetime

    def last_token(self) -> str:
        """Return the token that was issued last."""
        return f"token-{self.issued}"

    async def __call__(self, exchange: Exchange) -> None:
        await self.behaviour(exchange)(exchange)

    def behaviour(self, exchange: Exchange) -> Behaviour:
        if exchange.target == "/token":
            self.issued += 1
            return answer({"token": self.last_token(), "lifetime": self.lifetime})
        accepted = self.accepted
        if accepted is None:
            accepted = {self.last_token()} if self.issued else set()
        shown = exchange.headers.get("authorization", "").removeprefix("Bearer ")
        if shown in accepted:
            return answer(THING)
        return answer({"message": "token is expired"}, status=401)
