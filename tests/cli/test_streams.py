"""Standard streams that are closed or full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE, Emulated, environment, finished

FULL = Path("/dev/full")


def in_shell(redirection: str, *arguments: str, env: dict[str, str]) -> tuple[int, str, str]:
    """Run the command line with a redirection of the shell's."""
    shell = ("sh", "-c", f'exec "$@" {redirection}', "sh")
    ran = subprocess.run(
        [*shell, sys.executable, "-m", "actionruns", *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_as_the_null_device(port: Emulated, redirection: str) -> None:
    """A command does its work whichever of its standard streams is closed."""
    run_id = port.add_run()
    code, out, errors = in_shell(
        redirection, "port", "update", run_id, "--summary", "fine", env=port.environment
    )
    assert (code, errors) == (0, "")
    assert ("fine" in out) is (">&-" not in redirection.replace("2>&-", ""))
    assert port.call(port.emulator.run, run_id)["summary"] == "fine"


def test_an_error_keeps_its_code_without_stderr(port: Emulated) -> None:
    """An error that cannot be told still has its code."""
    assert in_shell("2>&-", "port", "get", "r_nope", env=port.environment) == (7, "", "")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("options", [[], ["--all"], ["--json"], ["--help"]])
def test_an_output_that_is_full_is_not_the_services_fault(
    port: Emulated, options: list[str]
) -> None:
    """Where the output cannot be written, the code is not that of a service that refuses."""
    port.add_run()
    with FULL.open("w") as full:
        code, _, errors = finished("port", "list", *options, env=port.environment, stdout=full)
    assert code == 74
    (line,) = errors.splitlines()
    assert line.startswith("error: ")
    assert "No space left" in line


def test_the_version_can_be_asked_for_with_nothing_open() -> None:
    """Help texts and the version need no stream either."""
    env = environment("http://127.0.0.1")
    assert in_shell("<&- >&- 2>&-", "--version", env=env) == (0, "", "")
