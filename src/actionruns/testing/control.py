"""What a test does with an emulator that runs in another thread: each method waits for its end."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from actionruns.blocking import BlockingEndpoints
from actionruns.emulator import Emulator, EmulatorSettings, RequestLog
from actionruns.emulator.acp import AcpControl
from actionruns.emulator.forgeportal import ForgePortalControl

__all__ = ["BlockingAcpControl", "BlockingEmulator", "BlockingForgePortalControl"]

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")


def _awaited(
    method: Callable[Concatenate[C, P], Awaitable[T]],
) -> Callable[Concatenate[Any, P], T]:
    """Return the blocking twin of a method, with its parameters, result and docstring."""

    @functools.wraps(method)
    def twin(self: BlockingEndpoints[C], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._loop.call(method, self._async, *args, **kwargs)

    return twin


def _called(
    method: Callable[Concatenate[C, P], T],
) -> Callable[Concatenate[Any, P], T]:
    """Return the twin of a method that is not async: it is called on the emulator's loop, too.

    What it changes is read there, and the database belongs to that thread.
    """

    async def call(self: C, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return method(self, *args, **kwargs)

    return functools.wraps(method)(_awaited(call))


class BlockingForgePortalControl(BlockingEndpoints[ForgePortalControl]):
    """The emulated ForgePortal's runs, as `ForgePortalControl` has them, without ``await``."""

    add = _called(ForgePortalControl.add)
    action_id = _called(ForgePortalControl.action_id)
    add_runs = _awaited(ForgePortalControl.add_runs)
    start = _awaited(ForgePortalControl.start)
    fail = _awaited(ForgePortalControl.fail)
    finish = _awaited(ForgePortalControl.finish)
    abandon = _awaited(ForgePortalControl.abandon)
    set_status = _awaited(ForgePortalControl.set_status)
    add_log = _awaited(ForgePortalControl.add_log)
    delete = _awaited(ForgePortalControl.delete)
    run = _awaited(ForgePortalControl.run)
    ended = _awaited(ForgePortalControl.ended)
    sign_in = _called(ForgePortalControl.sign_in)
    expire_sessions = _called(ForgePortalControl.expire_sessions)
    expire_csrf_tokens = _called(ForgePortalControl.expire_csrf_tokens)

    def add_run(self, action: str = "create_repository", **options: Any) -> str:
        """Create one run and return its id; the options are those of `add_runs`."""
        return self._loop.call(self._async.add_run, action, **options)


class BlockingAcpControl(BlockingEndpoints[AcpControl]):
    """The runs of the emulated agents, as `AcpControl` has them, without ``await``."""

    add = _called(AcpControl.add)
    agent_id = _called(AcpControl.agent_id)
    set_stream = _called(AcpControl.set_stream)
    add_runs = _awaited(AcpControl.add_runs)
    advance = _awaited(AcpControl.advance)
    emit = _awaited(AcpControl.emit)
    interrupt = _awaited(AcpControl.interrupt)
    succeed = _awaited(AcpControl.succeed)
    fail = _awaited(AcpControl.fail)
    set_status = _awaited(AcpControl.set_status)
    delete = _awaited(AcpControl.delete)
    run = _awaited(AcpControl.run)
    settled = _awaited(AcpControl.settled)

    def add_run(self, agent: str = "thinker", **options: Any) -> str:
        """Create one run and return its id; the options are those of `add_runs`."""
        return self._loop.call(self._async.add_run, agent, **options)


class BlockingEmulator(BlockingEndpoints[Emulator]):
    """An `Emulator` that runs on the private loop: its methods, without ``await``.

    They may be called in a plain test and in an async one, which they hold up for a moment: the
    emulator is in another thread.
    """

    add = _called(Emulator.add)
    add_runs = _awaited(Emulator.add_runs)
    finish = _awaited(Emulator.finish)
    set_status = _awaited(Emulator.set_status)
    approve = _awaited(Emulator.approve)
    decline = _awaited(Emulator.decline)
    delete = _awaited(Emulator.delete)
    run = _awaited(Emulator.run)
    ended = _awaited(Emulator.ended)
    expire_tokens = _called(Emulator.expire_tokens)
    fail_next = _called(Emulator.fail_next)
    clear_faults = _called(Emulator.clear_faults)

    def add_run(self, action: str = "create_microservice", **options: Any) -> str:
        """Create one run and return its id; the options are those of `add_runs`."""
        return self._loop.call(self._async.add_run, action, **options)

    @property
    def forgeportal(self) -> BlockingForgePortalControl:
        """The emulated ForgePortal, besides its requests."""
        return BlockingForgePortalControl(self._async.forgeportal, self._loop)

    @property
    def acp(self) -> BlockingAcpControl:
        """The emulated agents of `acp_url`, besides their requests."""
        return BlockingAcpControl(self._async.acp, self._loop)

    @property
    def acp_v02(self) -> BlockingAcpControl:
        """The same for the agents of `acp_v02_url`, which have runs of their own."""
        return BlockingAcpControl(self._async.acp_v02, self._loop)

    @property
    def requests(self) -> RequestLog:
        """What was asked of the emulator."""
        return self._async.requests

    @property
    def settings(self) -> EmulatorSettings:
        """How the emulator behaves."""
        return self._async.settings

    @property
    def url(self) -> str:
        """Where the emulator listens, as ``http://127.0.0.1:8080``."""
        return self._async.url

    @property
    def port_url(self) -> str:
        """Base URL of the emulated Port."""
        return self._async.port_url

    @property
    def forgeportal_url(self) -> str:
        """Base URL of the emulated ForgePortal."""
        return self._async.forgeportal_url

    @property
    def acp_url(self) -> str:
        """Base URL of the emulated agents, by version 0.1 of the Agent Connect Protocol."""
        return self._async.acp_url

    @property
    def acp_v02_url(self) -> str:
        """Base URL of the emulated agents, by version 0.2 of the Agent Connect Protocol."""
        return self._async.acp_v02_url
