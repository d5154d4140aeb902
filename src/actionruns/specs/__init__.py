"""The services' APIs as OpenAPI 3.1 documents, written here; the generator reads them."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from actionruns.errors import ConfigurationError

__all__ = ["names", "path_of"]

_SUFFIX: Final = ".yaml"


def names() -> list[str]:
    """Return what `path_of` finds, in alphabetical order."""
    return sorted(_specs())


def path_of(name: str) -> Traversable:
    """Find a specification that comes with this package.

    Args:
        name: Its file name without the suffix, for example ``port``.

    Returns:
        The file; ``.read_bytes()`` gives the document, wherever the package is installed.

    Raises:
        ConfigurationError: If there is none of that name; the message lists those there are.
    """
    specs = _specs()
    # Looked up, not joined: a name such as "../port" must not lead out of this folder.
    if name not in specs:
        raise ConfigurationError(
            f"no specification {name!r}; there are: {', '.join(sorted(specs))}"
        )
    return specs[name]


def _specs() -> dict[str, Traversable]:
    return {
        entry.name.removesuffix(_SUFFIX): entry
        for entry in files(__name__).iterdir()
        if entry.name.endswith(_SUFFIX)
    }
