"""Screen: prints, and remembers what it printed for a picture."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from actionruns.cli.consoles import make_console
from actionruns.errors import ConfigurationError

__all__ = ["Screen"]

_PICTURE_COLUMNS = 88

# Rich lets viewers fetch a font from another site; their own monospaced one does as well.
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


class Screen:
    """The demo's output.

    Attributes:
        console: Where it goes.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or make_console()
        self._shown: list[RenderableType] = []

    @property
    def live(self) -> bool:
        """Whether it can be redrawn."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    def show(self, renderable: RenderableType = "") -> None:
        """Print something that stays."""
        self.console.print(renderable)
        self.console.file.flush()
        self.remember(renderable)

    def remember(self, renderable: RenderableType) -> None:
        """Put something into the picture that was shown otherwise."""
        self._shown.append(renderable)

    def heading(self, number: int, text: str, more: str = "") -> None:
        """Print the title of a part."""
        self.show(Text.assemble(("\n" if number > 1 else "") + f"{number}  ", (text, "bold"), more))

    def save_svg(self, file: Path, title: str) -> None:
        """Draw everything shown as a picture of a terminal.

        Raises:
            ConfigurationError: The file cannot be written.
        """
        canvas = make_console(
            io.StringIO(),
            record=True,
            force_terminal=True,
            color_system="truecolor",
            width=_PICTURE_COLUMNS,
            legacy_windows=False,
        )
        for renderable in self._shown:
            canvas.print(renderable)
        drawing = canvas.export_svg(title=title)
        try:
            file.write_text(_FONT_FACE.sub("", drawing), encoding="utf-8")
        except OSError as error:
            problem = f"--svg: cannot write {file}: {error.strerror or error}"
            raise ConfigurationError(problem) from error
