"""What holds for every file of the project."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.project.tree import ROOT, is_generated, project_files, python_files

LONGEST_MODULE = 400
NAMES_WITHOUT_A_SUBJECT = frozenset({"utils", "helpers", "common", "data", "info", "manager"})

# An absolute path of somebody's machine. A slash after a word, a dot, a brace or another slash
# belongs to a URL or to a relative path.
MACHINE_PATH = re.compile(
    r"(?<![\w.:/@~})-])/(?:(?:root|work|workspace)(?![\w-])|(?:home|Users|tmp|opt|mnt)/\w|var/(?:tmp|folders)/)"
    r"|file:///\w|[A-Z]:\\Users\\",
    re.MULTILINE,
)
# Where packages come from is the business of whoever installs, not of this project.
PACKAGE_SOURCE = re.compile(
    r"\bpypi\.(?:org|io)|pythonhosted\.|registry\.(?:npmjs|yarnpkg)|\b(?:artifactor[y]|devp[i])\b"
    r"|--(?:extra-)?index-url|--find-link[s]|\bPIP_(?:EXTRA_)?INDEX_URL",
    re.IGNORECASE,
)


def text_files() -> list[tuple[Path, str]]:
    found = []
    for path in project_files():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content:
            found.append((path, content.decode("utf-8")))
    return found


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_machine_path() -> None:
    """No file names an absolute path of the machine that it was written on."""
    assert lines_with(MACHINE_PATH) == []


def test_no_package_source() -> None:
    """No file names a host or an option that packages come from."""
    assert lines_with(PACKAGE_SOURCE) == []


@pytest.mark.parametrize(
    "text",
    [
        "cd {}root/project",
        "open('{}home/ann/x.db')",
        "{}tmp/x",
        "url = 'file://{}srv'",
        "{}work/main",
    ],
)
def test_machine_path_is_seen(text: str) -> None:
    """The pattern finds an absolute path of a machine, quoted or bare."""
    assert MACHINE_PATH.search(text.format("/"))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.test/home/ann",
        "../work/x",
        "{base}/tmp/x",
        "#!/usr/bin/env",
        "/workflows/x",
    ],
)
def test_other_paths_are_left_alone(text: str) -> None:
    """The pattern leaves URLs, relative paths and the system's own paths alone."""
    assert not MACHINE_PATH.search(text)


@pytest.mark.parametrize(
    "text", ["https://{}.org/simple", "files.{}hosted.org", "pip install --{}-url x", "--find-{}"]
)
def test_package_source_is_seen(text: str) -> None:
    """The pattern finds a host of packages and an option that names one."""
    words = {"https": "py" + "pi", "files": "py" + "thon", "pip i": "index", "--fin": "links"}
    assert PACKAGE_SOURCE.search(text.format(words[text[:5]]))


def test_modules_stay_short() -> None:
    """Every hand-written module has at most 400 lines."""
    lengths = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in python_files()
        if not is_generated(path)
    }
    assert lengths
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_modules_have_a_subject() -> None:
    """No module or folder of modules is named after no subject at all."""
    names = {
        (str(path), part.strip("_"))
        for path in python_files()
        for part in path.with_suffix("").parts
        if not is_generated(path)
    }
    assert {path for path, name in names if name.split("_")[-1] in NAMES_WITHOUT_A_SUBJECT} == set()


def test_generated_modules_say_so() -> None:
    """A module starts with DO NOT EDIT if, and only if, it is in a `_generated` folder."""
    wrong = []
    for path in python_files():
        head = (ROOT / path).read_text(encoding="utf-8").splitlines()[:10]
        marked = any(line.startswith("#") and "DO NOT EDIT" in line for line in head)
        if marked != is_generated(path):
            wrong.append(str(path))
    assert wrong == []


def test_each_test_states_its_behaviour() -> None:
    """Each test has a docstring, which says what behaviour it is about."""
    mute = [
        f"{path}:{node.lineno} {node.name}"
        for path in python_files()
        if path.parts[0] == "tests" and path.name.startswith("test_")
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert mute == []


def test_changelog_has_an_unreleased_section() -> None:
    """The changelog's first section is for what is not released yet."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections[0] == "[Unreleased]"
