"""Where the credentials come from, and that no secret has to be typed into a command line."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actionruns import PortClient
from actionruns.cli.port_connection import PortConnection
from tests.cli.conftest import PATIENCE, Emulated, Invoke, process

QUESTION = "Client secret of demo: "


@pytest.fixture
def bare(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """The command line without credentials in its environment."""
    monkeypatch.delenv("PORT_CLIENT_ID")
    monkeypatch.delenv("PORT_CLIENT_SECRET")
    return invoke


def test_the_secret_comes_from_a_file(bare: Invoke, tmp_path: Path) -> None:
    """`--client-secret-file` holds the secret of `--client-id`."""
    secret = tmp_path / "secret"
    secret.write_text("demo\n")
    arguments = ("--client-id", "demo", "--client-secret-file", str(secret))
    assert bare("port", "list", *arguments).exit_code == 0


def test_the_secret_comes_from_stdin(bare: Invoke) -> None:
    """`--client-secret-file -` reads one line of stdin."""
    arguments = ("--client-id", "demo", "--client-secret-file", "-")
    assert bare("port", "list", *arguments, stdin="demo\n").exit_code == 0


def test_a_token_comes_from_a_file(bare: Invoke, port: Emulated, tmp_path: Path) -> None:
    """`--token-file` holds an access token, which is sent as it is."""
    with PortClient(base_url=port.emulator.port_url, client_id="demo", client_secret="demo") as c:
        token = c.auth.get_access_token(client_id="demo", client_secret="demo").access_token
    file = tmp_path / "token"
    file.write_text(token)
    port.emulator.requests.clear()
    assert bare("port", "list", "--token-file", str(file)).exit_code == 0
    assert port.emulator.requests.count("POST") == 0


def test_no_option_takes_a_secret(bare: Invoke) -> None:
    """No option would put a secret into the shell's history."""
    shown = bare("port", "list", "--help").stdout
    assert "--client-secret-file" in shown
    assert "--client-secret " not in shown
    assert "--token " not in shown


@pytest.mark.parametrize("content", [None, "", b"\xff\xfe\x00"])
def test_a_file_without_a_secret_is_a_usage_error(
    bare: Invoke, tmp_path: Path, content: str | bytes | None
) -> None:
    """A file that is missing, empty or no text is named in one line."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = bare("port", "list", "--client-id", "demo", "--client-secret-file", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --client-secret-file: ")


def test_a_base_url_and_a_region_exclude_each_other(invoke: Invoke) -> None:
    """Contradicting settings are a usage error."""
    result = invoke("port", "list", "--region", "us", "--base-url", "http://127.0.0.1:1")
    assert result.exit_code == 2
    assert "not both" in result.stderr


@contextmanager
def asked(port: Emulated) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Call the command line on a terminal without a secret; give its question's other side."""
    env = port.environment
    del env["PORT_CLIENT_SECRET"]
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    # A session of its own: without a controlling terminal, it can't ask that of whoever runs this.
    terminal = {"stdin": theirs, "start_new_session": True}
    try:
        with process("port", "list", "--json", env=env, **terminal) as listing:
            assert listing.stderr is not None
            assert listing.stderr.read(len(QUESTION)) == QUESTION
            yield listing, ours
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_secret_is_asked_for_on_a_terminal(port: Emulated) -> None:
    """On a terminal a missing secret is asked for on stderr, and not shown as it is typed."""
    with asked(port) as (listing, terminal):
        os.write(terminal, b"demo\n")
        out, _ = listing.communicate(timeout=PATIENCE)
        with pytest.raises(BlockingIOError):  # nothing was echoed
            os.read(terminal, 100)
    assert listing.returncode == 0
    assert '"runs"' in out


def test_no_answer_to_the_question_ends_it(port: Emulated) -> None:
    """Ctrl-D at the question ends the command with 130, without a traceback."""
    with asked(port) as (listing, terminal):
        os.write(terminal, b"\x04")
        _, errors = listing.communicate(timeout=PATIENCE)
    assert listing.returncode == 130
    assert errors.strip() == ""


@pytest.mark.parametrize(
    ("options", "variables", "start"),
    [
        (["--base-url", "ftp://x"], {}, "--base-url must begin with http://"),
        ([], {"PORT_BASE_URL": "ftp://x"}, "PORT_BASE_URL must begin with http://"),
        (["--call-timeout", "0"], {}, "--call-timeout must be above 0"),
        (["--rate", "-1"], {}, "--rate must be above 0"),
        (["--proxy", "x"], {}, "--proxy must begin with http://"),
    ],
)
def test_an_error_names_the_option_or_the_variable(
    invoke: Invoke,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    variables: dict[str, str],
    start: str,
) -> None:
    """A setting is named as it was given, not as the keyword of the client."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = invoke("port", "list", *options)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {start}")


def test_an_error_names_both_where_neither_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that nobody has given can be given in two ways."""
    monkeypatch.delenv("PORT_BASE_URL", raising=False)
    connection = PortConnection()
    assert connection.in_options("Check base_url.") == "Check --base-url or PORT_BASE_URL."
