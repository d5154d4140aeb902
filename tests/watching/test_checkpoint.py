"""The checkpoint file: what is in it, who may have it, what a broken one says."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actionruns import ConfigurationError, RunGone, WaitTimeout
from actionruns.errors import ActionRunsError
from actionruns.states import RunState
from actionruns.watching import Outcome, RunUpdate, Watch, WatchSettings
from actionruns.watching.checkpoint import FORMAT, Checkpoint, Told
from actionruns.watching.redelivery import as_update
from tests.watching.fakes import FakeRun, FakeSource, ids

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def update(run_id: str, status: str = "running", **fields: Any) -> RunUpdate[FakeRun]:
    """Return an update of a run."""
    run = FakeRun(run_id, status)
    known = {"run": run, "state": run.state, "previous": None, "seen_at": NOW, **fields}
    return RunUpdate(ref=f"fake:{run_id}", **known)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the checkpoint is."""
    return tmp_path / "watch.db"


@pytest.fixture
def checkpoint(path: Path) -> Iterator[Checkpoint]:
    """A new checkpoint, open, that follows two runs."""
    checkpoint = Checkpoint(path)
    checkpoint.open()
    checkpoint.follow(["fake:a", "fake:b"])
    yield checkpoint
    checkpoint.close()


def rows(path: Path) -> dict[str, Any]:
    """Read the file as another program would, with nothing but SQLite and JSON."""
    database = sqlite3.connect(path)
    found = {ref: json.loads(row) for ref, row in database.execute("SELECT ref, row FROM runs")}
    found["meta"] = {
        name: json.loads(row) for name, row in database.execute("SELECT name, value FROM meta")
    }
    database.close()
    return found


@pytest.mark.anyio
async def test_a_watch_may_be_dropped_in_another_thread(path: Path) -> None:
    """Whoever lets a watch go last closes its file, and the next watch can have it."""
    source = FakeSource(ids(5))
    watching = [Watch([(source, ids(5))], WatchSettings(interval=50.0), checkpoint=path)]
    await anext(watching[0])
    following = watching[0]._task
    assert following is not None
    await asyncio.to_thread(watching.clear)
    await asyncio.wait({following})
    next_one = Checkpoint(path)
    next_one.open()
    assert [ref for ref, _ in next_one] == [f"fake:{run_id}" for run_id in ids(5)]
    next_one.close()


def test_rows_are_plain_json(checkpoint: Checkpoint, path: Path) -> None:
    """What is documented of the format is what another program finds."""
    checkpoint.hand_out(update("a"))
    checkpoint.hand_out(
        update("b", "success", outcome=Outcome.ENDED, previous=RunState.QUEUED, changed_at=NOW)
    )
    checkpoint.close()
    assert rows(path) == {
        "fake:a": {"status": "running", "state": "running"},
        "fake:b": {},
        "meta": {
            "format": FORMAT,
            "in_flight": {
                "ref": "fake:b",
                "status": "success",
                "state": "succeeded",
                "previous": "queued",
                "seen_at": "2026-11-25T12:00:00.000Z",
                "changed_at": "2026-11-25T12:00:00.000Z",
                "outcome": "ended",
                "error": None,
                "run": {"id": "b", "status": "success", "ended": None},
            },
        },
    }


def test_what_was_told_is_found_again(checkpoint: Checkpoint, path: Path) -> None:
    """An update counts as told with the next one, and the last one when it is acknowledged."""
    checkpoint.hand_out(update("a"))
    checkpoint.hand_out(update("b", "success", outcome=Outcome.ENDED))
    checkpoint.acknowledge()
    checkpoint.acknowledge()
    checkpoint.close()
    later = Checkpoint(path)
    later.open()
    assert dict(later) == {
        "fake:a": Told("running", RunState.RUNNING),
        "fake:b": Told("success", RunState.SUCCEEDED, Outcome.ENDED),
    }
    assert later.in_flight() is None
    later.close()


@pytest.mark.parametrize(
    ("outcome", "error", "kind"),
    [
        (None, None, None),
        (Outcome.ENDED, None, None),
        (Outcome.GONE, RunGone("lost"), RunGone),
        (Outcome.TIMED_OUT, WaitTimeout("late"), WaitTimeout),
        (Outcome.STALE, WaitTimeout("stale"), WaitTimeout),
        (Outcome.FAILED_TO_FOLLOW, ActionRunsError("broken"), ActionRunsError),
    ],
)
def test_an_update_in_flight_is_told_as_it_was(
    checkpoint: Checkpoint, outcome: Outcome | None, error: Any, kind: type | None
) -> None:
    """With its run, its times and its error, and marked."""
    told = update("a", outcome=outcome, error=error, previous=RunState.QUEUED, changed_at=NOW)
    checkpoint.hand_out(told)
    in_flight = checkpoint.in_flight()
    assert in_flight is not None
    again = as_update(in_flight, FakeSource())
    assert again.redelivered
    assert type(again.error) is (kind or type(None))
    assert str(again.error) == str(error)
    for name in ("ref", "run", "state", "previous", "seen_at", "changed_at", "outcome"):
        assert getattr(again, name) == getattr(told, name)


def test_a_run_that_cannot_be_read_any_more_is_left_out(checkpoint: Checkpoint) -> None:
    """Another version may have another model; the update itself is told all the same."""
    checkpoint.hand_out(update("a"))
    source = FakeSource()
    source.broken = {"a"}
    in_flight = checkpoint.in_flight()
    assert in_flight is not None
    assert (again := as_update(in_flight, source)).run is None
    assert again.state is RunState.RUNNING


def test_time_that_is_up_is_no_end(checkpoint: Checkpoint) -> None:
    """A run that went on when the watch's time was up is followed by the next."""
    checkpoint.hand_out(update("a"))
    checkpoint.hand_out(update("a", outcome=Outcome.TIMED_OUT, error=WaitTimeout("late")))
    checkpoint.acknowledge()
    assert dict(checkpoint)["fake:a"] == Told("running", RunState.RUNNING)


def test_runs_that_are_dropped_are_forgotten(checkpoint: Checkpoint) -> None:
    """A run that nobody follows has no row; following it again leaves what is known of others."""
    checkpoint.hand_out(update("b"))
    checkpoint.acknowledge()
    checkpoint.forget(["fake:a"])
    checkpoint.follow(["fake:b"])
    assert dict(checkpoint) == {"fake:b": Told("running", RunState.RUNNING)}


def test_a_checkpoint_has_one_watch_at_a_time(checkpoint: Checkpoint, path: Path) -> None:
    """Two watches of one file would each tell half."""
    with pytest.raises(ConfigurationError, match="in use by another watch"):
        Checkpoint(path).open()


def test_a_file_of_something_else_is_left_alone(path: Path) -> None:
    """Neither a text nor another program's database is written to."""
    path.write_text("not a database, but long enough to be looked at as if it were one" * 20)
    with pytest.raises(ConfigurationError, match="no checkpoint of a watch"):
        Checkpoint(path).open()
    path.unlink()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE recipes (name TEXT)")
    database.close()
    with pytest.raises(ConfigurationError, match="it has other tables"):
        Checkpoint(path).open()
    database = sqlite3.connect(path)
    assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    database.close()


def test_a_newer_format_is_refused(checkpoint: Checkpoint, path: Path) -> None:
    """An old version would misread it."""
    checkpoint.close()
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE meta SET value = '2' WHERE name = 'format'")
    database.close()
    with pytest.raises(ConfigurationError, match="has format 2, and this version reads up to 1"):
        Checkpoint(path).open()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The message names the file and what is wrong."""
    with pytest.raises(ConfigurationError, match=r"lost.*cannot be used: unable to open"):
        Checkpoint(tmp_path / "lost" / "watch.db").open()


@pytest.mark.parametrize("row", ['{"state": "flying"}', "[]", "{", '{"outcome": "eaten"}'])
def test_a_row_that_makes_no_sense_is_named(checkpoint: Checkpoint, row: str) -> None:
    """Somebody has edited the file, or it is damaged: nothing is guessed."""
    checkpoint._open().execute("REPLACE INTO runs VALUES ('fake:a', ?)", (row,))
    with pytest.raises(ConfigurationError, match="no checkpoint of a watch"):
        list(checkpoint)


@pytest.mark.parametrize("given", ["", None, 7])
def test_a_checkpoint_is_a_path(given: Any) -> None:
    """What is no path is told so when the watch is made."""
    with pytest.raises(ConfigurationError, match="checkpoint must be the path of a file"):
        Checkpoint(given)


def test_a_checkpoint_that_is_not_open_says_so(path: Path) -> None:
    """Nothing can be noted before it is opened."""
    with pytest.raises(ConfigurationError, match="is not open"):
        Checkpoint(path).follow(["fake:a"])


def test_a_failing_transaction_changes_nothing(checkpoint: Checkpoint) -> None:
    """What is noted together is noted together or not at all."""
    with pytest.raises(ConfigurationError):
        checkpoint.forget(["fake:a", object()])  # type: ignore[list-item]
    assert set(dict(checkpoint)) == {"fake:a", "fake:b"}
