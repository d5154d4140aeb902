"""The files of the project, for the tests of the project itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Folders that are made, where no git says so (an unpacked source distribution).
_MADE = frozenset({".venv", "build", "dist", "site", "__pycache__"})


@cache
def project_files(*, with_new: bool = False) -> tuple[Path, ...]:
    """List the project's files, relative to its root.

    Args:
        with_new: In a checkout, also those that are neither tracked nor ignored.
    """
    if (ROOT / ".git").exists():
        options = ["--cached", "--others", "--exclude-standard"] if with_new else ["--cached"]
        listing = subprocess.run(
            ["git", "ls-files", "-z", *options],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        # A tracked file may be gone from the folder before its removal is committed.
        found = {Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file()}
    else:
        found = {path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()}
        found = {path for path in found if not _MADE.intersection(path.parts)}
        found = {path for path in found if not path.parts[0].startswith(".")}
    return tuple(sorted(found))


def python_files() -> tuple[Path, ...]:
    """List the project's Python modules, relative to its root, the generated ones included."""
    return tuple(path for path in project_files() if path.suffix == ".py")


def is_generated(path: Path) -> bool:
    """Tell whether a module is written by the generator, by the folder it is in."""
    return "_generated" in path.parts
