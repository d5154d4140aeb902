"""A plain HTTP client for the emulated agents: what a user without the SDK would write."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from actionruns.emulator import Emulator
from actionruns.emulator.acp import AcpControl
from tests.emulator.acp.contract import HAS_UPSTREAM, operations, violations
from tests.emulator.plain import Answer

NOWHERE = "00000000-0000-4000-8000-000000000000"


class Acp:
    """Requests by one version; each answer is held against the protocol's document.

    Attributes:
        headers: Headers of each request.
        checked: Whether the answers are held against it.
    """

    def __init__(self, emulator: Emulator, session: aiohttp.ClientSession, version: str) -> None:
        self.emulator = emulator
        self.session = session
        self.version = version
        self.headers: dict[str, str] = {}
        self.checked = HAS_UPSTREAM

    @property
    def control(self) -> AcpControl:
        """What moves the runs."""
        return self.emulator.acp if self.version == "0.1" else self.emulator.acp_v02

    @property
    def url(self) -> str:
        """The base URL."""
        return self.emulator.acp_url if self.version == "0.1" else self.emulator.acp_v02_url

    def request(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Start a request and leave the answer to the caller."""
        headers = {**self.headers, **more.pop("headers", {})}
        return self.session.request(method, self.url + path, json=body, headers=headers, **more)

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send one request."""
        async with self.request(method, path, body, **more) as response:
            text = await response.text()
            answer = Answer(response.status, response.headers, json.loads(text) if text else None)
        self._check(method, path, answer.status, answer.json)
        return answer

    async def events(
        self, path: str, body: Any = None, *, method: str = "GET", **more: Any
    ) -> list[dict[str, Any]]:
        """Read a stream to its end and return its events, with their data decoded."""
        async with self.request(method, path, body, **more) as response:
            assert response.status == 200, await response.text()
            assert response.content_type == "text/event-stream"
            found = events_of(await response.text())
        for event in found:
            self._check(method, path, 200, event)
        return found

    def _check(self, method: str, path: str, status: int, body: Any) -> None:
        sent = f"/acp/{self.version}{path}"
        record = next(
            it
            for it in reversed(list(self.emulator.requests))
            if (it.method, it.path) == (method, sent)
        )
        place = record.route.removeprefix(f"/acp/{self.version}")
        if self.checked and (method, place) in operations(self.version):
            found = violations(self.version, method, place, status, body)
            assert found == [], found

    async def create(self, agent: str = "thinker", path: str = "/runs", **members: Any) -> str:
        """Create a run and return its id."""
        body = {"agent_id": self.control.agent_id(agent), **members}
        answer = await self("POST", path, body)
        assert answer.status == 200, answer.json
        assert answer.json["status"] == "pending"
        return str(answer.json["run_id"])

    async def status(self, run_id: str) -> str:
        """Return the status of a run."""
        return str((await self.control.run(run_id))["status"])

    async def thread(self, **members: Any) -> str:
        """Create a thread and return its id."""
        answer = await self("POST", "/threads", members)
        assert answer.status == 200, answer.json
        return str(answer.json["thread_id"])


def events_of(text: str) -> list[dict[str, Any]]:
    """Return the events of a stream that is well-formed, with one line for each field."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":")
        )
        if fields:
            found.append({**fields, "data": json.loads(fields["data"])})
    return found


def refused(answer: Answer, status: int, text: str = "") -> bool:
    """Tell whether an answer is an error with this status and a message that has this text."""
    return answer.status == status and isinstance(answer.json, str) and text in answer.json
