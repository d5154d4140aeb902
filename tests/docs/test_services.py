"""The table of services names all methods that the clients have, and no others."""

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
def test_no_method_is_left_out(column: int) -> None:
    """Each method of a client and of its groups is in the table, but for how it is closed."""
    client, _ = COLUMNS[column]
    assert set(methods_of(client)) - named(column) - {"aclose"} == set()
