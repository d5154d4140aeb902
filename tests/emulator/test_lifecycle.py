from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from actionruns.emulator import EmulatorSettings
from actionruns.emulator.lifecycle import draw, identifier, plan, unique_id


@given(seed=st.integers(), number=st.integers(1))
def test_in_range(seed: int, number: int) -> None:
    """What is drawn lies in the ranges that are set."""
    settings = EmulatorSettings(seed=seed, duration=(3, 4), approval_delay=(5, 5))
    drawn = plan(settings, number)
    assert 3 <= drawn.duration <= 4
    assert drawn.approval_delay == 5


@given(seed=st.integers(), number=st.integers(1))
def test_same_again(seed: int, number: int) -> None:
    """The same seed and number give the same plan."""
    assert plan(EmulatorSettings(seed=seed), number) == plan(EmulatorSettings(seed=seed), number)


def test_seeds_differ() -> None:
    """Another seed gives other plans, and so does another number."""
    plans = {plan(EmulatorSettings(seed=seed), number) for seed in range(5) for number in range(5)}
    assert len(plans) == 25


def test_shares() -> None:
    """Failures and approvals come as often as is set."""
    settings = EmulatorSettings(failure_rate=0.3, approval_rate=0.8)
    plans = [plan(settings, number) for number in range(4000)]
    failed = sum(drawn.outcome == "FAILURE" for drawn in plans) / 4000
    approved = sum(drawn.decision == "APPROVE" for drawn in plans) / 4000
    assert 0.27 < failed < 0.33
    assert 0.77 < approved < 0.83


def test_never_and_always() -> None:
    """The shares 0 and 1 mean never and always; an action's own rate goes before the general."""
    never = EmulatorSettings(failure_rate=0, approval_rate=0)
    always = EmulatorSettings(failure_rate=1, approval_rate=1)
    for number in range(200):
        assert (plan(never, number).outcome, plan(never, number).decision) == ("SUCCESS", "DECLINE")
        assert plan(always, number).outcome == "FAILURE"
        assert plan(always, number).decision == "APPROVE"
        assert plan(always, number, failure_rate=0).outcome == "SUCCESS"


@given(st.lists(st.integers()))
def test_draw(parts: list[int]) -> None:
    """A draw is a share."""
    assert 0 <= draw(*parts) < 1


def test_identifiers() -> None:
    """Ids look like the service's own and don't repeat."""
    ids = {identifier("r_", 0, number) for number in range(10_000)}
    assert len(ids) == 10_000
    assert all(re.fullmatch(r"r_[0-9A-Za-z]{16}", run_id) for run_id in ids)


def test_unique_ids() -> None:
    """UUIDs are random ones by their form, depend on what they are made from, and don't repeat."""
    ids = {unique_id("run", 0, number) for number in range(10_000)}
    assert len(ids) == 10_000
    assert all(uuid.UUID(run_id).version == 4 for run_id in ids)
    assert unique_id("run", 0, 1) in ids
