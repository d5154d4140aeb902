"""A missing extra is named, with what to install."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE, environment

# What a module that is not installed looks like to `import`.
PROGRAM = """
import sys
sys.modules[sys.argv.pop(1)] = None
from actionruns.cli import main
main()
"""


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [
        ("typer", ["--version"], "cli"),
        ("rich", ["--version"], "cli"),
        ("jsonschema", ["emulate"], "emulator"),
        ("yaml", ["generate", str(files("actionruns.specs") / "port.yaml"), "-o"], "codegen"),
        ("yaml", ["gateway", "port-action-runs"], "gateway"),
        ("mcp", ["gateway", "port-action-runs"], "mcp"),
        ("uvicorn", ["gateway", "port-action-runs", "--mcp-stdio"], "mcp"),
        ("jinja2", ["watch", "port:r_1", "--report", "report.html"], "report"),
        ("jinja2", ["generate", str(files("actionruns.specs") / "port.yaml"), "-o"], "codegen"),
    ],
)
def test_a_missing_extra_says_what_to_install(
    module: str, arguments: list[str], extra: str, tmp_path: Path
) -> None:
    """Without an extra's module, its command is one line with the command that installs it."""
    if arguments[-1] == "-o":
        arguments = [*arguments, str(tmp_path)]
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, module, *arguments],
        env=environment("http://127.0.0.1"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    line = ran.stderr.splitlines()[-1]
    assert line.startswith("error: ")
    assert f"pip install 'actionruns[{extra}]'" in line
    assert "Traceback" not in ran.stderr


def test_another_missing_module_is_not_hidden() -> None:
    """A module of ours that is missing is no missing extra: the traceback shows it."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, "actionruns.cli.app", "--version"],
        env=environment("http://127.0.0.1"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 1
    assert "ModuleNotFoundError" in ran.stderr
