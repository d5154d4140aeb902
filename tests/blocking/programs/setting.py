"""What the programs get from the test that runs them: the kind of loop, and a server's port."""

from __future__ import annotations

import sys
from typing import Any

KIND = sys.argv[1]
PORT = int(sys.argv[2])

if KIND == "asyncio":
    # As if uvloop were not installed.
    modules: dict[str, Any] = sys.modules
    modules["uvloop"] = None


def say(text: str) -> None:
    print(text, flush=True)
