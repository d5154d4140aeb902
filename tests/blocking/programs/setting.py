"""What the programs get from the test that runs them: the kind of loop, and a server's port."""

from __future__ import annotations

import logging
import sys
from typing import Any

KIND = sys.argv[1]
PORT = int(sys.argv[2])

if KIND == "asyncio":
    # As if uvloop were not installed.
    modules: dict[str, Any] = sys.modules
    modules["uvloop"] = None


# Development mode warns of steps that take 0.1 s, which on a busy machine are anybody's. What is
# left unclosed is told as an error.
logging.getLogger("asyncio").setLevel(logging.ERROR)


def say(text: str) -> None:
    print(text, flush=True)
