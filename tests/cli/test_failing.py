"""How commands fail: one line, an exit code, no secret."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys

import pytest
import typer

from actionruns.cli.failing import failing
from tests.cli.conftest import PATIENCE, Emulated, Invoke, environment, finished, process


def only_line(text: str) -> str:
    """Return the line that a text consists of."""
    (line,) = text.splitlines()
    return line


def test_an_error_of_the_service_is_one_line(invoke: Invoke) -> None:
    """An unknown run is told in one line on stderr, with code 7."""
    result = invoke("port", "get", "r_nope")
    assert (result.exit_code, result.stdout) == (7, "")
    line = only_line(result.stderr)
    assert line.startswith("error: ")
    assert "404" in line
    assert "r_nope" in line


def test_a_server_that_is_down_is_one_line(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address is told in one line, with code 7."""
    with socket.socket() as deaf:  # bound, but nobody listens
        deaf.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PORT_BASE_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        result = invoke("port", "list", "--attempts", "1")
    assert result.exit_code == 7
    assert "Is the server running" in only_line(result.stderr)


def test_missing_credentials_are_a_usage_error(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without credentials nothing is sent; the line says which variables to set."""
    monkeypatch.delenv("PORT_CLIENT_ID")
    monkeypatch.delenv("PORT_CLIENT_SECRET")
    result = invoke("port", "list")
    assert result.exit_code == 2
    assert "PORT_CLIENT_ID" in only_line(result.stderr)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["bogus"], "actionruns"),
        (["port", "gett"], "actionruns port"),
        (["port", "get"], "actionruns port get"),
        (["port", "list", "--limit", "x"], "actionruns port list"),
        (["port", "list", "--bogus"], "actionruns port list"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    invoke: Invoke, arguments: list[str], command: str
) -> None:
    """A usage error is one line that names the help to look at."""
    result = invoke(*arguments)
    assert result.exit_code == 2
    line = only_line(result.stderr)
    assert line.startswith("error: ")
    assert line.endswith(f"see {command} --help")


def test_debug_shows_traceback_and_requests(port: Emulated) -> None:
    """`--debug` adds the traceback and a log of the requests, and no secret."""
    env = port.environment | {"PORT_CLIENT_SECRET": "demo"}
    code, _, errors = finished("port", "get", "r_nope", "--debug", env=env)
    assert code == 7
    assert "Traceback" in errors
    assert "GET http" in errors
    assert "Bearer" not in errors
    assert "eyJ" not in errors


def test_a_wrong_secret_is_not_shown(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused secret is not repeated, in no mode."""
    monkeypatch.setenv("PORT_CLIENT_SECRET", "hunter2-of-mine")
    result = invoke("port", "list", "--debug")
    assert result.exit_code == 7
    assert "hunter2" not in result.output


def test_an_unexpected_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """An error that nobody foresaw is told in one line, with a code of its own."""
    with pytest.raises(typer.Exit) as end, failing():
        raise KeyError("surprise\nof two lines")
    assert end.value.exit_code == 70
    assert "unexpected KeyError" in only_line(capsys.readouterr().err)


def test_a_secret_in_a_message_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever an error says, what looks like a credential in it is not shown."""
    with pytest.raises(typer.Exit), failing():
        raise KeyError("Authorization: Bearer abcdefghijk")
    line = only_line(capsys.readouterr().err)
    assert "abcdefghijk" not in line
    assert "Bearer ***" in line


def test_an_error_of_the_system_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of the operating system is told in one line, with a code of its own."""
    with pytest.raises(typer.Exit) as end, failing():
        raise PermissionError(13, "Permission denied", "x")
    assert end.value.exit_code == 74
    assert "Permission denied" in only_line(capsys.readouterr().err)


def test_a_warning_of_the_sdk_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What the SDK warns of is told as a line; what it merely notes is not."""
    log = logging.getLogger("actionruns.watching")
    with failing():
        log.info("a detail")
        log.warning("the list could not be read: %s", "x\ny")
    assert only_line(capsys.readouterr().err) == "warning: the list could not be read: x y"


def test_a_broken_pipe_ends_quietly(port: Emulated) -> None:
    """A reader that goes away ends a command with 141 and without a word."""
    port.call(port.emulator.add_runs, 3000)
    with process("port", "list", "--all", "--json", env=port.environment) as listing:
        assert listing.stdout is not None
        listing.stdout.readline()
        listing.stdout.close()
        assert listing.wait(PATIENCE) == 141
        assert listing.stderr is not None
        assert listing.stderr.read() == ""


def test_a_help_text_into_a_closed_pipe_ends_quietly(port: Emulated) -> None:
    """A help text that nobody reads is no error to be told."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with process("port", "--help", env=port.environment, stdout=writer) as helping:
            helping.wait(PATIENCE)
            assert helping.stderr is not None
            assert helping.stderr.read() == ""
    finally:
        os.close(writer)


def test_a_terminal_without_unicode_gets_plain_signs(port: Emulated) -> None:
    """Output that cannot hold a character replaces it instead of failing."""
    run_id = port.add_run()
    env = port.environment | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    code, out, errors = finished("port", "get", run_id, env=env)
    assert (code, errors) == (0, "")
    assert "* IN_PROGRESS" in out


def test_colour_is_left_out_on_request(port: Emulated) -> None:
    """`NO_COLOR` is obeyed, even where colour is forced on."""
    run_id = port.add_run()
    forced = port.environment | {"FORCE_COLOR": "1"}
    assert "\x1b[36m" in finished("port", "get", run_id, env=forced)[1]
    plain = finished("port", "get", run_id, env=forced | {"NO_COLOR": "1"})[1]
    assert "\x1b[36m" not in plain


@pytest.mark.parametrize("module", ["actionruns", "actionruns.cli"])
def test_it_runs_as_a_module(module: str) -> None:
    """`python -m actionruns` and `python -m actionruns.cli` are the command."""
    ran = subprocess.run(
        [sys.executable, "-m", module, "--version"],
        env=environment("http://127.0.0.1"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert ran.stdout.startswith("actionruns ")


@pytest.mark.parametrize("arguments", [[], ["port"]])
def test_no_command_shows_the_help(invoke: Invoke, arguments: list[str]) -> None:
    """A command line without a command is answered with the help, not with an error."""
    result = invoke(*arguments)
    assert "Usage: actionruns" in result.stdout
    assert "error" not in result.stderr


def test_wait_prints_its_exit_codes(invoke: Invoke) -> None:
    """The help of `wait` explains the exit codes."""
    shown = " ".join(invoke("port", "wait", "--help").stdout.split())
    assert "1 the run failed" in shown
    assert "3 the run was declined or cancelled" in shown


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {},
            "no credentials for Port: give --client-id and --client-secret-file, or --token-file;",
        ),
        ({"PORT_CLIENT_ID": "demo"}, "--client-secret-file is missing: give it, or set PORT_"),
        ({"PORT_API_KEY": "old"}, "Take a new token (--token-file, PORT_API_KEY): "),
    ],
)
def test_credentials_are_named_as_options(
    variables: dict[str, str], words: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing or refused is named as a command takes it, not as a client does."""
    for name in ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    line = only_line(invoke("port", "list").stderr)
    assert words in line
    assert "client_id" not in line


def test_a_misspelt_command_is_guessed(invoke: Invoke) -> None:
    """The line reads as a question and a hint."""
    line = only_line(invoke("port", "lst").stderr)
    assert line.endswith("Did you mean 'list'? see actionruns port --help")


def test_the_key_of_agents_is_named_as_an_option(
    acp: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused key leads to the option for it; nothing of the line looks like a secret."""
    monkeypatch.setenv("ACP_API_KEY", "wrong")
    line = only_line(acp("agents").stderr)
    assert "check --api-key-file (ACP_API_KEY), sent in the header x-api-key, or token" in line
    assert "***" not in line


def test_the_session_is_named_as_an_option(
    forgeportal: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that has ended leads to the option for another one."""
    monkeypatch.setenv("FORGEPORTAL_SESSION", "old")
    line = only_line(forgeportal("list").stderr)
    assert "forgeportal.sid (--session-file, FORGEPORTAL_SESSION)" in line
    assert "***" not in line
