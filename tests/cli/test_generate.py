"""`actionruns generate`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from typer.testing import CliRunner

from actionruns.cli.app import app

SPEC = str(files("actionruns.specs") / "port.yaml")


def test_it_writes_a_package(tmp_path: Path) -> None:
    """The package is written, and its files are named on stdout."""
    result = CliRunner().invoke(app, ["generate", SPEC, "--out", str(tmp_path / "made")])
    assert result.exit_code == 0
    written = {Path(line) for line in result.stdout.splitlines()}
    assert written == set((tmp_path / "made").glob("*.py"))
    assert tmp_path / "made" / "endpoints.py" in written


def test_it_writes_only_what_changed(tmp_path: Path) -> None:
    """A second time, nothing has changed and nothing is named."""
    arguments = ["generate", SPEC, "--out", str(tmp_path)]
    CliRunner().invoke(app, arguments)
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "0 written" in result.stderr


def test_a_folder_that_cannot_be_imported_is_noted(tmp_path: Path) -> None:
    """A name with a hyphen, or one that is a word of Python, is no name of a package."""
    for name in ("my-runs", "import"):
        result = CliRunner().invoke(app, ["generate", SPEC, "--out", str(tmp_path / name)])
        assert result.exit_code == 0
        assert f"note: {name} cannot be imported" in result.stderr
    result = CliRunner().invoke(app, ["generate", SPEC, "--out", str(tmp_path / "my_runs")])
    assert "cannot be imported" not in result.stderr


def test_a_problem_of_the_document_names_the_place(tmp_path: Path) -> None:
    """What cannot be expressed is one line with its place in the document."""
    spec = tmp_path / "odd.yaml"
    spec.write_text(
        "openapi: 3.1.0\n"
        "info: {title: Odd, version: '1'}\n"
        "paths:\n"
        "  /x:\n"
        "    get:\n"
        "      operationId: get_x\n"
        "      tags: [x]\n"
        "      parameters: [{name: a, in: nowhere, schema: {type: string}}]\n"
        "      responses: {'200': {description: fine}}\n"
    )
    result = CliRunner().invoke(app, ["generate", str(spec), "--out", str(tmp_path / "made")])
    assert result.exit_code == 2
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert "odd.yaml" in line
    assert "parameters/0" in line


def test_a_missing_document_is_one_line(tmp_path: Path) -> None:
    """A document that is not there is named in one line."""
    result = CliRunner().invoke(app, ["generate", str(tmp_path / "no.yaml"), "-o", str(tmp_path)])
    assert result.exit_code == 2
    assert "no.yaml" in result.stderr
