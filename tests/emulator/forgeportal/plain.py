"""A plain HTTP client for the emulated ForgePortal: what a user without the SDK would write."""

from __future__ import annotations

from typing import Any

import aiohttp
from yarl import URL

from actionruns.emulator import Emulator
from tests.emulator.plain import Answer

CREATE_REPOSITORY = "aaaa0000-0000-0000-0000-000000000001"
NEW_SERVICE = "cccc0000-0000-0000-0000-000000000001"
NOWHERE = "00000000-0000-0000-0000-000000000000"


class Forge:
    """Requests under ``/api/v1`` of an emulated ForgePortal.

    Attributes:
        headers: Headers of each request.
        cookie: Value of the session cookie; None: there is none. It follows Set-Cookie.
    """

    def __init__(self, emulator: Emulator, session: aiohttp.ClientSession) -> None:
        self.emulator = emulator
        self.session = session
        self.headers: dict[str, str] = {}
        self.cookie: str | None = None

    async def __call__(
        self, method: str, path: str, *, params: Any = None, body: Any = None, data: Any = None
    ) -> Answer:
        """Send one request."""
        headers = dict(self.headers)
        if self.cookie is not None:
            headers["Cookie"] = f"forgeportal.sid={self.cookie}"
        async with self.session.request(
            method,
            URL(f"{self.emulator.forgeportal_url}/api/v1{path}"),
            params=params,
            json=body,
            data=data,
            headers=headers,
            # Else it would say that nothing is a stream of bytes.
            skip_auto_headers=["Content-Type"] if body is None else [],
        ) as response:
            answer = Answer(response.status, response.headers, await response.json())
            if "forgeportal.sid" in response.cookies:
                self.cookie = response.cookies["forgeportal.sid"].value
        return answer

    async def run(self, action: str = CREATE_REPOSITORY, **members: Any) -> str:
        """Run an action and return the id of the run."""
        answer = await self("POST", f"/actions/{action}/run", body={"input": {}} | members)
        assert answer.status == 202, answer.json
        return str(answer.json["data"]["runId"])

    async def get(self, run_id: str) -> dict[str, Any]:
        """Return the detail of a run."""
        answer = await self("GET", f"/action-runs/{run_id}")
        assert answer.status == 200, answer.json
        row: dict[str, Any] = answer.json["data"]
        return row

    async def ids(self, **params: Any) -> list[str]:
        """Return the ids of the runs of a list."""
        answer = await self("GET", "/action-runs", params=params)
        assert answer.status == 200, answer.json
        return [row["id"] for row in answer.json["data"]]

    async def token(self) -> str:
        """Get a CSRF token, and send it from now on."""
        token = (await self("GET", "/auth/csrf-token")).json["token"]
        self.headers["X-CSRF-Token"] = token
        return str(token)

    async def template(self, template: str = NEW_SERVICE, **inputs: Any) -> str:
        """Run a template and return the id of the template run."""
        body = {"templateId": template, "inputs": inputs}
        answer = await self("POST", "/templates/run", body=body)
        assert answer.status == 202, answer.json
        return str(answer.json["data"]["runId"])


def failed(answer: Answer, status: int, error: str, message: str | None = None) -> bool:
    """Tell whether an answer is an error of the service's own, and which."""
    expected = {"error": error} if message is None else {"error": error, "message": message}
    return answer.status == status and bool(answer.json == expected)
