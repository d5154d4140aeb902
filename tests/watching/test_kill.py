"""A watch with a checkpoint, in a process that is killed with SIGKILL again and again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from actionruns.watching.checkpoint import Checkpoint
from tests.cli.conftest import emulated

PROGRAM = Path(__file__).parent / "programs" / "follow.py"
FORKING = PROGRAM.with_name("fork.py")

TIMES = int(os.environ.get("ACTIONRUNS_KILLS", "1"))
"""Fleets that are followed like that; ``ACTIONRUNS_KILLS=50`` before a release."""

RUNS = 60
KILLS = 4

Line = dict[str, Any]


def live(command: list[str], most: int | None) -> tuple[list[Line], int]:
    """Run the program, and kill it when it has printed so many lines; None = to its end.

    Returns:
        What it printed, up to its last breath, and its exit code.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = list(islice(process.stdout, most))
        if most is not None:
            process.kill()
        lines += process.stdout
    return [json.loads(line) for line in lines], process.returncode


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX systems")
@pytest.mark.parametrize("seed", range(TIMES))
def test_a_killed_watch_is_taken_up_with_nothing_lost_and_nothing_told_twice(
    seed: int, tmp_path: Path
) -> None:
    """Whenever it is killed: only the update in flight comes again, and is marked."""
    chance = random.Random(seed)
    told: dict[str, list[Line]] = defaultdict(list)
    with emulated(speed=8, duration=(2, 30), seed=seed) as port:
        run_ids = port.call(port.emulator.add_runs, RUNS)
        command = [sys.executable, str(PROGRAM), port.emulator.port_url]
        command += [str(tmp_path / "checkpoint.db"), *run_ids]
        ends = [*(chance.randrange(1, RUNS // 2) for _ in range(KILLS)), None]
        lives = [live(command, most) for most in ends]
    for lines, _ in lives:
        for number, line in enumerate(lines):
            if line.pop("redelivered"):
                assert number == 0
                # Killed in the moment before it was printed, it comes for the first time.
                if told[line["run"]][-1:] == [line]:
                    told[line["run"]].pop()
            told[line["run"]].append(line)
    assert lives[-1][1] == 0
    assert told.keys() == set(run_ids)
    for lines in told.values():
        assert [line["outcome"] for line in lines] == [None] * (len(lines) - 1) + ["ended"]
        assert [line["previous"] for line in lines] == [None, *(li["state"] for li in lines[:-1])]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
@pytest.mark.parametrize("end", ["exit", "drop"])
def test_a_forked_child_leaves_the_checkpoint_to_its_parent(end: str, tmp_path: Path) -> None:
    """However it ends, what its parent notes from then on outlives a kill of the parent."""
    checkpoint = Checkpoint(tmp_path / "checkpoint.db")
    command = [sys.executable, str(FORKING), str(checkpoint.path), end]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    checkpoint.open()
    assert {ref for ref, _ in checkpoint} == {"port:before", "port:after"}
    checkpoint.close()
