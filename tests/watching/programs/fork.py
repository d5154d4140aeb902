"""Forks with a checkpoint open, notes one run more, and kills itself.

Arguments: the checkpoint, and how the child ends: by `exit`, or by `drop` of the checkpoint.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from actionruns.errors import ConfigurationError
from actionruns.watching.checkpoint import Checkpoint

path, end = sys.argv[1:]
checkpoint = Checkpoint(path)
checkpoint.open()
checkpoint.follow(["port:before"])
child = os.fork()
if child == 0:
    try:
        checkpoint.follow(["port:child"])
    except ConfigurationError:
        checkpoint.acknowledge()
    if end == "exit":
        sys.exit()
    del checkpoint
    gc.collect()
    os._exit(0)
os.waitpid(child, 0)
checkpoint.follow(["port:after"])
os.kill(os.getpid(), signal.SIGKILL)
