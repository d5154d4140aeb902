"""Python source in one format, wherever it is generated: ruff, without any settings file."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from actionruns.codegen.errors import CodegenError, require

__all__ = ["formatted"]

_RUFF: Final = (sys.executable, "-m", "ruff")
_ALIKE: Final = (
    "--isolated",
    "--no-cache",
    "--config=line-length = 100",
    "--config=target-version = 'py311'",
)


def formatted(source: str, name: str) -> str:
    """Return source without unused imports, the others sorted, in ruff's format.

    Args:
        source: The source.
        name: File name, for errors.

    Raises:
        CodegenError: It is no Python: a defect of the generator.
        ConfigurationError: The extra ``codegen`` is not installed.
    """
    require("ruff")
    sort = ("check", "--fix-only", "--exit-zero", "--select=I,F401")
    known = ("--config=lint.isort.known-first-party = ['actionruns']",)
    source = _run((*_RUFF, *sort, *known, *_ALIKE, f"--stdin-filename={name}", "-"), source, name)
    code = ("--config=format.docstring-code-format = true",)
    return _run((*_RUFF, "format", *code, *_ALIKE, f"--stdin-filename={name}", "-"), source, name)


def _run(command: tuple[str, ...], source: str, name: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own interpreter, with arguments from here
        command, input=source.encode(), capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise CodegenError(f"{name}: ruff refuses the generated code: {said}", place=name)
    return done.stdout.decode()
