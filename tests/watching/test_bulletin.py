"""What a watch writes to the log."""

from __future__ import annotations

import logging

import pytest

from actionruns.errors import ServerError
from actionruns.states import RunState
from actionruns.watching import Outcome, Progress, WatchSettings
from actionruns.watching.bulletin import Bulletin
from tests.watching.fakes import FakeSource, collect, end_all_in_round, ids, watch
from tests.watching.virtual import run_virtually

SLOW = WatchSettings(interval=10.0)


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> None:
    """Log what is told, but not what is for debugging."""
    caplog.set_level(logging.INFO, "actionruns.watching")


def lines(caplog: pytest.LogCaptureFixture, part: str) -> list[logging.LogRecord]:
    """Return the records with a text in their message."""
    return [record for record in caplog.records if part in record.getMessage()]


def test_a_line_every_ten_minutes(caplog: pytest.LogCaptureFixture) -> None:
    """The first line comes after ten minutes, then one every ten minutes, however often asked."""
    progress = Progress(singles=3, failures=1)
    progress.note_end(RunState.SUCCEEDED)
    progress.note_loss(Outcome.GONE)
    bulletin = Bulletin("port", progress)
    for second in range(1201):
        bulletin.tell(100.0 + second, followed=7, interval=1.5)
    assert len(caplog.records) == 2
    fields = vars(caplog.records[0])
    names = ("service", "followed", "interval", "ended", "lost", "requests", "failures")
    assert [fields[name] for name in names] == ["port", 7, 1.5, 1, 1, 3, 1]
    assert caplog.records[0].getMessage() == (
        "port: 7 followed, 1.5 s from one look to the next; the whole watch: 1 ended, 1 given up, "
        "3 requests, 1 of them failed"
    )


def test_a_long_watch_says_now_and_then_how_it_stands(caplog: pytest.LogCaptureFixture) -> None:
    """Over half an hour of quiet there are three lines, beside the one of the plan."""
    source = FakeSource(ids(5))
    source.each_round = end_all_in_round(source, 190)  # ten seconds each
    run_virtually(collect(watch(source, settings=SLOW)))
    assert len(lines(caplog, "from one look to the next; the whole watch")) == 3


def test_a_short_watch_only_tells_its_plan(caplog: pytest.LogCaptureFixture) -> None:
    """A wait that is soon over has one line: what it does, with the fields of the plan."""
    source = FakeSource(ids(5))
    source.each_round = end_all_in_round(source, 3)
    run_virtually(collect(watch(source, settings=SLOW)))
    (record,) = caplog.records
    fields = vars(record)
    assert (fields["service"], fields["look"], fields["followed"]) == ("fake", "sweep", 5)
    assert fields["requests"] > 0


def test_a_failure_is_one_warning_with_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    """A failure that repeats itself is warned of once, with what is known of the call."""
    source = FakeSource(ids(5))
    error = ServerError("down", status=503, method="GET", url="http://api.test/runs", attempts=4)

    end_all = end_all_in_round(source, 6)

    def behave(number: int) -> None:
        source.list_error = error if number in (2, 3, 4) else None
        end_all(number)

    source.each_round = behave
    run_virtually(collect(watch(source, settings=SLOW)))
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    fields = vars(warning)
    assert (fields["service"], fields["error"], fields["status"]) == ("fake", "ServerError", 503)
    assert (fields["method"], fields["url"]) == ("GET", "http://api.test/runs")
    assert (fields["attempt"], fields["followed"]) == (4, 5)


def test_what_stands_against_many_runs_is_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    """However many runs the service does not know, and however often it says so: one trouble."""
    source = FakeSource(ids(20))
    settings = WatchSettings(interval=10.0, not_found_grace=100.0)
    source.errors["r_3"] = [ServerError("down", status=503), None]

    def behave(number: int) -> None:
        for run_id in ids(20)[10:]:
            source.runs.pop(run_id, None)
        end_all_in_round(source, 12)(number)

    source.each_round = behave
    source.hidden = {"r_3"}
    run_virtually(collect(watch(source, settings=settings)))
    warned = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert sorted(vars(record)["error"] for record in warned) == ["NotFound", "ServerError"]
