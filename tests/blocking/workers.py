"""What worker processes do with a client that they get from their parent."""

from __future__ import annotations

import asyncio

from actionruns import AsyncPortClient, PortClient


def id_in_worker(client: PortClient | AsyncPortClient, run_id: str) -> str:
    """Ask for a run; return its id."""
    if isinstance(client, PortClient):
        with client:
            return client.action_runs.get_action_run(run_id).id
    return asyncio.run(_id(client, run_id))


async def _id(client: AsyncPortClient, run_id: str) -> str:
    async with client:
        return (await client.action_runs.get_action_run(run_id)).id
