"""`actionruns demo`, as a process."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from tests.cli.conftest import PATIENCE, environment, finished, process

ENV = environment("http://127.0.0.1:1/nowhere")
FAST = ("--speed", "20")


def test_it_executes_follows_and_sums_up(tmp_path: Path) -> None:
    """Without a terminal: plain lines of every part, a picture, code 0, nothing on stderr."""
    picture = tmp_path / "demo.svg"
    arguments = ("demo", "--runs", "40", *FAST, "--svg", str(picture))
    code, out, errors = finished(*arguments, env=ENV)
    assert (code, errors) == (0, "")
    assert "\x1b" not in out
    for part in (
        "32 runs in",
        "8 of ForgePortal are queued already",
        "outcomes",
        "single runs",
        "times as many",
        "p99",
        "await port.entities.create_entity(",
        "\n   port.entities.create_entity(",
        '"run_status":"New entity created!"',
        'Entity "my-microservice" of blueprint "microservice" was created',
        "Done in",
    ):
        assert part in out
    assert len(re.findall(r"✓ SUCCESS  https://github\.com/", out)) == 2
    drawing = picture.read_text()
    assert drawing.startswith("<svg")
    assert "outcomes" in drawing
    assert "@font-face" not in drawing


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A wrong place for the picture is told in one line, after all else was shown."""
    picture = tmp_path / "missing" / "demo.svg"
    arguments = ("demo", "--runs", "1", "--speed", "1000", "--svg", str(picture))
    code, _, errors = finished(*arguments, env=ENV)
    assert code == 2
    assert errors.splitlines()[-1].startswith("error: --svg: cannot write")


def test_ctrl_c_sums_up_what_was_measured() -> None:
    """Ctrl-C while following prints a partial summary and exits with 130."""
    with process("demo", "--runs", "30", env=ENV) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "running" in line:  # the first line about the following
                break
        demo.send_signal(signal.SIGINT)
        rest, errors = demo.communicate(timeout=PATIENCE)
    assert (demo.returncode, errors) == (130, "")
    assert "Interrupted; until then:" in rest
    assert "going on" in rest


def test_an_interrupted_demo_leaves_no_process() -> None:
    """The emulators end with the demo, even when it is killed."""
    with process("demo", "--runs", "30", env=ENV) as demo:
        assert demo.stdout is not None
        url = urlsplit(demo.stdout.readline().split()[-1])
        with socket.create_connection((url.hostname, url.port), timeout=PATIENCE) as connection:
            demo.kill()
            # The end of the connection is the end of the process that serves it.
            assert connection.recv(1) == b""


def test_on_a_terminal_it_is_drawn_live() -> None:
    """On a terminal the counts are redrawn in place, within its width."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    screen: list[bytes] = []

    def read() -> None:
        try:
            while data := os.read(ours, 65536):
                screen.append(data)
        except OSError:  # the other side is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    demo = subprocess.Popen(
        [sys.executable, "-m", "actionruns", "demo", "--runs", "30", *FAST],
        env=ENV | {"COLUMNS": "80", "LINES": "24"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    with demo:
        code = demo.wait(PATIENCE)
    reader.join(PATIENCE)
    os.close(ours)
    out = b"".join(screen).decode()
    assert code == 0
    assert "\x1b[1A" in out  # up, to draw over
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out)
    assert "30 of 30 ended" in plain
    for service in ("Port", "ForgePortal", "agents"):
        assert service in plain
    assert max(len(line) for line in re.split(r"[\r\n]+", plain)) <= 80
