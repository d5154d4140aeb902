"""The emulator against Port's own description. Every other test's v2 answers are checked too."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.emulator import Emulator
from tests.emulator.contract import (
    DEVIATING_MEMBERS,
    DEVIATING_STATUSES,
    NO_UPSTREAM,
    UPSTREAM,
    operations,
    violations,
)
from tests.emulator.plain import Plain, refused

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not UPSTREAM.exists(), reason=NO_UPSTREAM),
]

NOT_EMULATED = {
    ("POST", "/v1/entities/search"): "searching entities is not about runs",
    ("POST", "/v1/blueprints/{blueprint_identifier}/entities/search"): "neither is this",
}
REFUSED = {
    "attach_title_to_relation": "its answers would not fit the description",
    "attach_identifier_to_title_mirror_properties": "there are no mirror properties",
}
"""Query parameters that are refused when true, instead of being ignored."""


def emulated() -> list[tuple[str, str]]:
    """Return method and path of each operation that is emulated."""
    return [key for key in operations() if key not in NOT_EMULATED] if UPSTREAM.exists() else []


def sample(schema: Any) -> Any:
    """Return a value that fits a simple schema."""
    if "enum" in schema:
        return schema["enum"][0]
    if "oneOf" in schema:
        return sample(schema["oneOf"][0])
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if schema.get("format") == "email":
        return "alice@example.com"
    return {"string": "x", "boolean": True, "number": 1, "object": {}, "array": []}[kind]


def query_text(value: Any) -> str:
    """Write a value as a query parameter."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def members(operation: Any) -> dict[str, Any]:
    """Return the properties of an operation's request body."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    properties: dict[str, Any] = schema["properties"]
    return properties


@pytest.fixture
async def filled(port: Plain) -> dict[str, str]:
    """Path parameters that name something; the run waits for approval, its entity exists."""
    run_id = await port.execute("deploy_to_production", version="1")
    return {
        "run_id": run_id,
        "action_identifier": "create_microservice",
        "blueprint_identifier": "microservice",
        "entity_identifier": "payments",
    }


def required(operation: Any) -> dict[str, Any] | None:
    """Return the smallest body that an operation takes, None when it has no body."""
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return {name: sample(schema["properties"][name]) for name in schema.get("required", ())}


def body_of(method: str, path: str) -> dict[str, Any] | None:
    """Return a body that succeeds."""
    if path == "/v1/auth/access_token":
        return {"clientId": "demo", "clientSecret": "demo"}
    body = required(operations()[method, path])
    return {**body, "status": "APPROVE"} if path.endswith("/approval") and body else body


@pytest.mark.parametrize(("method", "path"), emulated())
async def test_success(port: Plain, filled: dict[str, str], method: str, path: str) -> None:
    """Each operation answers with the status and the shape of its description."""
    body = body_of(method, path)
    answer = await port(method, path.removeprefix("/v1").format_map(filled), body=body)
    assert violations(method, path, answer.status, answer.json) == []
    documented = [code for code in operations()[method, path]["responses"] if code < "300"]
    assert [str(answer.status)] == documented


@pytest.mark.parametrize(("method", "path"), emulated())
async def test_query_parameters(
    port: Plain, filled: dict[str, str], method: str, path: str
) -> None:
    """Each query parameter is known: values in its limits are taken, others refused."""
    location = path.removeprefix("/v1").format_map(filled)
    for parameter in operations()[method, path].get("parameters", ()):
        name, schema = parameter["name"], parameter["schema"]
        if parameter["in"] != "query" or name in REFUSED:
            continue
        items = schema.get("items", schema)
        wrong: list[Any] = []
        if "enum" in items:
            wrong.append("none of these")
        if items["type"] in {"boolean", "number"}:
            wrong.append("neither")
        wrong += [schema["minimum"] - 1] if "minimum" in schema else []
        wrong += [schema["maximum"] + 1] if "maximum" in schema else []
        if items.get("format") == "email":
            wrong.append("no address")
        for value in wrong:
            params = {name: query_text(value)}
            answer = await port(method, location, params=params, body=body_of(method, path))
            assert refused(answer, 422), (name, value, answer)
        # A reference that names nothing is a 404: it was read, too.
        good = [schema[limit] for limit in ("minimum", "maximum") if limit in schema]
        for value in good or items.get("enum") or [sample(items)]:
            params = {name: query_text(value)}
            answer = await port(method, location, params=params, body=body_of(method, path))
            assert (
                answer.status < 300
                or (name == "run_id" and answer.status in {404, 422})
                or (
                    # Deleted, or decided, by the request before.
                    method in {"DELETE", "PATCH"} and answer.status in {404, 422}
                )
            ), (name, value, answer)


@pytest.mark.parametrize(
    ("method", "path"),
    [key for key in emulated() if UPSTREAM.exists() and "requestBody" in operations()[key]],
)
async def test_body_members(port: Plain, filled: dict[str, str], method: str, path: str) -> None:
    """Each member of a body is known and has its type; others are refused where they are."""
    operation = operations()[method, path]
    location = path.removeprefix("/v1").format_map(filled)
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    smallest = required(operation) or {}
    for name in members(operation):
        answer = await port(method, location, body={**smallest, name: 3.5})
        assert refused(answer, 422, name), name
    for name in schema.get("required", ()):
        left = {key: value for key, value in smallest.items() if key != name}
        assert refused(await port(method, location, body=left), 422, name)
    answer = await port(method, location, body={**(body_of(method, path) or {}), "unknown": 1})
    assert refused(answer, 422, "unknown") is (schema["additionalProperties"] is False)


async def test_error_statuses(port: Plain, filled: dict[str, str]) -> None:
    """The deviating statuses are really answered: the list is no wish list."""
    seen = set()
    entity = {"identifier": "payments"}
    seen.add((await port("POST", "/blueprints/microservice/entities", body=entity)).status)
    seen.add((await port("GET", "/actions/runs", params={"limit": "0"})).status)
    port.headers = {"Authorization": "key"}
    async with Emulator(
        credentials={}, api_keys={"key": "eve"}, rate_limit=2, default_version="v2"
    ) as emulator:
        port.emulator = emulator
        run_id = await port.execute("deploy_to_production", version="1")
        path = f"/actions/runs/{run_id}/approval"
        seen.add((await port("PATCH", path, body={"status": "APPROVE"})).status)
        seen.add((await port("GET", "/actions/runs")).status)
    assert seen == DEVIATING_STATUSES.keys()


async def test_deviating_members(port: Plain, emulator: Emulator) -> None:
    """The deviating members are really there, and really not in the description."""
    await emulator.add_runs(2)
    answer = await port("GET", "/actions/runs", params={"limit": "1"})
    for method, path, name in DEVIATING_MEMBERS:
        assert name in answer.json
        schema = operations()[method, path]["responses"]["200"]["content"]["application/json"]
        assert name not in schema["schema"]["properties"]
        assert schema["schema"]["additionalProperties"] is False


async def test_check_fails() -> None:
    """The check against the description finds what is wrong."""
    get = ("GET", "/v1/actions/runs/{run_id}")
    assert violations(*get, 200, {"ok": True, "run": {"id": "r_1"}})
    assert violations(*get, 200, {"ok": True, "more": 1})
    assert violations(*get, 404, {"ok": False, "error": 5, "message": "x"})
    assert violations(*get, 418, {})
    create = ("POST", "/v1/blueprints/{blueprint_identifier}/entities")
    assert violations(*create, 201, {"ok": True, "entity": {"identifier": "a b"}})


async def test_not_emulated_list() -> None:
    """Operations that aren't emulated are in the description; the list is no excuse."""
    assert NOT_EMULATED.keys() <= operations().keys()
    names = {
        parameter["name"]
        for operation in operations().values()
        for parameter in operation.get("parameters", ())
    }
    assert REFUSED.keys() <= names
