"""AsyncReport: the runner's side of a run, which logs, links, changes entities and ends it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio

from actionruns.core.log_fields import LogFields, fields_of_error
from actionruns.core.redaction import redact_text
from actionruns.errors import ActionRunsError
from actionruns.port._generated.endpoints import AsyncActionRuns, AsyncEntities
from actionruns.port._generated.models import ActionRun, ActionRunLog, Entity

__all__ = ["AsyncReport", "report_on"]

_log = logging.getLogger("actionruns.port")

_SUMMARY_LIMIT = 2000
_LAST_WORD_SECONDS = 10.0


class AsyncReport:
    """Reports on one run while it is worked on.

    Attributes:
        run_id: The run.
        ended: Whether its end was reported.
    """

    def __init__(self, run_id: str, action_runs: AsyncActionRuns, entities: AsyncEntities) -> None:
        self.run_id = run_id
        self.ended = False
        self._action_runs = action_runs
        self._entities = entities
        self._links: list[str] = []

    async def log(self, message: str) -> ActionRunLog:
        """Add a line to the run's log.

        Args:
            message: The text.

        Returns:
            The log entry as stored.

        Raises:
            UnprocessableEntity: The run has ended.

        Source: POST /v1/actions/runs/{run_id}/logs (port.yaml)
        """
        return await self._action_runs.add_action_run_log(self.run_id, message=message)

    async def link(self, url: str) -> ActionRun:
        """Add a link, for example to the job's own page.

        Port replaces the links of a run with each update; this sends all that were added here.

        Args:
            url: The address.

        Returns:
            The run as updated.

        Source: PATCH /v1/actions/runs/{run_id} (port.yaml)
        """
        self._links.append(url)
        link = self._links if len(self._links) > 1 else url
        return await self._action_runs.update_action_run(self.run_id, link=link)

    async def label(self, status_label: str) -> ActionRun:
        """Set the text beside the status, for example "Waiting for a free runner".

        Args:
            status_label: The text.

        Returns:
            The run as updated.

        Source: PATCH /v1/actions/runs/{run_id} (port.yaml)
        """
        return await self._action_runs.update_action_run(self.run_id, status_label=status_label)

    async def create_entity(
        self,
        blueprint: str,
        *,
        entity: Mapping[str, Any],
        upsert: bool = True,
        merge: bool | None = None,
    ) -> Entity:
        """Create an entity as a step of this run.

        Args:
            blueprint: Identifier of its blueprint.
            entity: The entity.
            upsert: Replace one that exists; without it, that is an error.
            merge: With ``upsert``: keep properties of the existing one that are not given.

        Returns:
            The entity as stored.

        Source: POST /v1/blueprints/{blueprint}/entities?run_id= (port.yaml)
        """
        return await self._entities.create_entity(
            blueprint, entity=entity, upsert=upsert, merge=merge, run_id=self.run_id
        )

    async def update_entity(
        self, blueprint: str, entity_identifier: str, *, entity: Mapping[str, Any]
    ) -> Entity:
        """Change an entity's given members as a step of this run.

        Args:
            blueprint: Identifier of its blueprint.
            entity_identifier: The entity.
            entity: What to change.

        Returns:
            The entity as stored.

        Source: PATCH /v1/blueprints/{blueprint}/entities/{entity_identifier}?run_id= (port.yaml)
        """
        return await self._entities.update_entity(
            blueprint, entity_identifier, entity=entity, run_id=self.run_id
        )

    async def replace_entity(
        self, blueprint: str, entity_identifier: str, *, entity: Mapping[str, Any]
    ) -> Entity:
        """Replace an entity as a step of this run.

        Args:
            blueprint: Identifier of its blueprint.
            entity_identifier: The entity.
            entity: The whole new entity.

        Returns:
            The entity as stored.

        Source: PUT /v1/blueprints/{blueprint}/entities/{entity_identifier}?run_id= (port.yaml)
        """
        return await self._entities.replace_entity(
            blueprint, entity_identifier, entity=entity, run_id=self.run_id
        )

    async def delete_entity(
        self, blueprint: str, entity_identifier: str, *, delete_dependents: bool = False
    ) -> None:
        """Delete an entity as a step of this run.

        Args:
            blueprint: Identifier of its blueprint.
            entity_identifier: The entity.
            delete_dependents: Delete what depends on it, too.

        Source: DELETE /v1/blueprints/{blueprint}/entities/{entity_identifier}?run_id= (port.yaml)
        """
        await self._entities.delete_entity(
            blueprint, entity_identifier, delete_dependents=delete_dependents, run_id=self.run_id
        )

    async def succeed(self, summary: str | None = None) -> ActionRun:
        """End the run with SUCCESS now, instead of when the ``with`` block is left.

        Args:
            summary: What came out of it.

        Returns:
            The run as ended.

        Source: PATCH /v1/actions/runs/{run_id} (port.yaml)
        """
        return await self._end("SUCCESS", summary)

    async def fail(self, summary: str) -> ActionRun:
        """End the run with FAILURE, without an exception.

        Args:
            summary: What went wrong.

        Returns:
            The run as ended.

        Source: PATCH /v1/actions/runs/{run_id} (port.yaml)
        """
        return await self._end("FAILURE", summary)

    async def _end(self, status: Literal["SUCCESS", "FAILURE"], summary: str | None) -> ActionRun:
        run = await self._action_runs.update_action_run(self.run_id, status=status, summary=summary)
        self.ended = True
        return run


@asynccontextmanager
async def report_on(
    run_id: str, action_runs: AsyncActionRuns, entities: AsyncEntities
) -> AsyncIterator[AsyncReport]:
    """Report on a run: SUCCESS when the block is left normally, FAILURE when by an exception.

    A run that nobody ends stays in progress for ever, so a cancelled block is reported, too.
    """
    report = AsyncReport(run_id, action_runs, entities)
    try:
        yield report
    except BaseException as error:
        if not report.ended:
            await _report_failure(report, error)
        raise
    if not report.ended:
        await report.succeed()


async def _report_failure(report: AsyncReport, error: BaseException) -> None:
    summary = redact_text(f"{type(error).__name__}: {error}".rstrip(": "))
    try:
        # Shielded: the cancellation that ends the block must not end its last word as well.
        with anyio.fail_after(_LAST_WORD_SECONDS, shield=True):
            await report.fail(summary[:_SUMMARY_LIMIT])
    except (ActionRunsError, TimeoutError) as failed:
        if type(failed) is type(error):
            return  # the block ended by the same refusal, and says so
        # The block's own error goes first; this one must not hide it.
        error.add_note(f"the run {report.run_id} could not be marked FAILURE: {failed}")
        fields = LogFields(service="port", run_id=report.run_id, **fields_of_error(failed))
        problem = "the run %s could not be marked FAILURE: %s"
        _log.warning(problem, report.run_id, failed, extra=fields)
