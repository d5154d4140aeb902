"""Python source in one format, wherever it is generated: ruff, without any settings file."""

from __future__ import annotations

import subprocess
from typing import Final

from actionruns.codegen.errors import CodegenError, require

__all__ = ["formatted"]

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
    # The program itself: an interpreter that only starts it takes longer than what it does.
    ruff: str = require("ruff.__main__").find_ruff_bin()
    sort = ("check", "--fix-only", "--exit-zero", "--select=I,F401")
    known = ("--config=lint.isort.known-first-party = ['actionruns']",)
    source = _run((ruff, *sort, *known, *_ALIKE, f"--stdin-filename={name}", "-"), source, name)
    code = ("--config=format.docstring-code-format = true",)
    return _run((ruff, "format", *code, *_ALIKE, f"--stdin-filename={name}", "-"), source, name)


def _run(command: tuple[str, ...], source: str, name: str) -> str:
    done = subprocess.run(  # noqa: S603  # ruff, with arguments from here
        command, input=source.encode(), capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise CodegenError(f"{name}: ruff refuses the generated code: {said}", place=name)
    return done.stdout.decode()
