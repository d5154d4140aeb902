"""The generated package of a small, complete specification, kept as files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actionruns.codegen import build
from actionruns.codegen.docstrings import short_docstring

FOLDER = Path(__file__).resolve().parent
SPEC = FOLDER / "specs/jobs.yaml"
GOLDEN = FOLDER / "golden/jobs/_generated"
COMMAND = (
    "actionruns generate tests/codegen/specs/jobs.yaml --out tests/codegen/golden/jobs/_generated"
)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return build(SPEC, command=COMMAND).files


def test_files_are_those_kept(files: dict[str, str]) -> None:
    """The generator writes the files that are kept, and no others."""
    assert sorted(files) == sorted(path.name for path in GOLDEN.glob("*.py"))


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.glob("*.py")))
def test_text_is_the_kept_one(files: dict[str, str], name: str) -> None:
    """Each file has the text that is kept; to accept a change, run the command of its header."""
    assert files[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_text_is_the_same_every_time(files: dict[str, str]) -> None:
    """The same specification gives the same text."""
    assert build(SPEC, command=COMMAND).files == files


def test_lines_are_short(files: dict[str, str]) -> None:
    """No line is longer than 100 characters."""
    assert [line for text in files.values() for line in text.splitlines() if len(line) > 100] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Runs.", '"""Runs."""'),
        ("", '"""Nothing."""'),
        ('Say "run"', '"""Say "run"."""'),
        ("A\\b.", 'r"""A\\b."""'),
        ('Three """ quotes.', '"""Three \'\'\' quotes."""'),
        ("One. Two, e.g. this.", '"""One.\n\nTwo, e.g. this.\n"""'),
        ("x" * 101, f'"""Nothing.\n\n{"x" * 101}\n"""'),
        ("Lists:\n- a\n- b", '"""Lists: - a - b."""'),
        ("Code:\n\n    a = 1\n    b\n", '"""Code:\n\n    a = 1\n    b\n"""'),
    ],
)
def test_docstrings(text: str, expected: str) -> None:
    """A description becomes a docstring with one line first, whatever stands in it."""
    found = short_docstring(text, "Nothing.", indent=0)
    assert found == expected
    compile(found, "docstring", "exec")


def test_long_words_are_not_broken() -> None:
    """A word that is longer than a line stays whole, and what is around it is wrapped."""
    word = "https://example.test/" + "x" * 100
    lines = short_docstring(f"Short. See {word} there.", "", indent=4).splitlines()
    assert any(re.fullmatch(rf" {{4}}{word}", line) for line in lines)
