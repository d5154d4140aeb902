"""The outputs of runs: what is of a known kind is held to it, an unknown kind comes through."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns import DecodeFailed
from actionruns.acp import AsyncAcpV01Client, AsyncAcpV02Client, v01, v02
from tests.acp.servers import RUN, AcpServer

pytestmark = pytest.mark.anyio

MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"type": "error", "run_id": RUN, "errcode": "one", "description": "no"}, "errcode"),
    ({"type": "error", "run_id": RUN, "errcode": 1}, "description"),
]
UNKNOWN = {"type": "artifact", "url": "https://example.com/a"}


@pytest.mark.parametrize(
    ("output", "path"),
    [*MALFORMED, ({"type": "result", "run_id": RUN, "status": "success"}, "result")],
)
async def test_a_malformed_output(
    server: AcpServer, acp: AsyncAcpV01Client, output: dict[str, Any], path: str
) -> None:
    """An output that is not what its kind promises is DecodeFailed, with the place."""
    server.outputs[RUN] = output
    with pytest.raises(DecodeFailed) as caught:
        await acp.runs.get_run_output(RUN)
    assert caught.value.path == path


@pytest.mark.parametrize(("output", "path"), MALFORMED)
async def test_a_malformed_output_of_version_0_2(
    server: AcpServer, acp_v02: AsyncAcpV02Client, output: dict[str, Any], path: str
) -> None:
    """So it is in the answer of version 0.2, which has the run beside it."""
    server.outputs[RUN] = output
    with pytest.raises(DecodeFailed) as caught:
        await acp_v02.stateless_runs.wait_for_stateless_run_output(RUN)
    assert caught.value.path == f"output.{path}"


async def test_an_unknown_output(
    server: AcpServer, acp: AsyncAcpV01Client, acp_v02: AsyncAcpV02Client
) -> None:
    """A kind that a later server adds comes through, with all that is in it."""
    server.outputs[RUN] = UNKNOWN
    output = await acp.runs.get_run_output(RUN)
    waited = await acp_v02.stateless_runs.wait_for_stateless_run_output(RUN)
    assert isinstance(output, v01.UnknownOutput)
    assert isinstance(waited.output, v02.UnknownOutput)
    assert (
        dict(output.unknown_fields) == dict(waited.output.unknown_fields) == {"url": UNKNOWN["url"]}
    )


async def test_a_wait_ends_whatever_the_output(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """A run is over also when its output cannot be read: it comes without."""
    server.statuses[RUN] = ["success"]
    server.outputs[RUN] = MALFORMED[0][0]
    run = await acp.wait(RUN)
    assert (run.status, run.output) == ("success", None)
