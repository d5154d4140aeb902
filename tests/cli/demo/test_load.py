"""How the demo's runs are divided among the services."""

from __future__ import annotations

import pytest

from actionruns.cli.demo.load import Shares


@pytest.mark.parametrize(
    ("runs", "shares"), [(2000, (1000, 400, 600)), (10, (5, 2, 3)), (1, (1, 0, 0))]
)
def test_shares_are_all_of_the_runs(runs: int, shares: tuple[int, int, int]) -> None:
    """Half of the runs are Port's; a few runs are Port's alone."""
    found = Shares(runs)
    assert (found.port, found.forgeportal, found.acp) == shares
