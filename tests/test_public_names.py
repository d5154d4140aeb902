"""The public names of the package: what users import, and nothing else."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any

import pytest

import actionruns
from actionruns import ActionRunsError, errors

# Names that users, tests and documentation rely on.
FIXED = frozenset(
    {
        "AcpClient",
        "ActionRunsError",
        "ApiError",
        "AsyncAcpClient",
        "AsyncForgePortalClient",
        "AsyncPortClient",
        "AuthenticationFailed",
        "BadRequest",
        "ClientClosed",
        "ConfigurationError",
        "Conflict",
        "ConnectionFailed",
        "DecodeFailed",
        "ForgePortalClient",
        "InvalidRequest",
        "NotFound",
        "PayloadTooLarge",
        "PermissionDenied",
        "PortClient",
        "RateBudget",
        "RateLimited",
        "RequestTimeout",
        "RetryPolicy",
        "RunGone",
        "RunState",
        "RunUpdate",
        "ServerError",
        "UnprocessableEntity",
        "WaitTimeout",
        "watch",
    }
)

# Members of clients that the design fixes, in both forms.
OPERATIONS = {
    "action_runs": {
        "add_action_run_log",
        "approve_action_run",
        "execute_action",
        "get_action_run",
        "get_action_run_approvers",
        "get_action_run_logs",
        "get_action_runs",
        "iter_action_run_logs",
        "iter_action_runs",
        "update_action_run",
    },
    "entities": {
        "create_entity",
        "delete_entity",
        "get_entity",
        "replace_entity",
        "update_entity",
    },
}

FORGEPORTAL_OPERATIONS = {
    "action_runs": {
        "cancel_action_run",
        "get_action_run",
        "get_action_run_logs",
        "get_action_run_with_links",
        "iter_action_runs",
        "list_action_runs",
        "list_recent_action_runs",
        "run_action",
    },
    "templates": {
        "cancel_template_run",
        "get_template",
        "get_template_run",
        "iter_template_runs",
        "list_template_runs",
        "list_templates",
        "run_template",
    },
}

# Plain values: Python gives them no docstring of their own.
VALUES = frozenset({"UNSET", "__version__"})


def own_docstring(thing: Any) -> str:
    return (vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__) or ""


# The modules directly under the package; `cli` is a program, not something to import from.
MODULES = [
    f"actionruns.{module.name}"
    for module in pkgutil.iter_modules(actionruns.__path__)
    if not module.name.startswith("_") and module.name != "cli"
]


def test_each_name_is_exported_once() -> None:
    """`__all__` has each name once, and no two names for the same thing."""
    names = actionruns.__all__
    assert len(set(names)) == len(names)
    things = [id(getattr(actionruns, name)) for name in names]
    assert len(set(things)) == len(things)


def test_nothing_else_is_public() -> None:
    """Besides `__all__`, the package has nothing public but its own modules."""
    others = {name for name in vars(actionruns) if not name.startswith("_")} - set(
        actionruns.__all__
    )
    others.discard("annotations")  # of `from __future__`
    assert {name for name in others if not isinstance(vars(actionruns)[name], ModuleType)} == set()


@pytest.mark.parametrize("module_name", MODULES)
def test_a_name_means_the_same_everywhere(module_name: str) -> None:
    """What a module exports exists, and what the package exports under that name is the same."""
    module = importlib.import_module(module_name)
    for name in getattr(module, "__all__", ()):
        thing = getattr(module, name)
        if name in actionruns.__all__:
            assert thing is getattr(actionruns, name)


@pytest.mark.parametrize("name", sorted(set(actionruns.__all__) - VALUES))
def test_each_name_has_a_docstring(name: str) -> None:
    """Each public class and function is described by a docstring of its own."""
    assert own_docstring(getattr(actionruns, name)).strip()


def test_public_members_have_docstrings() -> None:
    """Each public method and property of a public class is described."""
    mute = [
        f"{name}.{member}"
        for name in sorted(set(actionruns.__all__) - VALUES)
        if inspect.isclass(getattr(actionruns, name))
        for member, value in inspect.getmembers(getattr(actionruns, name))
        if not member.startswith("_")
        if inspect.isfunction(value) or isinstance(value, property)
        if not (value.__doc__ or "").strip()
    ]
    assert mute == []


def test_fixed_names_exist() -> None:
    """The names that the design fixes are exported."""
    assert FIXED - set(actionruns.__all__) == set()


def test_every_error_is_exported() -> None:
    """Each error of the tree is exported, so that it can be caught."""
    classes = {
        name
        for name, thing in vars(errors).items()
        if inspect.isclass(thing) and issubclass(thing, ActionRunsError)
    }
    assert classes - set(actionruns.__all__) == set()


@pytest.mark.parametrize("client", [actionruns.AsyncPortClient, actionruns.PortClient])
def test_operations_of_the_design_exist(client: type[Any]) -> None:
    """Both clients have the operations that the design fixes, under their names."""
    port = client(token="any")
    missing = {
        f"{group}.{name}"
        for group, names in OPERATIONS.items()
        for name in names
        if not callable(getattr(getattr(port, group), name, None))
    }
    missing |= {name for name in ("wait", "watch", "report") if not hasattr(port, name)}
    assert missing == set()


@pytest.mark.parametrize("client", [actionruns.AsyncPortClient, actionruns.PortClient])
def test_settings_are_keywords(client: type[Any]) -> None:
    """A client takes the settings of the design, and by keyword only."""
    parameters = inspect.signature(client).parameters
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert {
        "base_url",
        "client_id",
        "client_secret",
        "headers",
        "max_connections",
        "proxy",
        "rate",
        "region",
        "retry",
        "session",
        "ssl",
        "timeout",
        "token",
        "trust_env",
    } == set(parameters)


FORGEPORTAL_CLIENTS = (actionruns.AsyncForgePortalClient, actionruns.ForgePortalClient)


@pytest.mark.parametrize("client", FORGEPORTAL_CLIENTS)
def test_forgeportal_operations_of_the_design_exist(client: type[Any]) -> None:
    """Both of ForgePortal's clients have the operations that the design fixes."""
    forge = client()
    missing = {
        f"{group}.{name}"
        for group, names in FORGEPORTAL_OPERATIONS.items()
        for name in names
        if not callable(getattr(getattr(forge, group), name, None))
    }
    missing |= {name for name in ("wait", "wait_all", "watch") if not hasattr(forge, name)}
    assert missing == set()


@pytest.mark.parametrize("client", FORGEPORTAL_CLIENTS)
def test_forgeportal_settings_are_keywords(client: type[Any]) -> None:
    """A client takes the settings of the design, and by keyword only."""
    parameters = inspect.signature(client).parameters
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    port = set(inspect.signature(actionruns.AsyncPortClient).parameters)
    credentials = {"client_id", "client_secret", "token", "region"}
    assert set(parameters) == (port - credentials) | {"session_cookie"}
