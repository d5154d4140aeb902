"""The table of services names methods that the clients have, and all of those for runs."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator

import pytest

from actionruns.acp.v01 import AcpV01Client, AsyncAcpV01Client
from actionruns.acp.v02 import AcpV02Client, AsyncAcpV02Client
from actionruns.forgeportal import AsyncForgePortalClient, ForgePortalClient
from actionruns.port import AsyncPortClient, PortClient
from tests.docs.test_tables import coded, rows

# The columns of the table, in their order: async and blocking client.
COLUMNS: tuple[tuple[type, type], ...] = (
    (AsyncPortClient, PortClient),
    (AsyncForgePortalClient, ForgePortalClient),
    (AsyncAcpV01Client, AcpV01Client),
    (AsyncAcpV02Client, AcpV02Client),
)
# Rows that name other things than methods.
NO_METHODS = frozenset({"client", "in `actionruns.watch`"})
# Methods on runs that the pages of the services tell about; the table would be longer than of use.
ON_PAGES = frozenset(
    {
        "action_runs.get_action_run_approvers",
        "action_runs.get_action_run_with_links",
        "action_runs.list_recent_action_runs",
        "runs.get_run_stream",
        "stateless_runs.stream_stateless_run_output",
        "stateless_runs.create_and_stream_stateless_run_output",
        "stateless_runs.create_and_wait_for_stateless_run_output",
        "thread_runs.stream_thread_run_output",
        "thread_runs.create_and_stream_thread_run_output",
        "thread_runs.create_and_wait_for_thread_run_output",
    }
)


def named(column: int) -> set[str]:
    """Return the methods that a column of the table names."""
    return {
        name
        for operation, *cells in rows("services/index.md", "operation")
        if operation not in NO_METHODS
        for name in coded(cells[column])
    }


def methods_of(client: type) -> Iterator[str]:
    """Return the methods of a client and of its groups, as the table writes them."""
    for name, _ in inspect.getmembers(client, inspect.isfunction):
        if not name.startswith("_"):
            yield name
    for group, endpoints in typing.get_type_hints(client).items():
        for name, _ in inspect.getmembers(endpoints, inspect.isfunction):
            if not name.startswith("_"):
                yield f"{group}.{name}"


@pytest.mark.parametrize("column", range(len(COLUMNS)))
def test_each_method_named_exists(column: int) -> None:
    """Each method that the table names is one of the service's clients, in both forms."""
    methods = named(column)
    assert methods
    for client in COLUMNS[column]:
        assert methods - set(methods_of(client)) == set(), client.__name__


@pytest.mark.parametrize("column", range(len(COLUMNS)))
def test_no_method_on_runs_is_left_out(column: int) -> None:
    """Each method of a group of runs is in the table, or among those left to the other pages."""
    client, _ = COLUMNS[column]
    on_runs = {name for name in methods_of(client) if name.partition(".")[0].endswith("runs")}
    assert on_runs
    assert on_runs - named(column) - ON_PAGES == set()


def test_nothing_is_left_to_other_pages_that_is_gone() -> None:
    """Each method that the table leaves out exists."""
    existing = {name for client, _ in COLUMNS for name in methods_of(client)}
    assert ON_PAGES - existing == set()
