"""Follows runs with a checkpoint and prints a line for each update it was told; to be killed.

Arguments: the URL of Port, the checkpoint, and the run ids. Each line is written in one piece, and
before the next update is asked for.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from actionruns import AsyncPortClient


async def main() -> None:
    """Follow all runs to their end."""
    url, checkpoint, *run_ids = sys.argv[1:]
    async with (
        AsyncPortClient(base_url=url, client_id="demo", client_secret="demo") as port,
        port.watch(run_ids, interval=0.05, checkpoint=checkpoint) as watch,
    ):
        async for update in watch:
            line = {
                "run": update.run_id,
                "previous": update.previous,
                "state": update.state,
                "outcome": update.outcome,
                "redelivered": update.redelivered,
            }
            os.write(1, json.dumps(line).encode() + b"\n")


asyncio.run(main())
