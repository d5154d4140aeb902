"""The interval between two looks."""

from __future__ import annotations

import pytest

from actionruns.core.tempo import Tempo


def looks(tempo: Tempo, *shown: str) -> list[float]:
    """Return the interval after each look: ``c`` = a change, ``r`` = a refusal, ``-`` = nothing."""
    intervals = []
    for what in shown:
        tempo.after_look(changed="c" in what, refused="r" in what)
        intervals.append(round(tempo.interval(), 3))
    return intervals


def test_the_interval_grows_while_all_is_quiet() -> None:
    """By half each time, up to the longest; a change brings the shortest back."""
    tempo = Tempo(1.0, 15.0)
    assert tempo.interval() == 1.0
    assert looks(tempo, *"-------") == [1.5, 2.25, 3.375, 5.062, 7.594, 11.391, 15.0]
    assert looks(tempo, "-", "c", "-") == [15.0, 1.0, 1.5]


def test_a_fixed_interval_stays() -> None:
    """Who names an interval gets it, changes or not."""
    assert looks(Tempo(1.0, 15.0, fixed=4.0), *"-c--") == [4.0] * 4


def test_refusals_slow_down_fast_and_quiet_speeds_up_slowly() -> None:
    """Doubled with each refusal; a tenth of the rest is taken back with each look without one."""
    tempo = Tempo(1.0, 15.0, fixed=1.0)
    assert looks(tempo, "r", "r", "r", "-", "-") == [2.0, 4.0, 8.0, 7.3, 6.67]
    assert looks(tempo, *"-" * 100)[-1] == 1.0


def test_refusals_have_a_limit() -> None:
    """However long a service refuses: looks go on."""
    assert looks(Tempo(1.0, 15.0, fixed=1.0), *"r" * 50)[-1] == 64.0


@pytest.mark.parametrize(("fixed", "interval"), [(None, 60.0), (2.0, 2.0)])
def test_pushes_make_polling_a_safety_net(fixed: float | None, interval: float) -> None:
    """While each change is pushed to us; not where the caller has named an interval."""
    tempo = Tempo(1.0, 15.0, fixed=fixed)
    tempo.after_change(pushed=True)
    assert tempo.interval() == interval
    tempo.after_change(pushed=False)
    assert tempo.interval() == (fixed or 1.0)


def test_the_plan_has_the_last_word() -> None:
    """What the budget needs at least is kept to."""
    assert Tempo(1.0, 15.0).interval(least=12.5) == 12.5
