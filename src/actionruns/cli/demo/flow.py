"""The runner's side, as in Port's tutorial: once async, once blocking.

A run is read, an entity is created as a step of it, and it is ended with a link and a message.
The two functions differ by ``await`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from rich.text import Text

from actionruns import AsyncPortClient, PortClient
from actionruns.cli.consoles import clean, one_line
from actionruns.cli.demo.screen import Screen
from actionruns.cli.demo.server import DEMO
from actionruns.cli.rendering import duration
from actionruns.cli.states import status_text
from actionruns.core.codec import unstructure
from actionruns.port._generated.models import AccessToken, ActionRun, ActionRunLog, Entity

__all__ = ["async_flow", "blocking_flow"]

_INPUTS: Final[Mapping[str, str]] = {"name": "my-microservice", "region": "eu-west-1"}
_LINK: Final = "https://github.com/actions/toolkit/actions/runs/3617893813"


async def async_flow(base_url: str, screen: Screen) -> None:
    """Go through the flow with the async client."""
    tell = _Teller(screen, "await port.")
    async with AsyncPortClient(
        base_url=base_url, client_id=DEMO, client_secret=DEMO, trust_env=False
    ) as port:
        tell.token(await port.auth.get_access_token(client_id=DEMO, client_secret=DEMO))
        run = await port.action_runs.execute_action("create_microservice", properties=_INPUTS)
        tell.executed(run)
        run = await port.action_runs.get_action_run(run.id, version="v2")
        tell.read(run)
        entity = await port.entities.create_entity(
            "microservice", entity=_entity_for(run), run_id=run.id, upsert=True
        )
        tell.entity(entity)
        entry = await port.action_runs.add_action_run_log(run.id, message="The service is up")
        tell.logged(entry)
        run = await port.action_runs.update_action_run(
            run.id, status="SUCCESS", link=_LINK, message=_message_for(entity), version="v2"
        )
        tell.end(run)
        tell.logs([entry async for entry in port.action_runs.iter_action_run_logs(run.id)])


def blocking_flow(base_url: str, screen: Screen) -> None:
    """Go through the flow with the blocking client."""
    tell = _Teller(screen, "port.")
    with PortClient(base_url=base_url, client_id=DEMO, client_secret=DEMO, trust_env=False) as port:
        tell.token(port.auth.get_access_token(client_id=DEMO, client_secret=DEMO))
        run = port.action_runs.execute_action("create_microservice", properties=_INPUTS)
        tell.executed(run)
        run = port.action_runs.get_action_run(run.id, version="v2")
        tell.read(run)
        entity = port.entities.create_entity(
            "microservice", entity=_entity_for(run), run_id=run.id, upsert=True
        )
        tell.entity(entity)
        entry = port.action_runs.add_action_run_log(run.id, message="The service is up")
        tell.logged(entry)
        run = port.action_runs.update_action_run(
            run.id, status="SUCCESS", link=_LINK, message=_message_for(entity), version="v2"
        )
        tell.end(run)
        tell.logs(list(port.action_runs.iter_action_run_logs(run.id)))


def _entity_for(run: ActionRun) -> dict[str, Any]:
    inputs = run.properties or {}
    return {
        "identifier": inputs["name"].replace(" ", "_"),
        "title": inputs["name"],
        "properties": {"region": inputs["region"]},
    }


def _message_for(entity: Entity) -> dict[str, Any]:
    return {"run_status": "New entity created!", "new_entity": entity.identifier}


class _Teller:
    """Prints each step: the call, and what came back."""

    def __init__(self, screen: Screen, prefix: str) -> None:
        self._screen = screen
        self._prefix = prefix

    def _step(self, call: str, *results: Text | str) -> None:
        self._screen.show(Text(f"   {self._prefix}{call}", "cyan"))
        for result in results:
            self._screen.show(Text.assemble("     ", result))

    def token(self, token: AccessToken) -> None:
        kind = token.token_type or "Bearer"
        self._step("auth.get_access_token(...)", f"{kind}, good for {duration(token.expires_in)}")

    def executed(self, run: ActionRun) -> None:
        self._step('action_runs.execute_action("create_microservice", ...)', run.id)

    def read(self, run: ActionRun) -> None:
        line = Text.assemble(self._status(run), f"  {_json(run.properties)}")
        self._step("action_runs.get_action_run(id)", line)

    def entity(self, entity: Entity) -> None:
        line = f"{entity.identifier}  {_json(entity.properties)}"
        self._step('entities.create_entity("microservice", run_id=id, upsert=True)', line)

    def logged(self, entry: ActionRunLog) -> None:
        self._step("action_runs.add_action_run_log(id, message=...)", clean(entry.message))

    def end(self, run: ActionRun) -> None:
        line = Text.assemble(self._status(run), f"  {clean(str(run.link))}")
        call = 'action_runs.update_action_run(id, status="SUCCESS", link=...)'
        self._step(call, line, _json(run.message))

    def logs(self, entries: Sequence[ActionRunLog]) -> None:
        lines = [one_line(entry.message) for entry in entries]
        self._step("action_runs.iter_action_run_logs(id)", *lines)

    def _status(self, run: ActionRun) -> Text:
        return status_text(run, self._screen.console.encoding)


def _json(value: Any) -> str:
    return clean(orjson.dumps(unstructure(value)).decode())
