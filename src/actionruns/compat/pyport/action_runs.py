"""ActionRuns: the methods that pyport has for action runs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from actionruns.compat.pyport import routes
from actionruns.compat.pyport.answers import with_approvers, with_entry, with_logs, with_run
from actionruns.compat.pyport.query import query_names
from actionruns.compat.pyport.routes import Answer
from actionruns.compat.pyport.sending import Sender

__all__ = ["ActionRuns"]

_log = logging.getLogger("actionruns.compat.pyport")

# pyport's documentation adds them to log entries. Port's schema has no such members and allows no
# others; an entry gets its time from Port, and a level it has none.
_NOT_OF_AN_ENTRY: Final = frozenset({"level", "timestamp"})
_LEFT_OUT: Final = (
    "Port's log entries have no level and no timestamp of their own: both are left out. Port sets "
    "the time; write a level into the message."
)
# Code that counts pages would otherwise wonder why there is nothing in them.
_NO_PAGE_NUMBERS: Final = (
    "page is the identifier of an action, not a number: this lists the runs of an action of that "
    "name. For the next page, give the answer's next back: params={'next': ...}."
)


class ActionRuns:
    """Read, update, approve and log action runs, in terms of plain dicts.

    Every result is the answer's JSON object as the service sent it, with members beside it where
    pyport's documentation reads others. In every method, ``params`` are query parameters by their
    names on the wire; one that the route does not have is refused.

    Args:
        sender: Calls the routes.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._told: set[str] = set()

    def get_action_runs(
        self,
        page: int | str | None = None,
        per_page: int | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Answer:
        """List action runs, one page of them.

        Args:
            page: Only runs of the action with this identifier. It is no number of a page, and a
                number logs a warning, once for each client. The cursor to the next page, ``next``
                of the answer, goes into ``params``.
            per_page: How many runs a page holds at most, 1 to 1000. None leaves it to the service.
            params: Query parameters, for example ``{"active": True}``. They go before ``page`` and
                ``per_page``, which are the parameters ``action`` and ``limit``.

        Returns:
            The answer: ``runs``, and ``next`` if there is another page.

        Raises:
            PortValidationError: A parameter is unknown or out of its range.
            PortApiError: The call failed.

        Source: GET /v1/actions/runs (port.yaml)
        """
        if isinstance(page, int):
            self._tell_once(_NO_PAGE_NUMBERS)
        defaults = {"action": page, "limit": per_page}
        return self._sender.send(routes.GET_ACTION_RUNS, params, defaults=defaults)

    def get_action_run(self, run_id: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Get one action run.

        Args:
            run_id: The run.
            params: Query parameters: ``version``, the shape of the run, ``v1`` or ``v2``.

        Returns:
            The answer: ``run``, and the members of the run beside it.

        Raises:
            PortResourceNotFoundError: There is no such run.
            PortApiError: The call failed.

        Source: GET /v1/actions/runs/{run_id} (port.yaml)
        """
        return with_run(self._sender.send(routes.GET_ACTION_RUN, params, run_id=run_id))

    def update_action_run(
        self,
        run_id: str,
        run_data: Mapping[str, Any],
        params: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Update an action run, or end it.

        Args:
            run_id: The run.
            run_data: What to change: ``status`` (``SUCCESS`` or ``FAILURE``, which ends the run),
                ``statusLabel``, ``link``, ``summary``, ``externalRunId``.
            params: Query parameters: ``version``, the shape of the run, ``v1`` or ``v2``.

        Returns:
            The answer: ``run`` after the update, and the members of the run beside it.

        Raises:
            PortResourceNotFoundError: There is no such run.
            PortValidationError: The service refuses the change, for example of a run that is over.
            PortApiError: The call failed.

        Source: PATCH /v1/actions/runs/{run_id} (port.yaml)
        """
        return with_run(
            self._sender.send(routes.UPDATE_ACTION_RUN, params, run_id=run_id, body=run_data)
        )

    def approve_action_run(
        self,
        run_id: str,
        approval_data: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Approve an action run that waits for approval, or decline it.

        Args:
            run_id: The run.
            approval_data: ``status`` (``APPROVE``, the default, or ``DECLINE``) and
                ``description``. pyport's documentation has ``params`` in this place: a dict of
                nothing but query parameters is taken as those.
            params: Query parameters: ``version``, the shape of the run, ``v1`` or ``v2``.

        Returns:
            The answer: ``run`` after the decision, and the members of the run beside it.

        Raises:
            PortResourceNotFoundError: There is no such run.
            PortPermissionError: These credentials may not decide about it.
            PortValidationError: The run does not wait for approval.
            PortApiError: The call failed.

        Source: PATCH /v1/actions/runs/{run_id}/approval (port.yaml)
        """
        route = routes.APPROVE_ACTION_RUN
        body: Any = approval_data  # what is no mapping is refused where it is sent
        if approval_data is None or isinstance(approval_data, Mapping):
            if params is None and approval_data and approval_data.keys() <= query_names(route):
                approval_data, params = None, approval_data
            body = {"status": "APPROVE", **(approval_data or {})}
        return with_run(self._sender.send(route, params, run_id=run_id, body=body))

    def get_action_run_logs(self, run_id: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Read the log of an action run.

        Args:
            run_id: The run.
            params: Query parameters: ``limit``, 1 to 50, and ``offset``.

        Returns:
            The answer: ``runLogs``, and beside it ``logs``, the same entries, each with a
            ``timestamp``, which is its ``createdAt``.

        Raises:
            PortResourceNotFoundError: There is no such run.
            PortApiError: The call failed.

        Source: GET /v1/actions/runs/{run_id}/logs (port.yaml)
        """
        return with_logs(self._sender.send(routes.GET_ACTION_RUN_LOGS, params, run_id=run_id))

    def add_action_run_log(
        self,
        run_id: str,
        log_data: Mapping[str, Any],
        params: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Add an entry to the log of an action run.

        Args:
            run_id: The run.
            log_data: ``message``; ``terminationStatus`` (``SUCCESS`` or ``FAILURE``), which ends
                the run; ``statusLabel``. ``level`` and ``timestamp`` are not sent: Port has
                neither and refuses an entry with them. It sets the time itself; write a level into
                the message. A warning is logged, once for each client.
            params: Query parameters; the route has none.

        Returns:
            The answer: ``runLog``, the entry, and its members beside it, with a ``timestamp``.

        Raises:
            PortResourceNotFoundError: There is no such run.
            PortValidationError: The service refuses the entry, for example since the run is over.
            PortApiError: The call failed.

        Source: POST /v1/actions/runs/{run_id}/logs (port.yaml)
        """
        entry = self._of_an_entry(log_data)
        return with_entry(
            self._sender.send(routes.ADD_ACTION_RUN_LOG, params, run_id=run_id, body=entry)
        )

    def get_action_run_approvers(
        self, run_id: str, params: Mapping[str, Any] | None = None
    ) -> Answer:
        """Tell who has decided about an action run, or may.

        Args:
            run_id: The run.
            params: Query parameters: ``include_pending_approvers``, True for those as well who have
                not decided yet.

        Returns:
            The answer: ``approvers``, each with an ``email``. Where the service sends no address,
            this is the user's id, by which it names approvers.

        Raises:
            PortResourceNotFoundError: There is no such run.
            PortApiError: The call failed.

        Source: GET /v1/actions/runs/{run_id}/approvers (port.yaml)
        """
        defaults = {"include_pending_approvers": False}
        route = routes.GET_ACTION_RUN_APPROVERS
        return with_approvers(self._sender.send(route, params, run_id=run_id, defaults=defaults))

    def _of_an_entry(self, log_data: Any) -> Any:
        """Leave out what Port does not take, and say so once."""
        if not isinstance(log_data, Mapping) or not log_data.keys() & _NOT_OF_AN_ENTRY:
            return log_data
        self._tell_once(_LEFT_OUT)
        return {name: log_data[name] for name in log_data if name not in _NOT_OF_AN_ENTRY}

    def _tell_once(self, warning: str) -> None:
        if warning not in self._told:
            self._told.add(warning)
            _log.warning(warning)
