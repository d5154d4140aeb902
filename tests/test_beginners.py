"""A beginner's mistakes: each gives one clear message that says what to do.

A message is an error of this package, one line, without a secret; in both forms the same.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from actionruns import (
    AuthenticationFailed,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    RetryPolicy,
    UnprocessableEntity,
    WaitTimeout,
)
from tests.cli.conftest import Emulated, emulated
from tests.forms import BOTH, DEMO, SECRET, Call, Form, get, in_async, in_blocking, message_of

ONCE = RetryPolicy(max_attempts=1)


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


def closed_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


# ------------------------------------------------------------------------------------ credentials


@BOTH
def test_no_credentials(form: Form) -> None:
    """The arguments and the variables are named, with all ways to give them."""
    message = message_of(ConfigurationError, form, get)
    for name in ("client_id", "client_secret", "token", "PORT_CLIENT_ID", "PORT_API_KEY"):
        assert name in message


@BOTH
def test_half_of_the_credentials(form: Form) -> None:
    """The half that is missing is named, and its variable."""
    message = message_of(ConfigurationError, form, get, client_id="demo")
    assert message == "client_secret is missing: give it, or set PORT_CLIENT_SECRET"


@BOTH
def test_a_wrong_secret(form: Form, url: str) -> None:
    """The service's words, and which settings to look at."""
    message = message_of(
        AuthenticationFailed, form, get, base_url=url, client_id="demo", client_secret=SECRET
    )
    assert "401" in message
    assert "Check client_id and client_secret (PORT_CLIENT_ID, PORT_CLIENT_SECRET)" in message


@BOTH
@pytest.mark.parametrize("name", ["client_id", "client_secret", "token"])
def test_credentials_of_a_wrong_type(form: Form, name: str) -> None:
    """The setting and the type are named, and not the value."""
    credentials = ({} if name == "token" else DEMO) | {name: 1234567}
    message = message_of(ConfigurationError, form, get, secret="1234567", **credentials)
    assert message == f"{name} must be a text, but is of int"


@BOTH
def test_a_line_end_in_the_token(form: Form, url: str) -> None:
    """What a file's line end in a token leads to is told before anything is sent."""
    message = message_of(
        ConfigurationError, form, get, base_url=url, token=f"{SECRET}\nfrom my notes"
    )
    assert "without line breaks" in message


@BOTH
def test_an_expired_token(form: Form, port: Emulated, url: str) -> None:
    """A token of the user's own that has expired: take a new one, or what is renewed."""
    token = in_blocking(lambda c: c.auth.get_access_token(**DEMO), base_url=url, token="demo")
    port.call(port.emulator.expire_tokens)
    message = message_of(
        AuthenticationFailed,
        form,
        get,
        secret=token.access_token,
        base_url=url,
        token=token.access_token,
    )
    for words in ("token is expired", "new token", "PORT_API_KEY", "client_id and client_secret"):
        assert words in message


@BOTH
def test_an_expired_token_of_the_clients_own(form: Form, port: Emulated, url: str) -> None:
    """With client id and secret, an expired token is nobody's concern: it is renewed."""

    def twice_async(client: Any) -> Any:
        async def both() -> Any:
            await client.action_runs.get_action_runs()
            await asyncio.to_thread(port.call, port.emulator.expire_tokens)
            return await client.action_runs.get_action_runs()

        return both()

    def twice(client: Any) -> Any:
        client.action_runs.get_action_runs()
        port.call(port.emulator.expire_tokens)
        return client.action_runs.get_action_runs()

    page = form(twice_async if form is in_async else twice, base_url=url, **DEMO)
    assert page.ok is True


# -------------------------------------------------------------------------------------------- URL


@BOTH
def test_a_host_that_is_not_there(form: Form) -> None:
    """A misspelt host: what cannot be resolved, and which setting to look at."""
    message = message_of(
        ConnectionFailed, form, get, base_url="http://api.port.invalid", retry=ONCE, **DEMO
    )
    assert "host name cannot be resolved (api.port.invalid:80" in message
    assert "Check base_url" in message


@BOTH
def test_a_path_that_is_not_there(form: Form, url: str) -> None:
    """A service that has no such route: the URL asked for, and which setting to look at."""
    message = message_of(NotFound, form, get, base_url=url.removesuffix("/port"), **DEMO)
    assert f"{url.removesuffix('/port')}/v1/auth/access_token answered 404" in message
    assert "correct base_url" in message


@BOTH
def test_https_to_a_plain_server(form: Form, url: str) -> None:
    """What to write instead is said."""
    message = message_of(
        ConnectionFailed, form, get, base_url=url.replace("http:", "https:"), **DEMO
    )
    assert "TLS failed" in message
    assert "base_url begins with http://, not https://" in message


@BOTH
@pytest.mark.parametrize("end", ["/", "/v1", "/v1/"])
def test_a_url_with_the_prefix_at_its_end(form: Form, url: str, end: str) -> None:
    """The prefix that other clients want in the URL is no mistake."""
    page = form(lambda client: client.action_runs.get_action_runs(), base_url=url + end, **DEMO)
    assert page.ok is True


@BOTH
@pytest.mark.parametrize("given", ["api.port.io", "localhost:3000", b"https://api.port.io", 8080])
def test_no_url(form: Form, given: Any) -> None:
    """What is no URL is shown, with how one begins or what it has to be."""
    message = message_of(ConfigurationError, form, get, base_url=given, **DEMO)
    assert repr(given) in message
    assert ("http:// or https://" if isinstance(given, str) else "must be a text") in message


@BOTH
@pytest.mark.parametrize("credentials", [DEMO, {"token": SECRET}], ids=["id", "token"])
def test_a_server_that_is_down(form: Form, credentials: dict[str, Any]) -> None:
    """The address, the reason, and what to look at."""
    port = closed_port()
    message = message_of(
        ConnectionFailed,
        form,
        get,
        base_url=f"http://127.0.0.1:{port}",
        retry=ONCE,
        **credentials,
    )
    assert f"no connection (127.0.0.1:{port}: Connection refused)" in message
    assert "Is the server running, and is base_url right?" in message


@BOTH
@pytest.mark.parametrize(
    "call",
    [lambda c: c.wait("r_x"), lambda c: c.wait_all(["r_x"]), lambda c: c.watch(["r_x"])],
    ids=["wait", "wait_all", "watch"],
)
def test_waiting_while_the_server_is_down(
    form: Form, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    """A wait doesn't go on for an hour with what was wrong at first, nor tell it twice."""
    base_url = f"http://127.0.0.1:{closed_port()}"
    message = message_of(ConnectionFailed, form, call, base_url=base_url, retry=ONCE, token=SECRET)
    assert "Is the server running" in message
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []


# ------------------------------------------------------------------------------------------- runs


@BOTH
def test_an_unknown_run(form: Form, url: str) -> None:
    """The id is named, and what else may be wrong."""
    message = message_of(NotFound, form, get, base_url=url, **DEMO)
    assert '"r_x" was not found' in message
    assert "Check the identifiers and the base URL" in message


@BOTH
def test_waiting_for_an_unknown_run(form: Form, url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A wait says that it never saw the run, and why; meanwhile it warns once."""
    message = message_of(
        WaitTimeout,
        form,
        lambda client: client.wait("r_x", timeout=2, interval=0.05),
        base_url=url,
        **DEMO,
    )
    assert message.startswith("port:r_x was not seen within 2 s")
    assert '"r_x" was not found' in message
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


@BOTH
def test_an_unknown_action(form: Form, url: str) -> None:
    """The action is named."""
    message = message_of(
        NotFound,
        form,
        lambda client: client.action_runs.execute_action("no_such_action", properties={}),
        base_url=url,
        **DEMO,
    )
    assert '"no_such_action" was not found' in message


WRONG_TYPES: list[tuple[Call, str]] = [
    (lambda c: c.action_runs.get_action_run(7), "run_id must be a text, but is 7"),
    (lambda c: c.action_runs.get_action_run(None), "run_id must be a text, but is missing"),
    (lambda c: c.action_runs.get_action_run(""), "run_id is empty"),
    (
        lambda c: c.action_runs.get_action_runs(exclude="payload"),
        "exclude must be a list of texts, but is 'payload'; write ['payload']",
    ),
    (lambda c: c.action_runs.get_action_runs(active="yes"), "active must be True or False"),
    (lambda c: c.action_runs.get_action_runs(limit="5"), "limit must be a whole number"),
    (lambda c: c.action_runs.get_action_runs(limit=5000), "at most 1000, but is 5000"),
    (lambda c: c.action_runs.get_action_run("r_x", timeout="5"), "timeout must be seconds above 0"),
    (lambda c: c.wait(7), "run_id must be the id of one run (a text), but is of int"),
    (lambda c: c.wait(["r_x"]), "wait_all([...]) many"),
    (lambda c: c.wait_all("r_x"), "write ['r_x'], or wait('r_x') for a single run"),
    (lambda c: c.wait_all([7]), "run_ids must hold ids (texts), but holds 7"),
    (lambda c: c.wait_all(None), "run_ids must be a list of ids, but is of NoneType"),
    (lambda c: c.watch("r_x"), "write ['r_x'], or wait('r_x') for a single run"),
    (lambda c: c.watch({"id": "r_x"}), "run_ids must be a list of ids, but is of dict"),
]


@BOTH
@pytest.mark.parametrize(("call", "words"), WRONG_TYPES)
def test_a_wrong_type(form: Form, call: Call, words: str, url: str) -> None:
    """The argument is named, what it must be, and what it is; nothing is sent."""
    assert words in message_of(InvalidRequest, form, call, base_url=url, token=SECRET)


@BOTH
@pytest.mark.parametrize("many", [True, False], ids=["wait_all", "wait"])
def test_a_run_in_place_of_its_id(form: Form, many: bool, port: Emulated, url: str) -> None:
    """That the id is wanted is said, without the whole run in the message."""
    run = in_blocking(
        lambda client: client.action_runs.get_action_run(port.add_run()), base_url=url, **DEMO
    )
    message = message_of(
        InvalidRequest,
        form,
        lambda client: client.wait_all([run]) if many else client.wait(run),
        base_url=url,
        **DEMO,
    )
    assert "run.id" in message
    assert "ActionRun" in message
    assert len(message) < 200


@BOTH
@pytest.mark.parametrize("name", ["timeout", "interval"])
@pytest.mark.parametrize("value", ["5", 0, -1])
def test_a_wait_of_no_length(form: Form, name: str, value: Any, url: str) -> None:
    """Settings of a wait that make no sense are named."""
    call = lambda client: client.wait("r_x", **{name: value})  # noqa: E731 # one value, used once
    message = message_of(ConfigurationError, form, call, base_url=url, **DEMO)
    assert message.startswith(f"{name} must be ")
    assert message.endswith(f"but is {value!r}")


@BOTH
def test_an_object_where_text_is_due(form: Form, port: Emulated, url: str) -> None:
    """What only the service can judge is told in its words, with the member's name."""
    run_id = port.add_run()
    message = message_of(
        UnprocessableEntity,
        form,
        lambda client: client.action_runs.update_action_run(run_id, summary={"text": "done"}),
        base_url=url,
        **DEMO,
    )
    assert "body/summary must be string" in message


@BOTH
def test_what_has_no_json_form(form: Form, url: str) -> None:
    """A value that JSON has no form for is refused before anything is sent, by its type."""
    message = message_of(
        InvalidRequest,
        form,
        lambda client: client.action_runs.execute_action(
            "create_microservice", properties={"name": object()}
        ),
        base_url=url,
        **DEMO,
    )
    assert "cannot be written as JSON: object has no JSON form" in message
