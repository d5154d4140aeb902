"""Settings of the generated client: what each becomes, and what to use instead of the others."""

from __future__ import annotations

import copy
import logging
import ssl
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest
import trustme
from anyio.from_thread import BlockingPortal

from actionruns import ConfigurationError, RetryPolicy
from actionruns.compat.acp_client_v0_1 import ApiClient, Configuration, RunsApi, RunSearchRequest
from tests.transport.servers import Server, answer


def settings(**given: Any) -> dict[str, Any]:
    return Configuration(**given).client_settings()


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anything, the host is this machine, and nothing is taken from the environment."""
    monkeypatch.setenv("ACP_URL", "http://elsewhere.test")
    monkeypatch.setenv("ACP_API_KEY", "of the environment")
    found = settings()
    assert found["base_url"] == settings(host=None)["base_url"] == "http://localhost"
    assert (found["api_key"], found["token"], found["trust_env"]) == ("", None, False)
    assert (found["ssl"], found["timeout"], found["max_connections"]) == (True, 30.0, 100)
    assert found["retry"] == RetryPolicy()


@pytest.mark.parametrize(
    ("given", "setting", "value"),
    [
        ({"host": "http://a.test/acp"}, "base_url", "http://a.test/acp"),
        ({"api_key": {"ApiKeyAuth": "k"}}, "api_key", "k"),
        ({"api_key": {"x": "k"}, "api_key_prefix": {"x": "Key"}}, "api_key", "Key k"),
        ({"access_token": "t"}, "token", "t"),
        ({"retries": 0}, "retry", RetryPolicy(max_attempts=1)),
        ({"retries": 2}, "retry", RetryPolicy(max_attempts=3)),
        ({"retries": False}, "retry", RetryPolicy(max_attempts=1)),
        ({"retries": RetryPolicy(base_delay=9.0)}, "retry", RetryPolicy(base_delay=9.0)),
        ({"timeout": 5}, "timeout", 5),
        ({"timeout": (2, 5)}, "timeout", 7.0),
        ({"timeout": (2, None)}, "timeout", inf),
        ({"timeout": None}, "timeout", None),
        ({"connection_pool_maxsize": 500}, "max_connections", 500),
        ({"connection_pool_maxsize": 4}, "max_connections", 100),
        ({"proxy": "http://proxy.test:8080"}, "proxy", "http://proxy.test:8080"),
        ({"verify_ssl": False}, "ssl", False),
    ],
)
def test_what_is_honoured(given: dict[str, Any], setting: str, value: object) -> None:
    """A setting that this package has comes under its name, set before or afterwards."""
    assert settings(**given)[setting] == value
    configuration = Configuration()
    for name, it in given.items():
        setattr(configuration, name, it)
    assert configuration.client_settings()[setting] == value


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        ({"username": "ann", "password": "p"}, "set_default_header"),
        ({"server_index": 1}, "host"),
        ({"server_variables": {"a": "b"}}, "host"),
        ({"server_operation_index": {1: 1}}, "ApiClient"),
        ({"server_operation_variables": {1: {}}}, "ApiClient"),
        ({"tls_server_name": "a.test"}, "host"),
        ({"assert_hostname": "a.test"}, "host"),
        ({"proxy_headers": {"a": "b"}}, "URL"),
        ({"safe_chars_for_path_param": "/"}, "one segment"),
        ({"socket_options": [(6, 1, 1)]}, "session"),
        ({"logger_file": "log.txt"}, "logging.getLogger"),
        ({"api_key": {"a": "1", "b": "2"}}, "set_default_header"),
        ({"api_key": {"Authorization": "k"}}, "access_token"),
        ({"retries": "3"}, "RetryPolicy"),
        ({"retries": -1}, "RetryPolicy"),
        ({"ssl_ca_cert": "nowhere.pem"}, "certificates"),
        ({"ca_cert_data": "no certificate"}, "certificates"),
    ],
)
def test_what_is_not_honoured(given: dict[str, Any], instead: str) -> None:
    """A setting that can't be honoured is refused, and the error says what to use instead."""
    with pytest.raises(ConfigurationError, match=instead) as caught:
        settings(**given)
    assert "None" not in str(caught.value)


def test_a_setting_that_is_not_known() -> None:
    """A setting that doesn't exist cannot be set by mistake."""
    with pytest.raises(AttributeError):
        Configuration().hots = "http://a.test"  # type: ignore[attr-defined]  # that is the case


def test_secrets_are_not_shown() -> None:
    """Printed, a configuration shows where the server is and no secret."""
    made = Configuration(
        host="http://a.test",
        api_key={"x": "secret-1"},
        access_token="secret-2",
        password="secret-3",
        proxy="http://u:secret-4@proxy.test",
    )
    assert "http://a.test" in repr(made)
    assert "secret" not in repr(made)


def test_the_key_with_its_prefix() -> None:
    """The key is found by its name or another one, after the hook has renewed it."""
    made = Configuration(api_key={"old": "k"}, api_key_prefix={"new": "Key"})
    assert made.get_api_key_with_prefix("new") is None
    assert made.get_api_key_with_prefix("new", "old") == "Key k"
    made.refresh_api_key_hook = lambda it: it.api_key.update(old="k2")
    assert made.get_api_key_with_prefix("old") == "k2"


def test_debug() -> None:
    """Debugging lets the logger of this package tell everything."""
    logger = logging.getLogger("actionruns")
    before = logger.level
    try:
        settings(debug=True)
        assert logger.level == logging.DEBUG
    finally:
        logger.setLevel(before)


def test_the_default_can_be_set() -> None:
    """Clients that are made without a configuration share the default one."""
    try:
        assert Configuration.get_default() is Configuration.get_default_copy()
        mine = Configuration(host="http://a.test")
        Configuration.set_default(mine)
        assert ApiClient().configuration is mine
    finally:
        Configuration.set_default(None)


def test_a_copy_is_one() -> None:
    """A deep copy has the same settings, and changing it changes nothing else."""
    made = Configuration(api_key={"x": "k"})
    copied = copy.deepcopy(made)
    assert copied.is_as(made)
    copied.api_key["x"] = "other"
    assert made.api_key == {"x": "k"}


# ------------------------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Vouches for the server and its client."""
    return trustme.CA()


@pytest.fixture
def server(portal: BlockingPortal, authority: trustme.CA) -> Iterator[Server]:
    """A server with another name than its certificate's, which wants one of its client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.test").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server = Server(answer([]), tls=context)
    with portal.wrap_async_context_manager(server):
        yield server


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> dict[str, Any]:
    """The client's certificate."""
    own = authority.issue_cert("client.test")
    own.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    own.private_key_pem.write_to_path(tmp_path / "key.pem")
    return {"cert_file": str(tmp_path / "cert.pem"), "key_file": str(tmp_path / "key.pem")}


def test_authorities_alone(authority: trustme.CA) -> None:
    """With authorities and nothing else, the server is verified as usual, by them."""
    context = settings(ca_cert_data=authority.cert_pem.bytes().decode())["ssl"]
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize("kind", ["file", "data", "unverified"])
def test_certificates(
    kind: str, server: Server, authority: trustme.CA, files: dict[str, Any], tmp_path: Path
) -> None:
    """A server is reached with authorities from a file or as text, and with a certificate."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    ways: dict[str, dict[str, Any]] = {
        "file": {"ssl_ca_cert": str(tmp_path / "ca.pem"), "assert_hostname": False},
        "data": {"ca_cert_data": authority.cert_pem.bytes().decode(), "assert_hostname": False},
        "unverified": {"verify_ssl": False},
    }
    with ApiClient(Configuration(host=server.url, **files, **ways[kind])) as client:
        assert RunsApi(client).search_runs(RunSearchRequest()) == []
