"""What whole processes do: Ctrl-C, fork, exit."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import actionruns
from tests.blocking.clients import EchoServer
from tests.docs.unmeasured import unmeasured

ROOT = Path(__file__).parents[2]
KINDS = ["asyncio"] + ["uvloop"] * (importlib.util.find_spec("uvloop") is not None)
# Seconds for a program's imports, work and end. What it guards against would last for ever.
PATIENCE = 20
# Seconds from the last sign of life to the end of the process.
PROMPTLY = 3

pytestmark = [
    pytest.mark.parametrize("kind", KINDS),
    pytest.mark.skipif(sys.platform == "win32", reason="no fork and no SIGINT to a child"),
]


@contextmanager
def program(name: str, kind: str, port: int, *args: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of this folder; end it with the body."""
    path = [str(Path(actionruns.__file__).parents[1]), *sys.path]
    process = subprocess.Popen(
        [
            sys.executable,
            "-X",
            "dev",
            "-m",
            f"tests.blocking.programs.{name}",
            kind,
            str(port),
            *args,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def output_of(name: str, kind: str, port: int, *args: str) -> list[str]:
    """Run a program that must succeed with nothing on stderr; return the lines that it printed."""
    with program(name, kind, port, *args) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (err, process.returncode) == ("", 0)
    return out.splitlines()


def test_ctrl_c(kind: str, echo_server: EchoServer) -> None:
    """Ten times Ctrl-C: the work's clean-up, then the except clause; nothing is left running."""
    with program("interrupted", kind, echo_server.port) as process:
        assert process.stdout is not None
        for number in range(1, 11):
            assert process.stdout.readline() == "here\n"
            process.send_signal(signal.SIGINT)
            echo_server.journal.wait_for("disconnected", times=number)
        out, err = process.communicate(timeout=PROMPTLY)
    assert (err, process.returncode) == ("", 0)
    assert out.split() == 10 * ["clean-up", "except"]


def test_fork(kind: str, echo_server: EchoServer) -> None:
    """A client made before a fork works in both processes, each over a connection of its own."""
    assert output_of("forking", kind, echo_server.port) == [
        "parent before",
        "child",
        "iterator refused",
        "child exited with 7",
        "parent after",
        "item 1",
    ]
    # The parent's connection was kept over the child's life.
    assert echo_server.journal.entries.count("connected") == 2


class _Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def http_port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hello) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_forgotten_close(kind: str, http_port: int) -> None:
    """A program that closes nothing exits with 0 and without a word about unclosed sessions."""
    with program("forgetful", kind, http_port) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        _, err = process.communicate(timeout=PROMPTLY)
    assert lines == ["200\n", "200\n"]
    assert (err, process.returncode) == ("", 0)


def test_threads_go_on_after_the_main_thread(kind: str, echo_server: EchoServer) -> None:
    """A thread of the program's own can call until it ends; only then the loop stops."""
    assert output_of("working_on", kind, echo_server.port) == ["worker"]


@pytest.mark.parametrize("before", ["called", "never called"])
def test_calls_at_exit(kind: str, before: str, echo_server: EchoServer) -> None:
    """Calls from atexit give a result or ClientClosed, a call from ``__del__`` after it too."""
    # These start no thread any more when they call the handlers, see portal.py.
    too_late = before == "never called" and (3, 12, 0) <= sys.version_info < (3, 12, 2)
    assert output_of("late", kind, echo_server.port, before) == [
        f"handler registered after the import: {'closed' if too_late else 'still here'}",
        "handler registered before the import: closed",
        "finalising: closed",
    ]


def test_a_name_is_resolved_too_late(kind: str, http_port: int) -> None:
    """A request at exit that needs a thread to look up its host gets an answer or a typed error."""
    with program("resolving", kind, http_port) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (err, process.returncode) == ("", 0)
    assert out in ("typed: ClientClosed\n", "typed: DecodeFailed\n")  # of an answer


@pytest.mark.skipif(importlib.util.find_spec("gevent") is None, reason="gevent is not installed")
@pytest.mark.parametrize("when", ["first", "late"])
def test_gevent(
    kind: str,
    when: str,
    echo_server: EchoServer,
    http_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Under gevent calls work within seconds, the greenlets' side by side; uvloop is left alone."""
    for name in os.environ.keys() - unmeasured().keys():
        monkeypatch.delenv(name)  # What measures would have to be told of greenlets.
    with program("greenlets", kind, echo_server.port, when, str(http_port)) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert out.splitlines() == [
        "main",
        "200 200 200",
        "others go on",
        "the waiting one was closed",
    ]
    # gevent itself warns of a late patch.
    assert (when == "late" or err == "", process.returncode) == (True, 0)
    assert "Traceback" not in err
