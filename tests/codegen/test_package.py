"""Generating and writing a package."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from actionruns.blocking import BlockingEndpoints
from actionruns.codegen import CodegenError, Generated, generate, write
from actionruns.codegen.errors import require
from actionruns.codegen.formatting import formatted
from actionruns.errors import ConfigurationError

SPEC = Path(__file__).resolve().parent / "specs/jobs.yaml"
MARK = "# Generated. DO NOT EDIT.\n"


def package(**files: str) -> Generated:
    return Generated(files={f"{name}.py": text for name, text in files.items()}, notices=())


def test_files_are_written(tmp_path: Path) -> None:
    """A package is written into a new folder, and said to have changed; a second time nothing."""
    out = tmp_path / "a/jobs"
    generated, changed = generate(SPEC, out)
    assert {path.name: path.read_text() for path in changed} == generated.files
    assert generate(SPEC, out)[1] == ()


def test_header_names_no_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header's command has paths seen from where it was run, never absolute ones."""
    monkeypatch.chdir(tmp_path)
    generated, _ = generate(SPEC, tmp_path / "out/jobs")
    head = generated.files["models.py"].splitlines()[:3]
    assert head[0].endswith(" from jobs.yaml. DO NOT EDIT.")
    assert head[1] == "# To write it anew: actionruns generate jobs.yaml --out out/jobs"
    assert head[2].startswith("# Source sha256: ")


def test_package_works_where_it_is_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package can be imported from any folder: its own modules are imported as neighbours."""
    generate(SPEC, tmp_path / "generated_service")
    monkeypatch.syspath_prepend(tmp_path)
    blocking = importlib.import_module("generated_service.blocking")
    endpoints = importlib.import_module("generated_service.endpoints")
    assert issubclass(blocking.Jobs, BlockingEndpoints)
    assert blocking.Jobs.__orig_bases__[0].__args__ == (endpoints.AsyncJobs,)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    """A file of the same name that was not generated is never overwritten, nor anything else."""
    (tmp_path / "models.py").write_text("mine = 1\n")
    with pytest.raises(CodegenError, match=r"models\.py: was not generated"):
        write(package(endpoints=MARK, models=MARK), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["models.py"]


def test_earlier_modules_are_pruned(tmp_path: Path) -> None:
    """Pruning removes modules that were generated earlier, and only those."""
    (tmp_path / "old.py").write_text(MARK)
    (tmp_path / "mine.py").write_text("mine = 1\n")
    write(package(models=MARK), tmp_path)
    assert (tmp_path / "old.py").exists()
    changed = write(package(models=MARK), tmp_path, prune=True)
    assert [path.name for path in changed] == ["old.py"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.py", "models.py"]


def test_unwritable_folder_is_refused(tmp_path: Path) -> None:
    """A folder that cannot be made is an error that names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CodegenError, match="file/out: cannot be written to: "):
        write(package(models=MARK), tmp_path / "file/out")


def test_missing_extra_is_named() -> None:
    """A module that is not installed is an error that says which extra to install."""
    with pytest.raises(ConfigurationError, match=r"pip install 'actionruns\[codegen\]'"):
        require("actionruns_no_such_module")


def test_import_needs_no_extra() -> None:
    """Importing the generator imports none of the modules of its extra."""
    code = (
        "import sys, actionruns.codegen; "
        "sys.exit(bool({'jinja2', 'yaml', 'ruff'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_broken_code_is_never_written() -> None:
    """Source that is no Python is refused, with what ruff says."""
    with pytest.raises(CodegenError, match=r"x\.py: ruff refuses the generated code: .*x\.py:1"):
        formatted("def:\n", "x.py")


def test_unused_imports_are_dropped() -> None:
    """Imports are sorted and those that nothing uses are dropped."""
    source = "from .b import c\nimport os, actionruns\nfrom a import b\nprint(c, actionruns)\n"
    expected = "import actionruns\n\nfrom .b import c\n\nprint(c, actionruns)\n"
    assert formatted(source, "x.py") == expected
