"""``actionruns gateway`` as a process, and its refusals."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE, Emulated, Invoke, process
from tests.gateway.documents import JOBS, changed

KEY = {"PORT_API_KEY": "Bearer demo"}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A small capability document."""
    file = tmp_path / "jobs.capability.yaml"
    file.write_text(JOBS)
    return file


def get(url: str, **headers: str) -> Any:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 # a loopback address
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 # as above
        return json.load(answer)


def ready(started: subprocess.Popen[str]) -> dict[str, str]:
    """Return where a gateway listens, as it says itself."""
    assert started.stdout is not None
    lines = [started.stdout.readline().split() for _ in range(2)]
    assert [line[0] for line in lines] == ["ready", "ready"]
    return {kind: url for _, kind, url in lines}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_end(ending: signal.Signals, port: Emulated) -> None:
    """It says where it listens, answers there, and ends with 0 by SIGTERM and Ctrl-C."""
    run_id = port.add_run()
    options = ("--rest-port", "0", "--mcp-port", "0")
    with process("gateway", "port-action-runs", *options, env=port.environment | KEY) as started:
        urls = ready(started)
        assert get(f"{urls['rest']}/v1/v1/actions/runs/{run_id}")["run"]["id"] == run_id
        assert urls["mcp"].endswith("/mcp")
        started.send_signal(ending)
        out, err = started.communicate(timeout=PATIENCE)
    assert (started.returncode, out, err) == (0, "", "")


def test_a_key_of_the_environment_opens_other_addresses(port: Emulated) -> None:
    """With --api-key-env, it listens on every address, for those who show the key."""
    env = port.environment | KEY | {"GATEWAY_KEY": "callers-key"}
    options = ("--host", "0.0.0.0", "--api-key-env", "GATEWAY_KEY")  # noqa: S104 # with a key
    ports = ("--rest-port", "0", "--mcp-port", "0")
    with process("gateway", "port-action-runs", *options, *ports, env=env) as started:
        number = ready(started)["rest"].rpartition(":")[2]
        url = f"http://127.0.0.1:{number}/v1/v1/actions/runs"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            get(url)
        assert get(url, Authorization="Bearer callers-key")["runs"] == []


def test_the_tools_are_served_over_stdio(port: Emulated) -> None:
    """With --mcp-stdio, stdout has the protocol and nothing else; it ends with stdin."""
    env = port.environment | {"PORT_API_KEY": "Bearer demo"}
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    command = ("gateway", "port-action-runs", "--mcp-stdio", "--run-tools")
    with process(*command, env=env, stdin=subprocess.PIPE) as started:
        out, err = started.communicate(json.dumps(hello) + "\n", timeout=PATIENCE)
    (line,) = out.splitlines()
    assert json.loads(line)["result"]["serverInfo"]["name"] == "port-action-runs-mcp"
    assert (started.returncode, err) == (0, "")


def test_tools_for_stdio_are_told_of(document: Path, port: Emulated) -> None:
    """A document whose tools are for stdio is served over REST, and says what serves them."""
    document.write_text(
        changed(("      port: 9090\n      transport: http\n", "      transport: stdio\n"))
    )
    env = port.environment | {"JOBS_KEY": "k"}
    with process("gateway", str(document), "--rest-port", "0", env=env) as started:
        assert started.stdout is not None
        assert started.stdout.readline().startswith("ready rest http://127.0.0.1:")
        assert started.stderr is not None
        assert "--mcp-stdio serves them" in started.stderr.readline()


def test_check_tells_what_each_call_means(invoke: Invoke) -> None:
    """--check needs no credentials, serves nothing, and shows what is called."""
    done = invoke("gateway", "port-action-runs", "--check")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert "tool approve-action-run -> PATCH /v1/actions/runs/{run_id}/approval" in lines
    assert len([line for line in lines if line.startswith("rest ")]) == 8
    assert lines[-1] == "port-action-runs.capability.yaml is good"


def test_a_bad_document_is_told_in_one_line(invoke: Invoke, document: Path) -> None:
    """The line says file, path, line, what is wrong and what was probably meant."""
    document.write_text(changed(("hints:", "hint:")))
    done = invoke("gateway", str(document), "--check")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: jobs.capability.yaml#/capability/exposes/1/tools/0/hint (line 86): a tool has no "
        "key 'hint'; did you mean 'hints'?\n"
    )


def test_what_has_no_effect_is_a_note(invoke: Invoke, document: Path) -> None:
    """A key that does nothing here is named, and the document is good all the same."""
    document.write_text(changed(("port: 8080", "port: 8080\n      address: 0.0.0.0")))
    done = invoke("gateway", str(document), "--check")
    assert done.exit_code == 0
    assert "note: jobs.capability.yaml#/capability/exposes/0/address: address has no" in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--host", "0.0.0.0"], "can be reached by other machines"),  # noqa: S104 # refused
        (["--api-key-env", "NO_SUCH_KEY"], "--api-key-env: the variable NO_SUCH_KEY is not set"),
        ([], "the variable JOBS_KEY of the environment is not set"),
        (["--sdk-credentials"], "the SDK has no client for it"),
        (["--timeout", "0"], "timeout must be above 0"),
        (["--base-uri", "ftp://x"], "--base-uri must begin with http://"),
    ],
)
def test_settings_that_make_no_sense_are_told(
    options: list[str],
    message: str,
    invoke: Invoke,
    document: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Settings that are missing or dangerous end the command with 2 and one line."""
    if options:
        monkeypatch.setenv("JOBS_KEY", "k")
    done = invoke("gateway", str(document), *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "exposes nothing over HTTP; --mcp-stdio serves tools"),
        (["--mcp-stdio"], "exposes no tools: no mcp adapter"),
    ],
)
def test_a_document_that_exposes_nothing(
    options: list[str],
    message: str,
    invoke: Invoke,
    document: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A document for the generator alone can be checked, but not served."""
    monkeypatch.setenv("JOBS_KEY", "k")
    document.write_text(JOBS.split("  exposes:\n")[0])
    done = invoke("gateway", str(document), *options)
    assert done.exit_code == 2
    assert message in done.stderr


def test_generate_takes_a_capability(invoke: Invoke, document: Path, tmp_path: Path) -> None:
    """`actionruns generate` writes the modules of what the document consumes."""
    done = invoke("generate", str(document), "--out", str(tmp_path / "jobs"))
    assert done.exit_code == 0
    assert "5 written, 0 unchanged" in done.stderr
    assert "class AsyncJobs:" in (tmp_path / "jobs" / "endpoints.py").read_text()
