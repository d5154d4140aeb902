"""Build the distributions and use the wheel as its users do: in a clean environment.

`make wheel` runs this as a program. It checks that the source distribution is complete (the wheel
is built from it), that the wheel holds every file of the package, that the required dependencies
alone suffice for what needs no extra, that a missing extra is named, and that `[all]` makes all of
it work.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Any

from tests.project.tree import ROOT, project_files

# The parts that need an extra, and its name; everything else has to work without any.
EXTRAS = {
    "actionruns.cli": "cli",
    "actionruns.codegen": "codegen",
    "actionruns.emulator": "emulator",
    "actionruns.gateway": "mcp",
    "actionruns.otel": "otel",
    "actionruns.testing": "emulator",
}
# What only gets faster by an extra imports this where the extra is there, and nowhere else.
FASTER = {"actionruns.core._twins"}
OPTIONAL_DISTRIBUTIONS = {
    *("jinja2", "jsonschema", "mcp", "opentelemetry-api", "pyyaml", "rich", "ruff", "typer"),
    *("msgspec", "uvicorn", "uvloop"),
}


class WheelProblem(Exception):
    """The wheel isn't what its users need."""


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command; give back what it printed, or raise with it."""
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    if check and done.returncode:
        message = f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
        raise WheelProblem(message)
    return done


def require(condition: object, message: str) -> None:
    """Raise with a message unless a condition holds."""
    if not condition:
        raise WheelProblem(message)


def build(folder: Path) -> Path:
    """Build the source distribution, and the wheel from it."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_content(wheel: Path) -> None:
    """Check that the wheel has the package's files, all of them and no others, and the licence."""
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to("src").as_posix()
        for path in project_files(with_new=True)
        if path.parts[0] == "src"
    }
    packed = {name for name in names if ".dist-info/" not in name}
    require("actionruns/py.typed" in packed, "py.typed isn't in the wheel")
    require(packed == expected, f"the wheel and src differ in {sorted(packed ^ expected)}")
    require(any(name.endswith("licenses/LICENSE") for name in names), "the licence is missing")


def install(python: Path, requirement: str, folder: Path) -> None:
    """Install a requirement, with the pinned versions of what it depends on."""
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    run(*pip, "--constraint", ROOT / "constraints.txt", requirement, cwd=folder)


def probe(python: Path, folder: Path) -> dict[str, Any]:
    """Import everything there; -I, so that the checkout isn't seen."""
    script = Path(__file__).with_name("probe_install.py")
    report: dict[str, Any] = json.loads(run(python, "-I", script, cwd=folder).stdout)
    require(str(folder) in report["place"], f"the imported package is {report['place']}")
    return report


def check_without_extras(python: Path, folder: Path) -> None:
    """Check that what needs no extra works, and that the rest names the extra."""
    report = probe(python, folder)
    extra_distributions = OPTIONAL_DISTRIBUTIONS.intersection(report["installed"])
    require(not extra_distributions, f"installed without an extra: {extra_distributions}")
    for name, error in report["modules"].items():
        if name in FASTER:
            require("ModuleNotFoundError" in error, f"without extras, {name} can be imported")
            continue
        entrance, _, inner = name.removeprefix("actionruns.").partition(".")
        extra = EXTRAS.get(f"actionruns.{entrance}")
        says_so = extra is not None and f"actionruns[{extra}]" in error
        # What lies behind a package's entrance may take the extra for granted.
        behind = extra is not None and inner and error.startswith("ModuleNotFoundError")
        require(not error or says_so or behind, f"without extras, import {name} gives {error}")
    if "actionruns.cli" in report["modules"]:
        check_command_without_extra(python, folder)


def check_command_without_extra(python: Path, folder: Path) -> None:
    """Check that the command, without its extra, says what to install in one line."""
    done = run(python.with_name("actionruns"), "--help", cwd=folder, check=False)
    require(done.returncode != 0, "actionruns --help pretends to work without the extra cli")
    said = done.stderr.strip()
    clear = "actionruns[cli]" in said and "Traceback" not in said
    require(clear, f"without the extra cli the command says: {said}")


def check_with_all(python: Path, folder: Path) -> None:
    """Check that every module can be imported once all extras are there."""
    failed = {name: error for name, error in probe(python, folder)["modules"].items() if error}
    require(not failed, f"with [all] these can't be imported: {failed}")


def main() -> None:
    """Run all checks; end with status 1 and one message at the first that fails."""
    with tempfile.TemporaryDirectory(prefix="actionruns-wheel-") as name:
        folder = Path(name).resolve()
        wheel = build(folder)
        check_content(wheel)
        venv.create(folder / "clean", with_pip=True)
        python = folder / "clean" / "bin" / "python"
        install(python, str(wheel), folder)
        check_without_extras(python, folder)
        install(python, f"{wheel}[all]", folder)
        # No extra has it: who uses `actionruns.testing` has pytest.
        install(python, "pytest", folder)
        check_with_all(python, folder)
        print(f"{wheel.name}: complete, works without extras and with all of them")


if __name__ == "__main__":
    try:
        main()
    except WheelProblem as problem:
        sys.exit(f"The wheel is not right: {problem}")
