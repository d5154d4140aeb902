"""Finding the specifications that come with the package."""

from __future__ import annotations

import pytest

from actionruns.errors import ConfigurationError
from actionruns.specs import path_of


def test_spec_is_found_by_name() -> None:
    """A specification is found by its name without the suffix."""
    assert path_of("port").read_bytes().startswith(b"# Port:")


@pytest.mark.parametrize("name", ["prot", "", "../specs/port", "port.yaml", "__init__"])
def test_unknown_name_is_refused(name: str) -> None:
    """A name that is not one of them, a path for example, is refused with the names there are."""
    with pytest.raises(ConfigurationError, match=r"there are: .*\bport\b"):
        path_of(name)
