"""The player notices when a page is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import Block
from tests.docs.playing import DOCUMENTED_ADDRESS, Player, shows


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    with Player(
        tmp_path,
        address="http://127.0.0.1:1",
        environment={"NAME": "value"},
        not_executed={r"rm .*": "a test"},
    ) as player:
        yield player


def block(language: str, source: str, *, title: str | None = None, line: int = 7) -> Block:
    return Block(
        path=Path("page.md"), line=line, language=language, title=title, source=source, not_run=None
    )


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a\nb", "a  \nb\n"),
        ("r_... ended", "r_12 ended"),
        ("first\n...\nlast", "first\n1\n2\nlast"),
        ("(a|b)*", "(a|b)*"),
    ],
)
def test_output_that_is_shown(shown: str, printed: str) -> None:
    """An ellipsis stands for anything, space that ends a line for nothing, the rest for itself."""
    assert shows(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"), [("a", "b"), ("a", "a\nb"), ("r_... ended", "r_12 failed"), ("...b", "a")]
)
def test_output_that_is_not_shown(shown: str, printed: str) -> None:
    """Anything else than what is shown is a difference, also when there is only more of it."""
    assert not shows(shown, printed)


def test_blocks_share_names(player: Player) -> None:
    """A block sees the names of those before it, with and without `await`."""
    player.play(block("python", "import asyncio\nx = await asyncio.sleep(0, 1)"))
    player.play(block("python", "async def f(): return x + 1\nprint(asyncio.run(f()))"))
    assert player.play(block("text", "2\n", title="Output"))


def test_a_wrong_output_is_noticed(player: Player) -> None:
    """An output that isn't printed fails, and names its place."""
    player.play(block("python", "print(1)"))
    with pytest.raises(AssertionError, match=r"page\.md:9"):
        player.play(block("text", "2\n", title="Output", line=9))


def test_an_output_has_one_program(player: Player) -> None:
    """An output without a program right before it fails."""
    player.play(block("python", "print(1)"))
    player.play(block("text", "1", title="Output"))
    with pytest.raises(AssertionError, match="no python block"):
        player.play(block("text", "1", title="Output"))


def test_a_traceback_names_the_line_of_the_page(player: Player) -> None:
    """An error in a block points to the page."""
    with pytest.raises(ZeroDivisionError) as raised:
        player.play(block("python", "x = 1\nx / 0"))
    assert (str(raised.traceback[-1].path), raised.traceback[-1].lineno) == ("page.md", 7)


def test_other_blocks_are_left_alone(player: Player) -> None:
    """Text without the title of an output is no output."""
    assert not player.play(block("text", "anything"))


def test_a_command_that_fails_is_noticed(player: Player) -> None:
    """A command that ends with an error fails, whatever it printed."""
    with pytest.raises(AssertionError, match="ended with 3"):
        player.play(block("console", "$ exit 3\n"))


def test_a_command_that_prints_something_else_is_noticed(player: Player) -> None:
    """A command that doesn't print what the page says fails."""
    with pytest.raises(AssertionError, match="prints:\nvalue"):
        player.play(block("console", "$ echo $NAME\nother\n"))


def test_a_command_without_shown_output_may_print(player: Player) -> None:
    """A page needn't show what a command prints."""
    player.play(block("console", "$ echo 1 | tee printed\n"))
    assert (player.folder / "printed").read_text() == "1\n"


def test_settings_last(player: Player) -> None:
    """What a page exports is there for its later commands."""
    player.play(block("console", "$ export NAME=$(echo new)\n"))
    player.play(block("console", "$ echo $NAME | tee printed\nnew\n"))
    assert (player.folder / "printed").read_text() == "new\n"


def test_files_of_the_page_are_there(player: Player) -> None:
    """A block with a file's name as its title is written, not run; a command runs it."""
    player.play(block("python", "print('run')", title="first.py"))
    player.play(block("console", "$ python first.py | tee printed\nrun\n"))
    assert (player.folder / "printed").read_text() == "run\n"


def test_the_documented_address_is_the_emulator_s(player: Player) -> None:
    """Programs meet the tests' emulator where the page says that one is, and show it as there."""
    player.play(block("python", f"print(len('{DOCUMENTED_ADDRESS}'), '{DOCUMENTED_ADDRESS}')"))
    assert player.play(block("text", f"18 {DOCUMENTED_ADDRESS}", title="Output"))


def test_listed_commands_are_left_out(player: Player, tmp_path: Path) -> None:
    """A command that the tests don't execute isn't executed."""
    (tmp_path / "kept").touch()
    player.play(block("console", "$ rm kept\n"))
    assert (tmp_path / "kept").exists()
