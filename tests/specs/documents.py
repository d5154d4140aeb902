"""The documents that the contract tests compare: ours, the committed tables, the sibling folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from actionruns.specs import path_of
from tests.specs.facts import Deviation

__all__ = ["deviations", "port_spec", "shared_file", "spec", "table"]

_HERE = Path(__file__).resolve().parent
_SHARED = _HERE.parents[2] / "shared"
"""Reference material beside the checkout; it is no part of the project and may be absent."""


@cache
def spec(name: str) -> dict[str, Any]:
    """Return one of our specifications, parsed; it is the same for all, so nobody changes it.

    Args:
        name: Its file name without the suffix.
    """
    document: dict[str, Any] = yaml.safe_load(path_of(name).read_bytes())
    return document


def port_spec() -> dict[str, Any]:
    """Return specs/port.yaml, parsed."""
    return spec("port")


def table(name: str) -> Any:
    """Return a committed table of this folder, parsed.

    Args:
        name: Its file name without the suffix.
    """
    return yaml.safe_load((_HERE / f"{name}.yaml").read_text(encoding="utf-8"))


def deviations(name: str) -> list[Deviation]:
    """Return each deviation of a committed list, for each of its places.

    Args:
        name: The list's file name without the suffix.
    """
    return [
        Deviation(place=place, **{key: value for key, value in entry.items() if key != "places"})
        for entry in table(name)
        for place in entry["places"]
    ]


def shared_file(pattern: str) -> str:
    """Return the text of the one file of the sibling folder that fits a pattern.

    The calling test is skipped where there is no such folder; a folder without the file fails it.
    """
    if not _SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout; the committed table was compared with it")
    (found,) = _SHARED.glob(pattern)
    return found.read_text(encoding="utf-8")
