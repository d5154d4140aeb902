"""The shapes of a report's charts."""

from __future__ import annotations

import re

import pytest

from actionruns.cli.report.drawing import Scale, areas, bars, outline


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_areas_stand_on_each_other_in_steps() -> None:
    """The upper area begins where the lower one ends; what is empty is left out."""
    paths = areas({"a": [1, 1, 2], "b": [3, 3, 0], "c": [0, 0, 0]}, top=4)
    assert list(paths) == ["a", "b"]
    assert corners(paths["a"]) == [
        *[(0, 75), (100, 75), (100, 50), (100, 50)],
        (100, 100),
        (0, 100),
    ]
    assert corners(paths["b"])[0] == (0, 0)
    assert (100, 50) in corners(paths["b"])


def test_areas_of_nothing_are_none() -> None:
    """Without a value there is no division by nothing, and no area."""
    assert areas({"a": [0, 0]}, top=0) == {}


def test_values_that_stay_need_no_corners() -> None:
    """A path grows with the changes, not with the places."""
    assert len(areas({"a": [5] * 5000}, top=5)["a"]) < 60


def test_an_outline_has_a_step_for_each_bin() -> None:
    """Bins are drawn side by side over the whole width."""
    assert corners(outline([1, 0], top=1)) == [
        (0, 100),
        (0, 0),
        (50, 0),
        (50, 100),
        (100, 100),
        (100, 100),
    ]


def test_bars_are_stacked_from_below() -> None:
    """Of a column the first bar stands on the ground, the next one on it; nothing is no bar."""
    first, second = bars([{"a": 1.0, "b": 3.0}, {"a": 0.0}], count=2, top=4)
    assert (first.kind, first.y, first.height) == ("a", 75, 25)
    assert (second.kind, second.y, second.height) == ("b", 0, 75)
    assert first.x + first.width < 50


def test_durations_that_are_alike_are_on_an_even_scale() -> None:
    """Twice as long is twice as far, and the ticks begin with nothing."""
    scale = Scale.over([10.0, 20.0, 40.0])
    assert scale.is_even
    assert (scale.at(20), scale.at(40), scale.at(99)) == (0.5, 1.0, 1.0)
    assert scale.ticks() == [0, 10, 20, 30, 40]


@pytest.mark.parametrize("high", [0.003, 0.7, 9.0, 155.0, 1000.0, 50_000.0, 9e6])
def test_an_even_scale_has_room_for_its_ticks(high: float) -> None:
    """There are two to six ticks, and none lies right of the axis."""
    ticks = Scale.over([high]).ticks()
    assert 2 <= len(ticks) <= 6
    assert ticks[-1] <= high * 1.001


def test_durations_that_differ_much_are_on_a_logarithmic_scale() -> None:
    """Seconds and days are seen on one axis, with a few round ticks."""
    scale = Scale.over([1.0, 2.0, 3.0, 200_000.0])
    assert not scale.is_even
    assert 0 < scale.at(3.0) < scale.at(600.0) < scale.at(200_000.0) == 1.0
    assert scale.at(0.0) == 0.0
    assert 3 <= len(scale.ticks()) <= 6


@pytest.mark.parametrize("ordered", [[], [0.0], [0.0, 0.0]])
def test_no_durations_have_a_scale_too(ordered: list[float]) -> None:
    """Where nothing took any time, everything is at the left edge."""
    assert Scale.over(ordered).at(0.0) == 0.0


def test_ticks_of_weeks_are_whole_days() -> None:
    """Very long durations have ticks at multiples of a day."""
    ticks = Scale.over([2_000_000.0, 3_000_000.0]).ticks()
    assert 3 <= len(ticks) <= 7
    assert all(tick % 86_400 == 0 for tick in ticks)
