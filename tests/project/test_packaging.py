"""What pyproject.toml, constraints.txt, the Makefile and CI promise each other."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from importlib.metadata import distribution
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import actionruns
from tests.project.tree import ROOT

# Extras for whoever works on the project; all others are for users.
FOR_DEVELOPERS = {"bench", "dev", "docs"}
PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9.!+]+)")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pin_lines() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def pins() -> dict[str, str]:
    found = filter(None, map(PIN.fullmatch, pin_lines()))
    return {canonicalize_name(match["name"]): match["version"] for match in found}


def declared() -> list[Requirement]:
    document = pyproject()
    project = document["project"]
    texts = [*document["build-system"]["requires"], *project["dependencies"]]
    texts += [text for extra in project["optional-dependencies"].values() for text in extra]
    requirements = [Requirement(text) for text in texts]
    return [requirement for requirement in requirements if requirement.name != project["name"]]


def test_constraints_are_pins_alone() -> None:
    """Every line of constraints.txt is `name==version`: no address, no option, no path."""
    assert pin_lines()
    assert [line for line in pin_lines() if not PIN.fullmatch(line)] == []


def test_each_dependency_is_pinned() -> None:
    """Each declared dependency is pinned, to a version that its own bounds allow."""
    pinned = pins()
    wrong = [
        str(requirement)
        for requirement in declared()
        if pinned.get(canonicalize_name(requirement.name), "") not in requirement.specifier
    ]
    assert wrong == []


def test_each_pin_installs_on_the_first_python_3_11() -> None:
    """Each pinned version accepts 3.11.0, whatever the Python that the pins were made with."""
    wrong = {}
    for name in pins():
        bounds = str(distribution(name).metadata.json.get("requires_python", ""))
        if "3.11.0" not in SpecifierSet(bounds):
            wrong[name] = bounds
    assert wrong == {}


def test_the_extra_all_is_every_extra_for_users() -> None:
    """`actionruns[all]` brings each extra that isn't for developers of the project."""
    extras = pyproject()["project"]["optional-dependencies"]
    (everything,) = (Requirement(text) for text in extras["all"])
    assert everything.extras == set(extras) - FOR_DEVELOPERS - {"all"}


def test_required_dependencies_are_the_design_s() -> None:
    """What everyone has to install stays at the five libraries of the design."""
    names = {Requirement(text).name for text in pyproject()["project"]["dependencies"]}
    assert names == {"aiohttp", "anyio", "attrs", "cattrs", "orjson"}


def test_version_has_one_source() -> None:
    """The package's version is a version, and pyproject.toml takes it from the same file."""
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|(a|b|rc)\d+)?", actionruns.__version__)
    document = pyproject()
    assert "version" not in document["project"]
    source = (ROOT / document["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8")
    assert f'__version__ = "{actionruns.__version__}"' in source


def make(*arguments: str) -> str:
    # Under `make test` the outer make's flags would reach this one.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    command = ["make", "--no-print-directory", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return done.stdout.decode()


def test_make_help_names_each_target() -> None:
    """`make help` explains every target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    explained = re.findall(r"^  make ([a-z-]+) +\S", make("help"), re.MULTILINE)
    assert explained == phony.split()


def test_ci_runs_make_test() -> None:
    """CI calls `make test` and nothing else, by an executable script."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = script.read_text(encoding="utf-8").splitlines()
    assert commands[-1].startswith("exec make test")


def test_make_test_checks_everything() -> None:
    """`make test` runs each check, and the tests, whose summary closes the log, last."""
    commands = make("--dry-run", "test")
    checks = (
        "ruff format --check",
        "ruff check",
        "mypy",
        "lint-imports",
        "actionruns.codegen check",
        "tests.project.check_wheel",
        "coverage run -m pytest",
        "coverage report",
    )
    places = [commands.find(name) for name in checks]
    assert -1 not in places
    assert places == sorted(places)


def test_the_tests_are_strict() -> None:
    """Warnings are errors, no test lasts for ever, and branches are covered to 95 %."""
    tools = pyproject()["tool"]
    pytest_options = tools["pytest"]["ini_options"]
    assert pytest_options["filterwarnings"] == ["error"]
    assert pytest_options["timeout"] <= 60
    assert tools["coverage"]["run"]["branch"]
    assert tools["coverage"]["report"]["fail_under"] >= 95
    assert tools["mypy"]["strict"]
