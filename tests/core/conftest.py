"""The two ways of decoding: by the twins of models, and by the structure hooks alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from actionruns.core import codec
from actionruns.core._quick import QuickDecoders


@pytest.fixture(scope="module", params=["quick", "hooks"])
def either_way(request: pytest.FixtureRequest) -> Iterator[str]:
    """Decode in each of the two ways: with msgspec, and as if it were not installed."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "hooks":
            patch.setattr("actionruns.core._quick.is_installed", False)
        patch.setattr(codec, "_quick", QuickDecoders(codec.converter))
        codec._quick_decoder.cache_clear()
        yield request.param
    codec._quick_decoder.cache_clear()
