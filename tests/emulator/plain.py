"""A plain HTTP client for the emulator: what a user without the SDK would write."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import attrs

from actionruns.emulator import Emulator, RequestRecord
from tests.emulator.contract import UPSTREAM, operations, violations


@attrs.frozen
class Answer:
    """Status, headers and JSON of an answer."""

    status: int
    headers: Any
    json: Any

    @property
    def run(self) -> dict[str, Any]:
        """The run in it."""
        run: dict[str, Any] = self.json["run"]
        return run

    @property
    def ids(self) -> list[str]:
        """The ids of the runs in it."""
        return [run["id"] for run in self.json["runs"]]


class Plain:
    """Requests to the emulated Port; each answer is held against Port's own description.

    Answers in the v1 shape are not: the description has only v2.
    """

    def __init__(self, emulator: Emulator, session: aiohttp.ClientSession) -> None:
        self.emulator = emulator
        self.session = session
        self.headers: dict[str, str] = {"Authorization": "Bearer demo"}

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        params: Any = None,
        body: Any = None,
        data: Any = None,
    ) -> Answer:
        """Send one request under ``/v1``."""
        url = f"{self.emulator.port_url}/v1{path}"
        async with self.session.request(
            method, url, params=params, json=body, data=data, headers=self.headers
        ) as response:
            answer = Answer(response.status, response.headers, await response.json())
        record = list(self.emulator.requests)[-1]
        default = self.emulator.settings.default_version
        if UPSTREAM.exists() and "v2" in (record.query or default):
            self._check(record, answer)
        return answer

    def _check(self, record: RequestRecord, answer: Answer) -> None:
        path = record.route.removeprefix("/port")
        if (record.method, path) in operations():
            assert violations(record.method, path, answer.status, answer.json) == []

    async def execute(
        self, action: str = "create_microservice", *, entity: str | None = None, **inputs: Any
    ) -> str:
        """Execute an action and return the id of the run."""
        body: dict[str, Any] = {"properties": inputs}
        if entity is not None:
            body["entity"] = entity
        answer = await self("POST", f"/actions/{action}/runs", body=body)
        assert answer.status == 202, answer.json
        return str(answer.run["id"])

    async def walk(self, **params: Any) -> list[list[str]]:
        """Follow the cursor of the list of runs to its end; return the ids of each page."""
        pages = []
        following: dict[str, str] = {}
        while True:
            answer = await self("GET", "/actions/runs", params={**params, **following})
            assert answer.status == 200, answer.json
            pages.append(answer.ids)
            if "next" not in answer.json:
                return pages
            following = {"next": answer.json["next"]}


def refused(answer: Answer, status: int, text: str = "") -> bool:
    """Tell whether an answer is an error of Port's with this status and text in its message."""
    return (
        answer.status == status
        and answer.json.keys() == {"ok", "error", "message"}
        and answer.json["ok"] is False
        and re.search(text, answer.json["message"]) is not None
    )
