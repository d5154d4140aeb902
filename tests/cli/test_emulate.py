"""`actionruns emulate`."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from actionruns import PortClient
from tests.cli.conftest import PATIENCE, environment, finished, process

ENV = environment("http://127.0.0.1")


def url_of(emulating: subprocess.Popen[str]) -> str:
    """Return the address that an emulator prints when it listens."""
    assert emulating.stdout is not None
    word, _, url = emulating.stdout.readline().strip().partition(" ")
    assert word == "ready"
    return url


def client_of(url: str) -> PortClient:
    return PortClient(base_url=f"{url}/port", client_id="demo", client_secret="demo")


def test_ready_is_the_only_line_on_stdout() -> None:
    """The line with the address comes when it listens, and is all of stdout."""
    with process("emulate", env=ENV) as emulating:
        url = url_of(emulating)
        with client_of(url) as client:
            assert client.action_runs.get_action_runs().runs == []
        emulating.terminate()
        out, errors = emulating.communicate(timeout=PATIENCE)
    assert out == ""
    assert f"export PORT_BASE_URL={url}/port" in errors


def test_it_tells_where_each_service_is() -> None:
    """For people, on stderr: the base URL of each service, and the variables that hold them."""
    with process("emulate", env=ENV) as emulating:
        url = url_of(emulating)
        emulating.terminate()
        _, errors = emulating.communicate(timeout=PATIENCE)
    listed = [line.split() for line in errors.splitlines()]
    assert ["Port", f"{url}/port"] in listed
    assert ["ForgePortal", f"{url}/forgeportal"] in listed
    assert ["ACP", "0.1", f"{url}/acp/0.1"] in listed
    assert ["ACP", "0.2", f"{url}/acp/0.2"] in listed
    for variable in ("PORT_BASE_URL", "FORGEPORTAL_URL", "ACP_URL"):
        assert f"export {variable}={url}/" in errors


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(ending: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it with 0 and without a traceback."""
    with process("emulate", env=ENV) as emulating:
        url_of(emulating)
        emulating.send_signal(ending)
        _, errors = emulating.communicate(timeout=PATIENCE)
    assert emulating.returncode == 0
    assert "Traceback" not in errors


def test_the_state_survives_a_restart(tmp_path: Path) -> None:
    """With `--db`, runs are there again after a restart."""
    arguments = ("emulate", "--db", str(tmp_path / "state.db"), "--no-auto-progress")
    with process(*arguments, env=ENV) as emulating, client_of(url_of(emulating)) as client:
        run = client.action_runs.execute_action("create_microservice", properties={})
        emulating.terminate()
        emulating.wait(PATIENCE)
    with process(*arguments, env=ENV) as emulating, client_of(url_of(emulating)) as client:
        assert client.action_runs.get_action_run(run.id).status == "IN_PROGRESS"


def test_settings_reach_the_emulator() -> None:
    """Options for the life of runs and the limits take effect."""
    arguments = (
        "--duration",
        "0..0",
        "--failure-rate",
        "1",
        "--rate-limit",
        "1000",
        "--speed",
        "9",
    )
    with process("emulate", *arguments, env=ENV) as emulating, client_of(url_of(emulating)) as port:
        run = port.action_runs.execute_action("create_microservice", properties={})
        assert port.wait(run.id, interval=0.05).status == "FAILURE"


def test_it_stops_when_its_parent_is_gone() -> None:
    """With `--stop-at-eof`, which the demo uses, it ends with its stdin."""
    with process("emulate", "--stop-at-eof", env=ENV, stdin=subprocess.PIPE) as emulating:
        url_of(emulating)
        assert emulating.stdin is not None
        emulating.stdin.close()
        assert emulating.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--host", "10.0.0.1"], "loopback"),
        (["--duration", "soon"], "LEAST..MOST"),
        (["--duration", "5..2"], "least <= most"),
        (["--speed", "0"], "speed"),
        (["--db", "/nonexistent/state.db"], "cannot use /nonexistent/state.db"),
    ],
)
def test_wrong_settings_are_one_line(arguments: list[str], problem: str) -> None:
    """A setting that makes no sense is told in one line, with code 2."""
    code, out, errors = finished("emulate", *arguments, env=ENV)
    assert (code, out) == (2, "")
    (line,) = errors.splitlines()
    assert line.startswith("error: ")
    assert problem in line


def test_a_port_in_use_is_one_line() -> None:
    """A port that is taken is told in one line that says what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        code, _, errors = finished("emulate", "--port", str(number), env=ENV)
    assert code == 2
    assert errors == (
        f"error: cannot listen on 127.0.0.1:{number}: address already in use; "
        "choose another --port\n"
    )
