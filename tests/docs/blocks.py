"""The fenced code blocks of a Markdown page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import attrs

__all__ = ["Block", "blocks_of", "commands_of"]

_OPENING = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")
_TITLE = re.compile(r'title="(?P<title>[^"]*)"')
_MARKER = re.compile(r"\s*<!-- not run: (?P<reason>.+) -->\s*")


@attrs.frozen(kw_only=True)
class Block:
    """A fenced code block.

    Attributes:
        path: The page.
        line: Number of its first line of code, from 1.
        language: First word after the fence; empty when there is none.
        title: Its title; None = none.
        source: The code, without the fence's indentation.
        not_run: The reason of the marker ``<!-- not run: reason -->`` on the line before; None =
            there is none.
    """

    path: Path
    line: int
    language: str
    title: str | None
    source: str
    not_run: str | None

    @property
    def place(self) -> str:
        """Where the block stands, as ``page.md:line``."""
        return f"{self.path.name}:{self.line}"


def blocks_of(path: Path) -> list[Block]:
    """Return the blocks of a page in their order, those inside lists, notes and tabs too.

    Raises:
        ValueError: A fence is not closed.
    """
    return list(_blocks(path, path.read_text(encoding="utf-8").splitlines()))


def _blocks(path: Path, lines: list[str]) -> Iterator[Block]:
    number = 0
    while number < len(lines):
        opening = _OPENING.fullmatch(lines[number])
        if opening is None:
            number += 1
            continue
        closing = re.compile(rf" *{re.escape(opening['fence'])}\s*")
        begin = number + 1
        end = next((n for n in range(begin, len(lines)) if closing.fullmatch(lines[n])), None)
        if end is None:
            raise ValueError(f"{path}:{begin}: this block is not closed")
        info = opening["info"].strip()
        title = _TITLE.search(info)
        marker = _MARKER.fullmatch(lines[number - 1]) if number else None
        yield Block(
            path=path,
            line=begin + 1,
            language=info.split()[0] if info else "",
            title=title["title"] if title else None,
            source=textwrap.dedent("".join(f"{line}\n" for line in lines[begin:end])),
            not_run=marker["reason"] if marker else None,
        )
        number = end + 1


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Split a console block into commands (after ``$ ``) and the output that each shows.

    A command that ends with a backslash goes on in the next line.

    Raises:
        ValueError: The block begins with something else than a command.
    """
    commands: list[tuple[str, str]] = []
    for line in block.source.splitlines():
        if commands and commands[-1][0].endswith("\\") and not commands[-1][1]:
            commands[-1] = (f"{commands[-1][0][:-1].rstrip()} {line.strip()}", "")
        elif line.startswith("$ "):
            commands.append((line[2:].rstrip(), ""))
        elif commands:
            command, output = commands[-1]
            commands[-1] = (command, f"{output}{line}\n")
        else:
            raise ValueError(f"{block.place}: a console block begins with '$ ', not with {line!r}")
    return commands
