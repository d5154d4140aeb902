"""Refusals as the protocol's best-known server words them, in both versions."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from actionruns import BadRequest, NotFound, ServerError, UnprocessableEntity
from actionruns.acp import AsyncAcpV01Client, AsyncAcpV02Client
from tests.acp.servers import AGENT, RUN, AcpServer, Handler, run_json
from tests.callers import method_of
from tests.forms import result_of

pytestmark = pytest.mark.anyio

THREAD = "22222222-0000-4000-8000-000000000000"


def answering(status: int, text: str, kind: str = "application/json") -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, content_type=kind)

    return handle


NOT_IMPLEMENTED = answering(500, '{"detail": "Not implemented"}')


@pytest.mark.parametrize(
    ("operation", "method", "path", "given"),
    [
        ("cancel_stateless_run", "POST", f"/runs/{RUN}/cancel", {"run_id": RUN}),
        ("delete_stateless_run", "DELETE", f"/runs/{RUN}", {"run_id": RUN}),
        ("create_and_stream_stateless_run_output", "POST", "/runs/stream", {}),
        (
            "cancel_thread_run",
            "POST",
            f"/threads/{THREAD}/runs/{RUN}/cancel",
            {"thread_id": THREAD, "run_id": RUN},
        ),
        (
            "stream_thread_run_output",
            "GET",
            f"/threads/{THREAD}/runs/{RUN}/stream",
            {"thread_id": THREAD, "run_id": RUN},
        ),
        (
            "create_and_stream_thread_run_output",
            "POST",
            f"/threads/{THREAD}/runs/stream",
            {"thread_id": THREAD},
        ),
    ],
)
async def test_what_is_not_implemented_is_asked_for_once(
    server: AcpServer,
    acp_v02: AsyncAcpV02Client,
    operation: str,
    method: str,
    path: str,
    given: dict[str, Any],
) -> None:
    """F5: a 500 "Not implemented" is an answer, also of what may be repeated and of streams."""
    server.handlers[method, path] = [NOT_IMPLEMENTED]
    with pytest.raises(ServerError, match="Not implemented") as caught:
        await result_of(method_of(acp_v02, operation)(**given))
    assert (server.count(method, path), caught.value.attempts) == (1, 1)


async def test_what_is_not_implemented_in_version_0_1(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """F5: deleting a run, the one way of 0.1 to cancel it, is refused just so."""
    server.handlers["DELETE", f"/runs/{RUN}"] = [NOT_IMPLEMENTED]
    with pytest.raises(ServerError, match="Not implemented"):
        await acp.runs.delete_run(RUN)
    assert server.count("DELETE", f"/runs/{RUN}") == 1


async def test_a_list_of_details_is_the_message(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """FastAPI's list of what is wrong comes whole, with the place of each."""
    text = '{"detail": [{"loc": ["body", "stream_mode"], "msg": "Input should be null"}]}'
    server.handlers["POST", "/runs"] = [answering(422, text)]
    with pytest.raises(UnprocessableEntity, match=r"stream_mode.*Input should be null") as caught:
        await acp.runs.create_run(agent_id=AGENT)
    assert caught.value.body["detail"][0]["loc"] == ["body", "stream_mode"]


async def test_a_refusal_without_a_body(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """An empty 404 is NotFound all the same."""
    server.handlers["GET", f"/runs/{RUN}/wait"] = [answering(404, "")]
    with pytest.raises(NotFound) as caught:
        await acp_v02.stateless_runs.wait_for_stateless_run_output(RUN)
    assert (caught.value.message, caught.value.body) == ("HTTP 404", None)


async def test_an_error_in_plain_text(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """A crash of the server is a ServerError with its text, and a creation is not sent again."""
    crash = answering(500, "Internal Server Error", "text/plain")
    server.handlers["POST", "/threads"] = [crash]
    with pytest.raises(ServerError) as caught:
        await acp_v02.threads.create_thread()
    assert (caught.value.message, caught.value.maybe_sent) == ("Internal Server Error", True)
    assert server.count("POST", "/threads") == 1


async def test_resuming_what_does_not_ask(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """The known server has 400 for it, where the protocol has 409."""
    server.handlers["POST", f"/runs/{RUN}"] = [answering(400, '{"detail": "not interrupted"}')]
    with pytest.raises(BadRequest, match="not interrupted"):
        await acp_v02.stateless_runs.resume_stateless_run(RUN, body={})


async def test_a_stream_mode_is_sent_only_when_it_is_given(
    server: AcpServer, acp_v02: AsyncAcpV02Client
) -> None:
    """The known server refuses the protocol's own values: left out, or null, it creates the run."""

    async def created(_: web.Request) -> web.StreamResponse:
        return web.json_response(run_json())

    server.handlers["POST", "/runs"] = [created]
    await acp_v02.stateless_runs.create_stateless_run(agent_id=AGENT)
    await acp_v02.stateless_runs.create_stateless_run(agent_id=AGENT, stream_mode=None)
    first, second = server.bodies
    assert first == {"agent_id": AGENT, "on_disconnect": "continue"}
    assert second == {**first, "stream_mode": None}
