"""A server made of the facts about the protocol: it knows nothing of our specifications or models.

It takes what the protocol's documents say that a request is, notes everything that is not, and
gives the answers that they say there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.acp.facts_values import Place, place_of, value_of, violations
from tests.specs.documents import table

__all__ = ["Answer", "Asked", "FactsServer", "Protocol", "protocol"]


class Asked(NamedTuple):
    """What a request brought, by name; the body is None when there was none."""

    operation: str
    path: dict[str, str]
    query: dict[str, str]
    body: Any


class Answer(NamedTuple):
    """An answer to give; the value of a stream is the list of its events' data."""

    status: int
    value: Any = None


class Protocol:
    """What the table of a version says.

    Attributes:
        places: ``METHOD /path`` by operation id, in small letters.
    """

    def __init__(self, name: str) -> None:
        facts = table(f"{name}_facts")
        self.places: dict[str, str] = {id_.lower(): place for place, id_ in facts["ids"].items()}
        self._operations = facts["operations"]

    def request(self, operation: str, where: str) -> dict[str, Any]:
        """Return the facts of the parameters that an operation takes in ``path`` or ``query``."""
        request = self._operations[self.places[operation]]["request"]
        prefix = f"{where} "
        return {k.removeprefix(prefix): v for k, v in request.items() if k.startswith(prefix)}

    def body(self, operation: str) -> Place | None:
        """Return what an operation takes as its body."""
        request = self._operations[self.places[operation]]["request"]
        return place_of(request, "body ") if "body" in request else None

    def statuses(self, operation: str) -> list[int]:
        """Return the statuses that an operation may answer with."""
        return [int(status) for status in self._operations[self.places[operation]]["answers"]]

    def answer(self, operation: str, status: int, turn: int, *, whole: bool = True) -> Answer:
        """Make an answer of an operation."""
        facts = self._operations[self.places[operation]]["answers"][str(status)]
        if not facts:
            return Answer(status)
        place = place_of(facts)
        if status >= 400:
            return Answer(status, f"told by the server: {status}")
        if self.streams(operation):
            return Answer(status, [value_of(place, turn + n, whole=whole) for n in range(4)])
        return Answer(status, value_of(place, turn, whole=whole))

    def streams(self, operation: str) -> bool:
        """Tell whether an operation is answered with an event stream."""
        facts = self._operations[self.places[operation]]["answers"].get("200", {})
        return "media" in facts.get("(body)", {})


def protocol(version: str) -> Protocol:
    """Return what the table of a version says."""
    return Protocol({"0.1": "acp_v0_1", "0.2": "acp_v0_2"}[version])


class FactsServer:
    """A server on 127.0.0.1, for the time of an ``async with``.

    Attributes:
        answers: The answers by operation id, the first of each list first; the last one stays.
        asked: The requests that came.
        violations: What of them is not of the protocol.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.violations: list[str] = []
        self._protocol = protocol
        app = web.Application()
        # Fixed paths first: /runs/search is none of /runs/{run_id}.
        for operation, place in sorted(protocol.places.items(), key=lambda it: "{" in it[1]):
            method, _, path = place.partition(" ")
            app.router.add_route(method, path, self._handler(operation))
        self._server = TestServer(app, host="127.0.0.1")

    @property
    def url(self) -> str:
        """Where it is."""
        return str(self._server.make_url("/"))

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._server.close()

    def _handler(self, operation: str) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            text = await request.read()
            body = orjson.loads(text) if text else None
            asked = Asked(operation, dict(request.match_info), dict(request.query), body)
            self.asked.append(asked)
            self.violations += self._found(asked)
            answers = self.answers[operation]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if answer.value is None:
                return web.Response(status=answer.status)
            if self._protocol.streams(operation) and answer.status == 200:
                return await _stream(request, answer.value)
            return web.json_response(answer.value, status=answer.status)

        return handle

    def _found(self, asked: Asked) -> Iterator[str]:
        yield from _of_texts(self._protocol.request(asked.operation, "path"), asked.path)
        yield from _of_texts(self._protocol.request(asked.operation, "query"), asked.query)
        place = self._protocol.body(asked.operation)
        if place is not None:
            yield from violations(place, asked.body)
        elif asked.body is not None:
            yield f"{asked.operation} has no body"


def _of_texts(known: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[str]:
    for name, text in given.items():
        if name not in known:
            yield f"{name} is not of the protocol"
            continue
        value: Any = text
        if known[name]["type"] == "integer" and re.fullmatch(r"-?\d+", text):
            value = int(text)
        if known[name]["type"] == "boolean" and text in ("true", "false"):
            value = text == "true"
        yield from violations(Place(known[name]), value, name)
    for name in known.keys() - given.keys():
        if known[name].get("required"):
            yield f"{name} is missing"


async def _stream(request: web.Request, events: list[Any]) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    for number, data in enumerate(events, start=1):
        head = f"id: {number}\nevent: agent_event\n".encode()
        await answer.write(head + b"data: " + orjson.dumps(data) + b"\n\n")
    return answer
