"""A small project of a user, whose tests are run as the user would run them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import pytest

import actionruns

Run: TypeAlias = Callable[..., pytest.RunResult]

# Seconds for one project. What it guards against would last for ever.
PATIENCE = 30

CONFTEST = """
import pytest

pytest_plugins = ["actionruns.testing"]


@pytest.fixture
def anyio_backend():
    return "asyncio"
"""

# As strict as a project can be: whatever is left open, running or unawaited is an error.
INI = "[pytest]\naddopts = --strict-markers -p no:cacheprovider\nfilterwarnings = error\n"
HAS_PYTEST_ASYNCIO = find_spec("pytest_asyncio") is not None
if HAS_PYTEST_ASYNCIO:
    INI += "asyncio_default_fixture_loop_scope = function\n"  # It warns when that is not set.


@pytest.fixture
def run_project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a user's tests in a process of their own.

    Args of what it returns: the source of the tests, that of `conftest.py`, and more arguments for
    pytest.
    """
    sources = str(Path(actionruns.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([sources, *filter(None, sys.path)]))
    pytester.makeini(INI)

    def run(tests: str, *arguments: str, conftest: str = CONFTEST) -> pytest.RunResult:
        pytester.makeconftest(conftest)
        pytester.makepyfile(test_theirs=tests)
        return pytester.runpytest_subprocess(*arguments, timeout=PATIENCE)

    return run
