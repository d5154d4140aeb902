"""Run the blocks of a page as its reader would.

The rules, which docs/contributing.md tells to whoever writes a page:

- The ``python`` blocks of a page run in order and share their names, as the cells of a notebook
  do; ``await`` may stand at the top. One with a title that ends in ``.py`` is a file instead: it
  is written to the folder in which the page's commands run.
- A ``text`` block with the title "Output" shows what the ``python`` block before it prints.
- In ``console`` blocks, each line after ``$`` is a command and what follows is its output.
- ``...`` in an output stands for anything.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.docs.blocks import Block, commands_of
from tests.docs.unmeasured import unmeasured

__all__ = ["DOCUMENTED_ADDRESS", "OUTPUT_TITLE", "Player", "shows"]

DOCUMENTED_ADDRESS = "http://127.0.0.1:8123"
"""Where the emulator is in the documentation; the tests' own takes its place."""

OUTPUT_TITLE = "Output"

_COMMAND_SECONDS = 30

_COMMANDS = {"actionruns": " -m actionruns.cli", "pytest": " -m pytest", "python": ""}


def shows(shown: str, actual: str) -> bool:
    """Tell whether a documented output, with ``...`` for anything, shows what was printed."""
    pattern = ".*?".join(re.escape(part) for part in _trimmed(shown).split("..."))
    return re.fullmatch(pattern, _trimmed(actual), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


class Player:
    """Runs blocks in the order in which it gets them.

    Args:
        folder: Where commands run and files are written.
        address: Where the emulator is.
        servers: Other addresses of the documentation -> where the tests have what is there.
        environment: Environment variables of the commands.
        not_executed: Patterns of commands that are left out.
    """

    def __init__(
        self,
        folder: Path,
        *,
        address: str,
        servers: Mapping[str, str] | None = None,
        environment: Mapping[str, str],
        not_executed: Mapping[str, str],
    ) -> None:
        self.folder = folder
        self._addresses = {DOCUMENTED_ADDRESS: address, **(servers or {})}
        self._environment = {**unmeasured(), **environment}
        self._not_executed = not_executed
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._loop = asyncio.Runner()
        self._printed: str | None = None
        self._write_commands()

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *exc: object) -> None:
        # What a page leaves open is closed as at the end of a program: nothing may complain.
        self._names.clear()
        self._loop.close()

    def play(self, block: Block) -> bool:
        """Run one block, or compare the output that it shows.

        Returns:
            Whether it was a block to run or to compare.

        Raises:
            AssertionError: What was printed is not what is shown.
        """
        printed, self._printed = self._printed, None
        if block.language == "python" and (block.title or "").endswith(".py"):
            self._write_file(block)
        elif block.language == "python":
            self._printed = self._run(block)
        elif block.language == "console":
            for command, output in commands_of(block):
                self._execute(block, command, output)
        elif block.title == OUTPUT_TITLE:
            assert printed is not None, f"{block.place}: no python block stands before this output"
            assert shows(block.source, printed), f"{block.place} is not what is printed:\n{printed}"
        else:
            return False
        return True

    def _run(self, block: Block) -> str:
        # So many empty lines before it, that a traceback names the line of the page.
        source = "\n" * (block.line - 1) + self._localised(block.source)
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(source, str(block.path), "exec", flags=flags, dont_inherit=True)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            if code.co_flags & inspect.CO_COROUTINE:
                self._loop.run(_awaited(code, self._names))
            else:
                exec(code, self._names)  # noqa: S102  # the documentation's own code
        return self._documented(printed.getvalue())

    def _write_file(self, block: Block) -> None:
        assert block.title is not None
        (self.folder / block.title).write_text(self._localised(block.source), encoding="utf-8")

    def _execute(self, block: Block, command: str, shown: str) -> None:
        if any(re.fullmatch(pattern, command) for pattern in self._not_executed):
            return
        setting = re.fullmatch(r"export (?P<name>\w+)=.*", command)
        if setting is not None:
            command = f'{command}; printf %s "${setting["name"]}"'
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", self._localised(command)],
            cwd=self.folder,
            env=self._environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_COMMAND_SECONDS,
        )
        if setting is not None:
            self._environment[setting["name"]] = done.stdout
            return
        printed = self._documented(done.stdout)
        assert done.returncode == 0, (
            f"{block.place}: {command!r} ended with {done.returncode}:\n{printed}"
        )
        assert shows(shown or "...", printed), f"{block.place}: {command!r} prints:\n{printed}"

    def _localised(self, text: str) -> str:
        for documented, actual in self._addresses.items():
            text = text.replace(documented, actual)
        return text

    def _documented(self, text: str) -> str:
        for documented, actual in self._addresses.items():
            text = text.replace(actual, documented)
        return text

    def _write_commands(self) -> None:
        """Make the commands of a page mean the tests' own interpreter."""
        binaries = self.folder / "bin"
        binaries.mkdir()
        for name, options in _COMMANDS.items():
            script = binaries / name
            script.write_text(f'#!/bin/sh\nexec "{sys.executable}"{options} "$@"\n')
            script.chmod(0o755)
        self._environment["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"


async def _awaited(code: Any, names: dict[str, Any]) -> None:
    # A code object with a top-level await evaluates to a coroutine.
    await eval(code, names)  # noqa: S307  # the documentation's own code
