"""A beginner's mistakes with whole clients, programs and commands.

Where Python itself refuses (an await too many, or one that lacks), its own message names what was
used wrongly; the client adds what to write where Python would not.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from actionruns import AsyncPortClient, ClientClosed, PortClient
from tests.cli.conftest import PATIENCE, Emulated, emulated, environment, finished
from tests.forms import DEMO, SECRET, Call, get, result_of


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take Port's settings out of the environment."""
    for name in ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET", "PORT_API_KEY", "PORT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def port() -> Iterator[Emulated]:
    """An emulator in a thread of its own, so that the blocking form can be used anywhere."""
    with emulated(auto_progress=False) as running:
        yield running


@pytest.fixture
def url(port: Emulated) -> str:
    """Where the emulated Port is."""
    return port.emulator.port_url


def program(text: str, *arguments: str, url: str) -> tuple[int, str, str]:
    """Run a program of a beginner's; return its exit code and what it printed."""
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", text, *arguments],
        env=environment(url),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


USES: list[Call] = [
    get,
    lambda client: client.action_runs.iter_action_runs(),
    lambda client: client.wait("r_x"),
    lambda client: client.wait_all(["r_x"]),
    lambda client: client.watch(["r_x"]),
]


@pytest.mark.parametrize("call", USES)
def test_a_closed_client(call: Call, url: str) -> None:
    """Whatever is called: the client is closed, make a new one."""

    async def main() -> None:
        async with AsyncPortClient(base_url=url, **DEMO) as client:
            pass
        await result_of(call(client))

    with pytest.raises(ClientClosed, match="this client is closed; make a new one"):
        asyncio.run(main())


@pytest.mark.parametrize("call", USES)
def test_a_closed_blocking_client(call: Call, url: str) -> None:
    """The same words as of the async client."""
    with PortClient(base_url=url, **DEMO) as client:
        pass
    with pytest.raises(ClientClosed, match="this client is closed; make a new one"):
        iter(call(client)).__next__()


FORGETFUL = """
import asyncio, sys
from actionruns import AsyncPortClient, PortClient

settings = {"base_url": sys.argv[1], "client_id": "demo", "client_secret": "demo"}


async def look():
    return await AsyncPortClient(**settings).action_runs.get_action_runs(limit=1)


async def main():
    for _ in range(3):
        await look()
    kept = AsyncPortClient(**settings)
    await kept.action_runs.get_action_runs(limit=1)


asyncio.run(main())
PortClient(**settings).action_runs.get_action_runs(limit=1)
kept = PortClient(**settings)
kept.action_runs.get_action_runs(limit=1)
print("done")
"""


def test_a_forgotten_async_with(url: str) -> None:
    """Clients that nobody closed leave no word on the terminal, dropped or kept."""
    assert program(FORGETFUL, url, url=url) == (0, "done\n", "")


UNAWAITED = """
import asyncio
from actionruns import AsyncPortClient


async def main():
    async with AsyncPortClient() as port:
        run = port.action_runs.get_action_run("r_x")
        print(run.status)


asyncio.run(main())
"""


def test_with_in_place_of_async_with(url: str) -> None:
    """Both ways out are named: `async with`, or the blocking client."""
    client: Any = AsyncPortClient(base_url=url, **DEMO)
    ways_out = r"'async with AsyncPortClient\(.*'with' there is PortClient"
    with pytest.raises(TypeError, match=ways_out), client:
        raise AssertionError("unreachable")


def test_async_with_in_place_of_with(url: str) -> None:
    """Both ways out are named: `with`, or the async client."""
    client: Any = PortClient(base_url=url, **DEMO)

    async def main() -> None:
        async with client:
            raise AssertionError("unreachable")

    with pytest.raises(TypeError, match=r"'with PortClient\(.*'async with' there is AsyncPortC"):
        asyncio.run(main())


def test_a_forgotten_await(url: str) -> None:
    """Python tells what was used too early, and what was not awaited by the operation's name."""
    *_, err = program(UNAWAITED, url=url)
    assert "AttributeError: 'coroutine' object has no attribute 'status'" in err
    assert "AsyncActionRuns.get_action_run' was never awaited" in err


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda c: c.action_runs.iter_action_runs(), "'async_generator' object is not iterable"),
        (lambda c: c.watch(["r_x"]), r"'async for update in .*'for' there is watch\(\) of the"),
    ],
    ids=["iter", "watch"],
)
def test_the_async_client_without_a_loop(call: Call, words: str, url: str) -> None:
    """A plain loop over what the async client gives is refused: by what it is, or what to write."""
    with pytest.raises(TypeError, match=words):
        list(call(AsyncPortClient(base_url=url, **DEMO)))


def test_awaiting_the_blocking_client(port: Emulated, url: str) -> None:
    """A blocking call has its result already; Python says what cannot be awaited."""
    run_id = port.add_run()
    client: Any = PortClient(base_url=url, **DEMO)

    async def main() -> None:
        await client.action_runs.get_action_run(run_id)

    with pytest.raises(TypeError, match="ActionRun can't be used in 'await' expression"):
        asyncio.run(main())
    client.close()


def test_the_blocking_client_in_a_running_loop(port: Emulated, url: str) -> None:
    """In a notebook's cell, which runs on a loop, a blocking call is no mistake."""
    run_id = port.add_run()

    async def cell() -> str:
        with PortClient(base_url=url, **DEMO) as client:
            return client.action_runs.get_action_run(run_id).id

    assert asyncio.run(cell()) == run_id


# --------------------------------------------------------------------------------- the command line


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"PORT_CLIENT_ID": "", "PORT_CLIENT_SECRET": ""}, 2, "no credentials for Port"),
        ({"PORT_CLIENT_SECRET": SECRET}, 7, "Check --client-id and --client-secret-file"),
        (
            {"PORT_CLIENT_ID": "", "PORT_CLIENT_SECRET": "", "PORT_API_KEY": SECRET},
            7,
            "Take a new token",
        ),
        ({"PORT_BASE_URL": "127.0.0.1/port"}, 2, "http:// or https://"),
        ({"PORT_BASE_URL": "http://127.0.0.1:1/port"}, 7, "Is the server running"),
        ({}, 7, '"r_x" was not found'),
    ],
    ids=["credentials", "secret", "token", "url", "down", "unknown"],
)
@pytest.mark.parametrize("command", ["get", "logs"])
def test_a_mistake_on_the_command_line(
    command: str, changes: dict[str, str], code: int, words: str, url: str
) -> None:
    """One line on stderr, an exit code, no traceback, no secret."""
    ended, out, err = finished(
        *("port", command, "r_x", "--attempts", "1"),
        env=environment(url) | changes,
        stdin=subprocess.DEVNULL,
    )
    assert (ended, out) == (code, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert words in err
    assert SECRET not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["port", "gte", "r_x"], "Did you mean 'get'? see actionruns port --help"),
        (["port", "get"], "Missing argument 'RUN'; see actionruns port get --help"),
        (["port", "approve", "r_x", "--status", "YES"], "'YES' is not one of"),
        (["port", "wait", "r_x", "--timeout", "-1"], "--timeout must be above 0, but is -1"),
        (["port", "update", "r_x"], "nothing to update: give --status, --summary"),
        (["port", "execute", "deploy", "-p", "version"], "name=value, not 'version'"),
    ],
    ids=lambda value: value[1] if isinstance(value, list) else "",
)
def test_a_wrong_command_line(arguments: list[str], words: str, url: str) -> None:
    """One line that says what is wrong, and which help to read."""
    ended, out, err = finished(*arguments, env=environment(url))
    assert (ended, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: ")
    assert words in err
    assert "Value error" not in err


# What a module that is not installed looks like to `import`.
WITHOUT = "import sys; sys.modules[sys.argv[1]] = None; exec(sys.argv[2])"
EMULATE = "import asyncio; from actionruns.emulator import Emulator; "


@pytest.mark.parametrize(
    ("module", "text", "extra"),
    [
        ("typer", "from actionruns.cli import main; main()", "cli"),
        ("jsonschema", f"{EMULATE}asyncio.run(Emulator().__aenter__())", "emulator"),
    ],
)
def test_a_missing_extra(module: str, text: str, extra: str, url: str) -> None:
    """The last line says what to install, in the program as on the command line."""
    code, _, err = program(WITHOUT, module, text, url=url)
    assert code != 0
    assert f"pip install 'actionruns[{extra}]'" in err.splitlines()[-1]


def test_the_clients_need_no_extra(url: str) -> None:
    """Without any extra, the clients are there."""
    extras = ("typer", "rich", "jsonschema", "yaml", "jinja2", "uvloop")
    text = (
        "import sys; "
        + "".join(f"sys.modules[{name!r}] = None; " for name in extras)
        + (
            "from actionruns import PortClient; "
            "print(PortClient().action_runs.get_action_runs().ok)"
        )
    )
    assert program(text, url=url) == (0, "True\n", "")
