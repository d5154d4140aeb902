"""The collector finds the blocks of a page as a reader sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks_of, commands_of


def page(folder: Path, *lines: str) -> Path:
    path = folder / "page.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def console(*lines: str) -> Block:
    source = "".join(f"{line}\n" for line in lines)
    return Block(
        path=Path("page.md"), line=2, language="console", title=None, source=source, not_run=None
    )


def test_language_line_and_code(tmp_path: Path) -> None:
    """A block has its language, the line where its code begins, and its code."""
    (block,) = blocks_of(page(tmp_path, "# Title", "", "```python", "x = 1", "", "y", "```"))
    assert (block.language, block.line, block.source) == ("python", 4, "x = 1\n\ny\n")
    assert block.place == "page.md:4"


def test_blocks_inside_others_lose_their_indentation(tmp_path: Path) -> None:
    """A block in a list, a note or a tab is the same block as at the margin."""
    (block,) = blocks_of(
        page(tmp_path, '=== "async"', "    ```python", "    if x:", "        y", "    ```")
    )
    assert block.source == "if x:\n    y\n"


def test_title(tmp_path: Path) -> None:
    """A block's title is told apart from its language."""
    (block,) = blocks_of(page(tmp_path, '```python title="first.py" linenums="1"', "x", "```"))
    assert (block.language, block.title) == ("python", "first.py")


def test_marker(tmp_path: Path) -> None:
    """A marker on the line before a block gives the reason why it isn't run."""
    first, second = blocks_of(
        page(
            tmp_path, "<!-- not run: it costs money -->", "```python", "x", "```", "```text", "```"
        )
    )
    assert (first.not_run, second.not_run) == ("it costs money", None)


def test_a_fence_in_a_longer_fence_is_code(tmp_path: Path) -> None:
    """A block with four backticks may show one with three."""
    (block,) = blocks_of(page(tmp_path, "````text", "```python", "x", "```", "````"))
    assert (block.language, block.source) == ("text", "```python\nx\n```\n")


def test_an_open_fence_is_an_error(tmp_path: Path) -> None:
    """A block that isn't closed names its place, instead of swallowing the page."""
    with pytest.raises(ValueError, match=r"page\.md:2: this block is not closed"):
        blocks_of(page(tmp_path, "text", "```python", "x"))


def test_commands_and_their_output() -> None:
    """What follows a command, up to the next one, is its output."""
    assert commands_of(console("$ a", "1", "", "2", "$ b")) == [("a", "1\n\n2\n"), ("b", "")]


def test_a_long_command_goes_on() -> None:
    """A backslash at the end of a line continues the command."""
    assert commands_of(console("$ a \\", "    --b \\", "    c", "out")) == [("a --b c", "out\n")]


def test_output_without_a_command_is_an_error() -> None:
    """A console block that begins with something else than a command is refused."""
    with pytest.raises(ValueError, match="begins with"):
        commands_of(console("a"))
