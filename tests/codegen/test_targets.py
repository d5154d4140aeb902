"""The repository's own generated packages, and the program that writes and checks them."""

from __future__ import annotations

import runpy
import shutil
import sys
from pathlib import Path

import pytest

from actionruns.codegen import __main__ as program
from actionruns.codegen import targets
from actionruns.codegen.targets import TARGETS, differences

SPEC = Path(__file__).resolve().parent / "specs/jobs.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the first package is made from, in place of the repository."""
    monkeypatch.setattr(program, "TARGETS", TARGETS[:1])
    for target in TARGETS[:1]:
        package = Path(target.package)
        shutil.copytree(
            targets.ROOT / package.parent, tmp_path / package.parent, dirs_exist_ok=True
        )
        names = [target.spec, *(base for twin in target.mirrors for base in twin.bases)]
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(targets.ROOT / name, tmp_path / name)
    monkeypatch.setattr(program, "ROOT", tmp_path)
    monkeypatch.setattr(differences, "__defaults__", (tmp_path,))
    monkeypatch.setattr(targets.built, "__defaults__", (tmp_path,))
    return tmp_path


def test_committed_code_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """What is committed is what would be generated; if not: make generate."""
    assert program.main(["check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("change", ["edited", "missing", "left over"])
def test_a_difference_is_shown(root: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    """An edited, a missing and a left-over file each fail the check, with a diff."""
    folder = root / TARGETS[0].package
    if change == "edited":
        path = folder / "models.py"
        path.write_text(path.read_text().replace("class ActionRun(", "class ActionRan("))
    elif change == "missing":
        (folder / "blocking.py").unlink()
    else:
        (folder / "old.py").write_text("# DO NOT EDIT\n")
    assert program.main(["check"]) == 1
    said = capsys.readouterr()
    line = {
        "edited": "-class ActionRan(Model):",
        "missing": "+class ActionRuns(BlockingEndpoints[AsyncActionRuns]):",
        "left over": "-# DO NOT EDIT",
    }[change]
    assert line in said.out.splitlines()
    assert said.err.endswith("make generate\n")


def test_a_changed_client_is_seen(root: Path) -> None:
    """A change of the hand-written client's signature fails the check."""
    path = root / "port/client.py"
    path.write_text(path.read_text().replace("max_in_flight: int = 64", "max_in_flight: int = 65"))
    diff, _ = differences(TARGETS[0])
    assert "+        max_in_flight: int = 65," in diff.splitlines()


def test_write_mends_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Writing anew makes the check pass, and tells what was written, removed and left out."""
    folder = root / TARGETS[0].package
    (folder / "models.py").unlink()
    (folder / "old.py").write_text("# DO NOT EDIT\n")
    assert program.main(["write"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"wrote {folder / 'models.py'}",
        f"removed {folder / 'old.py'}",
    ]
    assert "note: port.yaml#/servers: the base URL is a setting of the client" in said.err
    assert program.main(["check"]) == 0


def test_generate_as_a_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`generate` writes the package of any specification and tells what it left out."""
    out = tmp_path / "jobs"
    assert program.main(["generate", str(SPEC), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert f"wrote {out / 'endpoints.py'}" in said.out
    assert "has no operationId; the method is named get_health" in said.err


def test_an_error_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An error is one line without a traceback, and exit code 2."""
    assert program.main(["generate", str(tmp_path / "none.yaml"), "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1


def test_module_is_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m actionruns.codegen` runs the program and exits with its code."""
    monkeypatch.setattr(sys, "argv", ["actionruns.codegen", "--help"])
    monkeypatch.delitem(sys.modules, "actionruns.codegen.__main__")
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("actionruns.codegen", run_name="__main__")
    assert caught.value.code == 0
