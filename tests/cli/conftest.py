"""An emulator in a thread of its own, and the command line called with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from typer.testing import CliRunner

import actionruns
from actionruns.cli.app import app
from actionruns.emulator import Emulator
from actionruns.emulator.acp import AcpControl

SOURCES = Path(actionruns.__file__).parents[1]
# Seconds for a process to do its work and to end. What it guards against would last for ever.
PATIENCE = 30
# Of the emulated agents.
KEY = "demo"
# What the variables of the services begin with.
SERVICES = ("PORT_", "FORGEPORTAL_", "ACP_")

Invoke: TypeAlias = Callable[..., Any]


class Emulated:
    """An emulator, called from tests that are not asynchronous."""

    def __init__(self, emulator: Emulator, portal: BlockingPortal) -> None:
        self.emulator = emulator
        self._portal = portal

    def call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        """Call a method of the emulator in its event loop."""
        return self._portal.call(method, *arguments)

    def add_run(self, action: str = "create_microservice") -> str:
        """Create a run, in progress or waiting for approval."""
        run_id: str = self.call(self.emulator.add_run, action)
        return run_id

    def finish(self, run_id: str, status: str = "SUCCESS") -> None:
        """End a run."""
        self.call(self.emulator.finish, run_id, status)

    def log(self, run_id: str, *messages: str) -> None:
        """Add entries to a run's log, as its backend would."""
        with actionruns.PortClient(
            base_url=self.emulator.port_url, client_id="demo", client_secret="demo"
        ) as client:
            for message in messages:
                client.action_runs.add_action_run_log(run_id, message=message)

    @property
    def environment(self) -> dict[str, str]:
        """What the command line needs to know of it."""
        urls = {
            "FORGEPORTAL_URL": self.emulator.forgeportal_url,
            "ACP_URL": self.emulator.acp_url,
        }
        return environment(self.emulator.port_url) | urls


class EmulatedForge(Emulated):
    """The emulator's ForgePortal, called from tests that are not asynchronous."""

    def add_run(self, action: str = "create_repository", **options: Any) -> str:
        """Create a run that is queued, or what the options say."""
        run_id: str = self.call(partial(self.emulator.forgeportal.add_run, action, **options))
        return run_id

    def finish(self, run_id: str, status: str = "success") -> None:
        """End a run."""
        self.call(self.emulator.forgeportal.finish, run_id, status)

    def log(self, run_id: str, *messages: str) -> None:
        """Add entries to a run's log, as its worker would."""
        for message in messages:
            self.call(self.emulator.forgeportal.add_log, run_id, message)


class Everywhere:
    """Runs at each service of an emulator, moved from tests that are not asynchronous."""

    def __init__(self, emulated: Emulated) -> None:
        self._call = emulated.call
        self._port = emulated.emulator
        self._forge = emulated.emulator.forgeportal
        self._acp = emulated.emulator.acp

    def add_run(self, service: str) -> str:
        """Create a run, and return its reference."""
        add: dict[str, Callable[[], Any]] = {
            "port": lambda: self._call(self._port.add_run, "create_microservice"),
            "forgeportal": lambda: self._call(self._forge.add_run, "create_repository"),
            "acp": lambda: self._call(self._acp.add_run, "thinker"),
        }
        return f"{service}:{add[service]()}"

    def finish(self, ref: str, *, well: bool = True) -> None:
        """End a run."""
        service, _, run_id = ref.partition(":")
        if service == "port":
            self._call(self._port.finish, run_id, "SUCCESS" if well else "FAILURE")
        elif service == "forgeportal":
            self._call(self._forge.finish, run_id, "success" if well else "failed")
        else:
            self._call(self._acp.succeed, run_id, {})


def environment(base_url: str) -> dict[str, str]:
    """Return an environment for the command line, and nothing of this process's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(SERVICES)
        and name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE"}
    }
    return kept | {
        "PORT_BASE_URL": base_url,
        "PORT_CLIENT_ID": "demo",
        "PORT_CLIENT_SECRET": "demo",
        "PYTHONPATH": os.pathsep.join([str(SOURCES), *filter(None, sys.path)]),
        "PYTHONUTF8": "1",
        "TERM": "xterm-256color",
        "TZ": "UTC",
    }


E = TypeVar("E", bound=Emulated)


@contextmanager
def _emulated(kind: type[E], **settings: Any) -> Iterator[E]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Emulator(**settings)) as emulator,
    ):
        yield kind(emulator, portal)


def emulated(**settings: Any) -> AbstractContextManager[Emulated]:
    """Run an emulator in a thread."""
    return _emulated(Emulated, **settings)


class Agents:
    """The emulated agents of one version, called from tests that are not asynchronous."""

    def __init__(self, emulated: Emulated, version: str) -> None:
        self.version = version
        self.emulator = emulated.emulator
        self._call = emulated.call

    @property
    def url(self) -> str:
        """Where they are."""
        return self.emulator.acp_url if self.version == "0.1" else self.emulator.acp_v02_url

    @property
    def control(self) -> AcpControl:
        """What moves their runs."""
        return self.emulator.acp if self.version == "0.1" else self.emulator.acp_v02

    def do(self, method: Callable[..., Any], *arguments: Any) -> Any:
        """Call a method of the control in the emulator's event loop."""
        return self._call(method, *arguments)

    def add_run(self, agent: str = "thinker") -> str:
        """Create a run that is pending."""
        run_id: str = self.do(self.control.add_run, agent)
        return run_id


@pytest.fixture(params=["0.1", "0.2"])
def agents(request: pytest.FixtureRequest) -> Iterator[Agents]:
    """Agents that want an API key, whose runs move only when they are told to."""
    with emulated(auto_progress=False, acp_auth=True) as started:
        yield Agents(started, request.param)


@pytest.fixture
def acp(agents: Agents, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Call `actionruns acp` in this process, with the address, the version and a key."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ACP_URL", agents.url)
    monkeypatch.setenv("ACP_API_KEY", KEY)

    def call(command: str, *arguments: str, stdin: str | None = None) -> Any:
        words = ["acp", command, *arguments, "--acp-version", agents.version]
        return CliRunner().invoke(app, words, input=stdin)

    return call


@pytest.fixture
def forge() -> Iterator[EmulatedForge]:
    """An emulated ForgePortal with logins, whose runs move only when they are told to."""
    with _emulated(EmulatedForge, auto_progress=False, forgeportal_auth=True) as forge:
        yield forge


@pytest.fixture
def port() -> Iterator[Emulated]:
    """An emulated Port whose runs move only when they are told to."""
    with emulated(auto_progress=False) as port:
        yield port


@pytest.fixture
def everywhere(port: Emulated) -> Everywhere:
    """Runs at each service of the emulator."""
    return Everywhere(port)


def _invoke(emulated: Emulated, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    foreign = ("PORT_API_KEY", "PORT_REGION", "FORGEPORTAL_SESSION", "ACP_API_KEY")
    for name in (*foreign, "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in emulated.environment.items():
        if name.startswith(SERVICES):
            monkeypatch.setenv(name, value)

    def call(*arguments: str, stdin: str | None = None) -> Any:
        return CliRunner().invoke(app, arguments, input=stdin)

    return call


@pytest.fixture
def invoke(port: Emulated, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Call the command line in this process, with the emulator's address and credentials."""
    return _invoke(port, monkeypatch)


@pytest.fixture
def forgeportal(forge: EmulatedForge, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Call `actionruns forgeportal` in this process, with a session."""
    call = _invoke(forge, monkeypatch)
    monkeypatch.setenv("FORGEPORTAL_SESSION", "demo")
    return partial(call, "forgeportal")


@contextmanager
def process(
    *arguments: str, env: Mapping[str, str], **settings: Any
) -> Iterator[subprocess.Popen[str]]:
    """Run the command line as a process of its own; end it with the body."""
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        [sys.executable, "-m", "actionruns", *arguments], env=dict(env), **(options | settings)
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def finished(*arguments: str, env: Mapping[str, str], **settings: Any) -> tuple[int, str, str]:
    """Run the command line to its end; return its code and what it printed."""
    with process(*arguments, env=env, **settings) as started:
        out, err = started.communicate(timeout=PATIENCE)
        return started.returncode, out, err
