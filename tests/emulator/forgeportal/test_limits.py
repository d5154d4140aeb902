from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.clock import Clock
from actionruns.emulator.forgeportal.errors import ForgePortalError
from actionruns.emulator.forgeportal.limits import Limits
from actionruns.emulator.forgeportal.run_store import RunStore
from actionruns.emulator.forgeportal.users import User
from tests.emulator.forgeportal.plain import CREATE_REPOSITORY, NEW_SERVICE, NOWHERE, Forge
from tests.emulator.plain import Answer
from tests.emulator.stores import open_store

pytestmark = pytest.mark.anyio

RUN = f"/actions/{CREATE_REPOSITORY}/run"


def limited(answer: Answer) -> bool:
    """Tell whether an answer refuses a request because there were too many."""
    return (
        answer.status == 429
        and answer.json.keys() == {"error", "message", "retryAfter"}
        and answer.json["error"] == "RateLimited"
    )


async def test_runs(forge: Forge) -> None:
    """Ten runs a minute are admitted; the next one is told how long to wait, in two places."""
    for _ in range(10):
        await forge.run()
    answer = await forge("POST", RUN, body={})
    assert limited(answer)
    assert 1 <= answer.json["retryAfter"] <= 60
    assert answer.headers["Retry-After"] == str(answer.json["retryAfter"])
    assert len(await forge.ids()) == 10


@pytest.mark.parametrize(
    ("action", "body"),
    [
        (CREATE_REPOSITORY, {"input": 1}),
        (NOWHERE, {}),
        ("no-uuid", {}),
        (CREATE_REPOSITORY, {"idempotencyKey": "done"}),
    ],
)
async def test_counted_first(forge: Forge, action: str, body: Any) -> None:
    """What is refused, or answered from before, counts like what is run."""
    run_id = await forge.run(idempotencyKey="done")
    await forge.emulator.forgeportal.finish(run_id)
    for _ in range(9):
        assert (await forge("POST", f"/actions/{action}/run", body=body)).status != 429
    assert limited(await forge("POST", f"/actions/{action}/run", body=body))


async def test_unread_body_not_counted(forge: Forge) -> None:
    """A body that can't be read is refused before anything is counted."""
    forge.headers = {"Content-Type": "application/json"}
    for _ in range(12):
        assert (await forge("POST", RUN, data=b"{")).status == 400
    assert (await forge("POST", RUN, data=b"{}")).status == 202


async def test_templates(forge: Forge) -> None:
    """After five new runs of a user no template is run; the wait is in the body alone."""
    for _ in range(5):
        await forge.template()
    answer = await forge("POST", "/templates/run", body={"templateId": NEW_SERVICE})
    assert limited(answer)
    assert answer.json["retryAfter"] == 60
    assert "Retry-After" not in answer.headers


async def test_templates_after_actions(forge: Forge) -> None:
    """Action runs count against templates, but steps of templates not against action runs."""
    await forge.template()
    for _ in range(4):
        await forge.run()
    answer = await forge("POST", "/templates/run", body={"templateId": NEW_SERVICE})
    assert limited(answer)
    for _ in range(6):
        await forge.run()
    assert limited(await forge("POST", RUN, body={}))


async def test_templates_of_others(forge: Forge) -> None:
    """Runs of other users, and those of more than a period ago, don't count."""
    await forge.emulator.forgeportal.add_runs(5, age=61)
    await forge.emulator.forgeportal.add_runs(5, user="alex@acmecorp.com")
    assert await forge.template()


async def test_template_body_first(forge: Forge) -> None:
    """A template's body is checked before its limit; whether there is the template, after."""
    await forge.emulator.forgeportal.add_runs(5)
    assert (await forge("POST", "/templates/run", body={})).status == 400
    assert limited(await forge("POST", "/templates/run", body={"templateId": NOWHERE}))


async def test_nothing_else(forge: Forge) -> None:
    """Nothing but creating runs is limited."""
    run_id = await forge.run()
    for _ in range(30):
        assert (await forge("GET", "/action-runs")).status == 200
        assert (await forge("POST", f"/actions/runs/{run_id}/cancel")).status in {200, 409}


async def test_each_user() -> None:
    """Each user has a window of the same length, which starts with the first run in it."""
    now = [1_000.0]
    settings = EmulatorSettings(forgeportal_run_limit=2)
    limits = Limits(settings, Clock(now=lambda: now[0]), RunStore(open_store()))
    first, second = (User(name=name, role="developer") for name in "ab")
    limits.count_run(first)
    now[0] = 1_050.0
    limits.count_run(first)
    with pytest.raises(ForgePortalError) as caught:
        limits.count_run(first)
    assert caught.value.headers == {"Retry-After": "10"}
    limits.count_run(second)
    now[0] = 1_060.0
    limits.count_run(first)


async def test_off(session: aiohttp.ClientSession) -> None:
    """Limits can be switched off."""
    settings: Any = {"forgeportal_run_limit": None, "forgeportal_template_limit": None}
    async with Emulator(auto_progress=False, **settings) as emulator:
        forge = Forge(emulator, session)
        runs = [await forge.run() for _ in range(15)]
        templates = [await forge.template() for _ in range(15)]
    assert len({*runs, *templates}) == 30


async def test_short_period(session: aiohttp.ClientSession) -> None:
    """A period can be short; who is refused is told to wait a second at least."""
    settings: Any = {"forgeportal_run_limit": 1, "forgeportal_limit_period": 0.2}
    async with Emulator(auto_progress=False, forgeportal_template_limit=1, **settings) as emulator:
        forge = Forge(emulator, session)
        await forge.run()
        answer = await forge("POST", RUN, body={})
        assert (answer.status, answer.json["retryAfter"]) == (429, 1)
        answer = await forge("POST", "/templates/run", body={"templateId": NEW_SERVICE})
        assert (answer.status, answer.json["retryAfter"]) == (429, 1)
