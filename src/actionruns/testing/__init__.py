"""Fixtures for pytest: an emulator and clients of it, for tests of code that uses this package.

A project takes them by one line in the `conftest.py` at its root::

    pytest_plugins = ["actionruns.testing"]

They are not registered by an entry point: pytest would then import the whole package at the start
of every run of every project in whose environment it is installed, which takes as long as several
of its own starts.
"""

from __future__ import annotations

from importlib.util import find_spec

from actionruns.errors import ConfigurationError

if find_spec("pytest") is None:
    raise ConfigurationError(
        "actionruns.testing has fixtures for pytest: pip install pytest 'actionruns[emulator]'"
    )

from actionruns.testing.control import (
    BlockingAcpControl,
    BlockingEmulator,
    BlockingForgePortalControl,
)
from actionruns.testing.fixtures import (
    _actionruns_loop,  # noqa: F401  pytest finds it here, for the other fixtures
    actionruns_acp_client,
    actionruns_acp_v02_client,
    actionruns_async_acp_client,
    actionruns_async_acp_v02_client,
    actionruns_async_forgeportal_client,
    actionruns_async_port_client,
    actionruns_emulator,
    actionruns_environment,
    actionruns_forgeportal_client,
    actionruns_port_client,
    actionruns_settings,
    pytest_configure,
)

# pytest finds the fixtures and the hook here by their names.
__all__ = [
    "BlockingAcpControl",
    "BlockingEmulator",
    "BlockingForgePortalControl",
    "actionruns_acp_client",
    "actionruns_acp_v02_client",
    "actionruns_async_acp_client",
    "actionruns_async_acp_v02_client",
    "actionruns_async_forgeportal_client",
    "actionruns_async_port_client",
    "actionruns_emulator",
    "actionruns_environment",
    "actionruns_forgeportal_client",
    "actionruns_port_client",
    "actionruns_settings",
    "pytest_configure",
]
