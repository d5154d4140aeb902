from __future__ import annotations

import contextlib
from typing import Any

import aiohttp
import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.clock import Clock
from actionruns.emulator.port.catalog import Catalog
from actionruns.emulator.port.errors import PortError
from actionruns.emulator.port.execution import Execution
from actionruns.emulator.port.life import RunLife
from actionruns.emulator.port.paging import Cursor, Pager
from actionruns.emulator.port.rendering import parse
from actionruns.emulator.port.run_store import Filters, RunStore
from tests.emulator.plain import Plain
from tests.emulator.stores import open_store


def life_with(runs: int, settings: EmulatorSettings) -> tuple[RunLife, list[str]]:
    """Return runs in a database of their own, and their ids, newest first."""
    store = open_store()
    catalog = Catalog(["demo"])
    life = RunLife(store, settings, Clock(), catalog)
    execution = Execution(
        action=catalog.actions["rotate_secrets"],
        properties={},
        inputs={},
        user=catalog.users["demo"],
    )
    ids = [life.execute(execution).id for _ in range(runs)]
    return life, ids[::-1]


@given(
    runs=st.integers(0, 60),
    limit=st.integers(1, 20),
    seed=st.integers(0, 1000),
    short=st.floats(0, 1),
    empty=st.floats(0, 0.9),
    gone=st.sets(st.integers(0, 59)),
)
def test_walk(runs: int, limit: int, seed: int, short: float, empty: float, gone: set[int]) -> None:
    """A walk finds each active run once, whatever the pages, while runs end and are created."""
    settings = EmulatorSettings(seed=seed, short_page_rate=short, empty_page_rate=empty)
    life, ids = life_with(runs, settings)
    pager = Pager(life.runs, settings)
    filters = Filters(active=True)
    seen: list[str] = []
    cursors: set[str] = set()
    ending = iter(sorted(gone))
    cursor: Cursor | None = None
    while True:
        page = pager.page(filters, cursor, limit)
        assert len(page.documents) <= limit
        seen += [parse(document)["id"] for document in page.documents]
        if page.cursor is None:
            break
        assert page.cursor.encode() not in cursors
        cursors.add(page.cursor.encode())
        cursor = Cursor.decode(page.cursor.encode())
        index = next(ending, runs)
        if index < runs:
            run = life.get(ids[index])
            if not run.ended:
                life.finish(run, "SUCCESS", 0.0)
        life_execute_another(life)
    assert len(seen) == len(set(seen))
    assert set(seen) <= set(ids)
    ended = {run_id for run_id in ids if life.get(run_id).ended}
    assert set(ids) - set(seen) <= ended
    assert seen == sorted(seen, key=ids.index)


def life_execute_another(life: RunLife) -> None:
    """Create one more run."""
    catalog = Catalog(["demo"])
    life.execute(
        Execution(
            action=catalog.actions["rotate_secrets"],
            properties={},
            inputs={},
            user=catalog.users["demo"],
        )
    )


@given(st.text())
def test_cursor_from_anywhere(text: str) -> None:
    """A text that is no cursor is refused, never an error of the emulator's own."""
    with contextlib.suppress(PortError):
        assert Cursor.decode(text).hop is not None


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(active=True),
        Filters(equal={"action": "a"}),
        Filters(equal={"entity": "e"}),
        Filters(equal={"external_run_id": "x"}),
        Filters(equal={"blueprint": "b"}, active=True),
        Filters(user_ids=["u"]),
        Filters(sources=["UI", "API"], active=True),
    ],
)
def test_no_sort(filters: Filters) -> None:
    """A page is a walk down an index or the table: nothing is sorted, whatever the filters."""
    store = open_store()
    RunStore(store)
    sql, values = RunStore.page_query(filters, 7, 1000)
    plan = [row[-1] for row in store.all("EXPLAIN QUERY PLAN " + sql, tuple(values))]
    assert len(plan) == 1, plan
    assert "TEMP B-TREE" not in plan[0]


def test_active_index() -> None:
    """A page of active runs reads active runs only, however many have ended."""
    store = open_store()
    RunStore(store)
    sql, values = RunStore.page_query(Filters(active=True), 7, 1000)
    plan = store.all("EXPLAIN QUERY PLAN " + sql, tuple(values))[0][-1]
    assert "port_runs_active" in plan


def test_page_of_many() -> None:
    """A page out of many runs costs statements that don't depend on how many there are."""
    settings = EmulatorSettings()
    life, ids = life_with(300, settings)
    pager = Pager(life.runs, settings)
    statements: list[str] = []
    life.runs.store.connection.set_trace_callback(statements.append)
    page = pager.page(Filters(active=True), None, 100)
    assert [parse(document)["id"] for document in page.documents] == ids[:100]
    assert len(statements) == 1


@pytest.mark.anyio
async def test_exact_page(port: Plain, emulator: Emulator) -> None:
    """A full page with nothing behind it has no `next`."""
    await emulator.add_runs(4)
    assert [len(page) for page in await port.walk(limit=2)] == [2, 2]
    assert [len(page) for page in await port.walk(limit=3)] == [3, 1]


@pytest.mark.anyio
async def test_default_limit(session: aiohttp.ClientSession) -> None:
    """Without a limit a page has the size that is set."""
    async with Emulator(auto_progress=False, page_size=3) as emulator:
        await emulator.add_runs(7)
        pages = await Plain(emulator, session).walk()
    assert [len(page) for page in pages] == [3, 3, 1]


@pytest.mark.anyio
async def test_short_and_empty_pages(session: aiohttp.ClientSession) -> None:
    """Pages are short or empty while `next` is there, as often as set, the same for each seed."""
    lengths = []
    for _ in range(2):
        async with Emulator(
            auto_progress=False, seed=3, short_page_rate=0.5, empty_page_rate=0.3
        ) as emulator:
            ids = await emulator.add_runs(100)
            pages = await Plain(emulator, session).walk(limit=10)
        assert [run for page in pages for run in page] == ids[::-1]
        lengths.append([len(page) for page in pages])
    assert lengths[0] == lengths[1]
    assert 0 in lengths[0][:-1]
    assert any(0 < length < 10 for length in lengths[0][:-1])
    assert 10 in lengths[0]


@pytest.mark.anyio
async def test_no_cursor(session: aiohttp.ClientSession) -> None:
    """Without the cursor a list is one full page that doesn't tell whether there is more."""
    async with Emulator(auto_progress=False, cursor=False) as emulator:
        ids = await emulator.add_runs(5)
        answer = await Plain(emulator, session)("GET", "/actions/runs", params={"limit": "2"})
    assert answer.json.keys() == {"ok", "runs"}
    assert answer.ids == ids[:2:-1]


def test_settings_are_frozen() -> None:
    """Settings can't be changed under a running emulator."""
    settings: Any = EmulatorSettings()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        settings.cursor = False
