"""What every test shares."""

from __future__ import annotations

import pytest
from hypothesis import settings

# The same examples on every run (a red test is red for everyone, coverage is the same for everyone)
# and no deadline: a slow machine is not a failure.
settings.register_profile("actionruns", derandomize=True, deadline=None)
settings.load_profile("actionruns")

# It asserts for others, who want to see what it compared.
pytest.register_assert_rewrite("tests.cases")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run `@pytest.mark.anyio` tests on asyncio alone: the transport is aiohttp's."""
    return "asyncio"
