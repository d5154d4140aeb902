"""Every operation of ForgePortal with every parameter, status and example, in both forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from actionruns import RetryPolicy, RunState
from actionruns.core.codec import unstructure
from actionruns.emulator import Emulator
from actionruns.forgeportal import (
    AsyncActionRuns,
    AsyncAuth,
    AsyncForgePortalClient,
    AsyncTemplates,
)
from tests.callers import FORMS, calling
from tests.cases import Case, chained, play, unsaid_parameters
from tests.emulator.forgeportal.seed import documented_list
from tests.specs.documents import spec, table

ACTION = "aaaa0000-0000-0000-0000-000000000001"
TEMPLATE = "cccc0000-0000-0000-0000-000000000001"
ENTITY = "dddd0000-0000-0000-0000-000000000001"
NOWHERE = "ffff0000-0000-0000-0000-000000000001"
SOMEONE = "someone@example.com"

GONE = {"session_cookie": "gone"}
VIEWER = {"session_cookie": "viewer"}
ONCE = {"retry": RetryPolicy(max_attempts=1)}


def ids(runs: Any) -> list[str]:
    return [run.id for run in runs]


def page(found: Any) -> tuple[list[str], int, int, int]:
    at = found.pagination
    return ids(found.runs), at.limit, at.offset, at.total


def started(run: Any) -> tuple[str, RunState]:
    return run.id, run.state


def without_session(methods: tuple[str, ...]) -> Iterator[Case]:
    """Yield that nothing is told or done for somebody whose session has ended."""
    given: dict[str, dict[str, Any]] = {
        "run_action": {"action_id": ACTION},
        "run_template": {"template_id": TEMPLATE},
        "get_template": {"template_id": TEMPLATE},
    }
    for method in methods:
        of_run = {} if "list" in method or "csrf" in method else {"run_id": "{queued}"}
        yield Case(method, given.get(method, of_run), status=401, client=GONE)


CHANGES = ("run_action", "cancel_action_run", "run_template", "cancel_template_run")
READS = (
    *("list_action_runs", "get_action_run", "list_recent_action_runs"),
    *("get_action_run_with_links", "get_action_run_logs", "list_templates", "get_template"),
    *("list_template_runs", "get_template_run", "get_csrf_token"),
)

LISTED = {"status": "failed", "entity_id": ENTITY, "limit": 1}
KEYED = {"action_id": ACTION, "idempotency_key": "key-1"}

ACTION_RUNS = (
    Case("list_action_runs", {**LISTED, "offset": 0}, page, (["{failed}"], 1, 0, 1)),
    Case("list_action_runs", {**LISTED, "offset": 1}, page, ([], 1, 1, 1)),
    Case("list_action_runs", {"template_id": TEMPLATE}, lambda found: len(found.runs), 1),
    Case("iter_action_runs", LISTED, ids, ["{failed}"]),
    Case("iter_action_runs", {"template_id": TEMPLATE}, len, 1),
    Case("get_action_run", {"run_id": "{done}"}, started, ("{done}", RunState.SUCCEEDED)),
    Case(
        "run_action",
        {**KEYED, "input": {"branch": "main"}, "entity_id": ENTITY},
        lambda run: run.state,
        RunState.QUEUED,
        status=202,
        then=Case("run_action", KEYED, status=500),
    ),
    Case(
        "run_action",
        {"action_id": ACTION, "idempotency_key": "{key}"},
        lambda run: (run.id, run.cached, run.state),
        ("{done}", True, RunState.SUCCEEDED),
    ),
    Case("run_action", {"action_id": NOWHERE}, status=404),
    Case("run_action", {"action_id": ACTION, "entity_id": "x"}, status=400, text="nvalid"),
    Case(
        "run_action",
        {"action_id": ACTION},
        lambda run: run.state,
        RunState.QUEUED,
        status=202,
        then=Case("run_action", {"action_id": ACTION}, status=429),
        emulator={"forgeportal_run_limit": 1},
        client=ONCE,
    ),
    Case("list_recent_action_runs", {"entity_id": ENTITY, "limit": 1}, ids, ["{failed}"]),
    Case("list_recent_action_runs", {"requested_by": "{user}", "limit": 100}, len, 2),
    Case(
        "get_action_run_with_links",
        {"run_id": "{done}"},
        lambda run: (run.id, bool(run.links)),
        ("{done}", True),
    ),
    Case(
        "cancel_action_run",
        {"run_id": "{queued}"},
        started,
        ("{queued}", RunState.CANCELED),
        then=Case("cancel_action_run", {"run_id": "{queued}"}, status=409, text="canceled"),
    ),
    Case(
        "get_action_run_logs",
        {"run_id": "{done}"},
        lambda entries: (entries[-1].level, entries[-1].message),
        ("warn", "told"),
    ),
)

TEMPLATES = (
    Case("list_templates", {}, lambda found: found[0].name, "new_service"),
    Case("get_template", {"template_id": TEMPLATE}, lambda it: it.name, "new_service"),
    Case(
        "run_template",
        {"template_id": TEMPLATE, "inputs": {"name": "x"}},
        lambda run: run.state,
        RunState.RUNNING,
        status=202,
    ),
    Case("run_template", {"template_id": "new_service"}, status=400),
    Case(
        "run_template",
        {"template_id": TEMPLATE},
        lambda run: run.state,
        RunState.RUNNING,
        status=202,
        then=Case("run_template", {"template_id": TEMPLATE}, status=429),
        emulator={"forgeportal_template_limit": 1},
        client=ONCE,
    ),
    Case(
        "list_template_runs",
        {"status": "running", "limit": 1, "offset": 0},
        lambda found: (ids(found.runs), found.total),
        (["{template_run}"], 1),
    ),
    Case("list_template_runs", {"status": "done"}, status=400),
    Case("list_template_runs", {"status": "failed"}, lambda found: found.runs, []),
    Case("iter_template_runs", {"status": "running", "limit": 1}, ids, ["{template_run}"]),
    Case(
        "get_template_run",
        {"run_id": "{template_run}"},
        started,
        ("{template_run}", RunState.RUNNING),
    ),
    Case(
        "cancel_template_run",
        {"run_id": "{template_run}"},
        started,
        ("{template_run}", RunState.CANCELED),
        then=Case("cancel_template_run", {"run_id": "{template_run}"}, status=409),
    ),
)

OTHERS = (
    Case("get_csrf_token", {}, lambda it: bool(it.token), True),
    *without_session((*READS, *CHANGES)),
    Case("run_action", {"action_id": ACTION}, status=403, attempts=2, client=VIEWER),
    Case("run_template", {"template_id": TEMPLATE}, status=403, attempts=2, client=VIEWER),
    Case("cancel_action_run", {"run_id": "{queued}"}, status=403, attempts=2, client=VIEWER),
    Case(
        "cancel_template_run", {"run_id": "{template_run}"}, status=403, attempts=2, client=VIEWER
    ),
    Case("get_action_run", {"run_id": NOWHERE}, status=404),
    Case("get_action_run_with_links", {"run_id": NOWHERE}, status=404),
    Case("get_action_run_logs", {"run_id": NOWHERE}, status=404),
    Case("cancel_action_run", {"run_id": NOWHERE}, status=404),
    Case("get_template", {"template_id": NOWHERE}, status=404),
    Case("get_template_run", {"run_id": NOWHERE}, status=404),
    Case("cancel_template_run", {"run_id": NOWHERE}, status=404),
)

CASES = (*ACTION_RUNS, *TEMPLATES, *OTHERS)

NO_CASE = {
    "403: every role may read": {(method, 403) for method in READS if "csrf" not in method},
    "400: what this list refuses, a limit or an offset, the client does not send": {
        ("list_action_runs", 400)
    },
    "404: the emulated portal has the token's route, also in dev mode; test_client.py has none": {
        ("get_csrf_token", 404)
    },
}
"""Statuses of ForgePortal that the emulator has no reason for."""


async def world(emulator: Emulator) -> dict[str, Any]:
    """Make runs that stand in different places, and return what there is by name."""
    forge = emulator.forgeportal
    names: dict[str, Any] = {"queued": await forge.add_run(user=SOMEONE)}
    names["key"] = "key-0"
    names["failed"] = await forge.add_run(status="failed", entity_id=ENTITY, user=SOMEONE)
    url = emulator.forgeportal_url
    async with AsyncForgePortalClient(base_url=url, session_cookie="developer") as client:
        names["template_run"] = (await client.templates.run_template(TEMPLATE)).id
        done = (await client.action_runs.run_action(ACTION, idempotency_key="key-0")).id
        names["done"] = done
        names["user"] = (await client.action_runs.get_action_run(done)).requested_by
    await forge.start(done)
    await forge.finish(done)
    await forge.add_log(done, "told", "warn")
    return names


@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method}-{case.status}")
@pytest.mark.parametrize("form", FORMS)
async def test_an_operation(form: str, case: Case) -> None:
    """What is given does what it is to do; what is refused says why."""
    settings = {"forgeportal_auth": True, "forgeportal_run_limit": None, **case.emulator}
    async with Emulator(auto_progress=False, **settings) as emulator:
        names = await world(emulator)
        client = {"session_cookie": "demo", **case.client}
        url = emulator.forgeportal_url
        async with calling("forgeportal", form, base_url=url, **client) as call:
            await play(case, names, call, emulator)


@pytest.mark.anyio
@pytest.mark.parametrize("form", FORMS)
async def test_the_documented_examples(form: str) -> None:
    """The example of a list and that of a run come through whole; the request is the example's."""
    listed = documented_list()
    (row,) = listed["data"]
    async with Emulator(auto_progress=False) as emulator:
        url, route = emulator.forgeportal_url, "/forgeportal/api/v1/action-runs"
        emulator.fail_next("GET", route, status=200, body=listed)
        emulator.fail_next("GET", f"{route}/{{run_id}}", status=200, body={"data": row})
        async with calling("forgeportal", form, base_url=url, session_cookie="") as call:
            page = await call(lambda it: it.action_runs.list_action_runs(status="failed", limit=5))
            run = await call(lambda it: it.action_runs.get_action_run(row["id"]))
        asked = [f"{record.path}?{record.query}" for record in emulator.requests]
    assert run == page.runs[0]
    assert (run.state, run.is_terminal) == (RunState.SUCCEEDED, True)
    for name, value in row.items():
        shown = str(getattr(run, name)) if name.endswith("_at") else getattr(run, name)
        assert shown == (str(datetime.fromisoformat(value)) if name.endswith("_at") else value)
    assert unstructure(page.pagination) == listed["pagination"]
    assert asked == [f"{route}?status=failed&limit=5", f"{route}/{row['id']}?"]


def test_every_parameter_is_given() -> None:
    """Each parameter of each method is given in one case at least."""
    assert unsaid_parameters(CASES, (AsyncActionRuns, AsyncTemplates, AsyncAuth)) == set()


def test_every_status_is_seen() -> None:
    """Each status of each operation is seen, or there is a reason why the emulator has none."""
    document = spec("forgeportal")
    there = {
        (document["paths"][path][method.lower()]["operationId"], int(status))
        for place, facts in table("forgeportal_facts")["operations"].items()
        for method, _, path in [place.partition(" ")]
        for status in facts["answers"]
    }
    said = {(case.method, case.status) for case in chained(CASES)}
    assert there - said == set().union(*NO_CASE.values())
