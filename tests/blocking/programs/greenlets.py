"""Calls from greenlets, with everything patched by gevent: at first, or once all is imported."""

from __future__ import annotations

import importlib
import sys
from typing import Any

WHEN = sys.argv[3]
# Not by a statement: where gevent isn't installed, this is type-checked all the same.
gevent: Any = importlib.import_module("gevent")
monkey: Any = importlib.import_module("gevent.monkey")

if WHEN == "first":
    monkey.patch_all()

from actionruns.errors import ClientClosed  # noqa: E402
from tests.blocking.clients import Echo, Pages, Thing  # noqa: E402  the order is what is tested
from tests.blocking.programs.setting import PORT, say  # noqa: E402

if WHEN == "late":
    monkey.patch_all()

client = Echo(PORT)
say(client.ask("main"))
with Pages(int(sys.argv[4])) as pages:
    fetching = [gevent.spawn(pages.fetch) for _ in range(3)]
    gevent.joinall(fetching, raise_error=True)
    say(" ".join(str(greenlet.value) for greenlet in fetching))

thing = Thing()


def wait() -> str:
    try:
        thing.runs.wait_forever()
    except ClientClosed:
        return "the waiting one was closed"
    return "it ended"


waiting = gevent.spawn(wait)
thing.journal.wait_for("waiting")  # Another greenlet's call doesn't hold up this one.
say("others go on")
thing.close()
say(waiting.get(timeout=5))
# Left to the end of the process: `client`, and one that is dropped there.
left = Thing()
left.runs.get("r_1")
