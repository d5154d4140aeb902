"""Reading a capability document: what it says, and what a person has to mend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from actionruns.codegen.errors import CodegenError
from actionruns.gateway import Gateway, parse_capability, read_capability
from tests.gateway.documents import JOBS, capability, changed

# What is changed in the document -> what the message says, and the line that it is about.
MISTAKES: dict[str, tuple[tuple[str, str], str, str]] = {
    "unknown key of the document": (
        ("info:", "infos:"),
        "has no key 'infos'; did you mean",
        "infos:",
    ),
    "unknown key without a likely one": (
        ("  label: Jobs", "  zzz: Jobs"),
        "info has no key 'zzz'; it has: created, description, label, modified, tags",
        "zzz: Jobs",
    ),
    "version": (("1.0.0-alpha2", "2.0.0"), "version '2.0.0' is not supported", "2.0.0"),
    "binding from a file": (
        ("  - namespace: env\n", "  - namespace: env\n    location: file://x\n"),
        "location is not supported: values come from the environment",
        "location: file://x",
    ),
    "binding that is no text": (
        ("KEY: JOBS_KEY", "KEY: 7"),
        "should be a text, but is 7",
        "KEY: 7",
    ),
    "type of service": (
        ("type: http", "type: grpc"),
        "type is one of: http; not 'grpc'",
        "- type: grpc",
    ),
    "imported service": (
        ("type: http", "location: x"),
        "put the service into this document",
        "location: x",
    ),
    "base without scheme": (
        ("http://127.0.0.1:1", "127.0.0.1"),
        "begins with http://",
        "baseUri: 127",
    ),
    "path without slash": (
        ("path: /jobs\n", "path: jobs\n"),
        "a path begins with a slash",
        "path: jobs",
    ),
    "method": (("method: GET", "method: FETCH"), "method is one of: GET, POST", "method: FETCH"),
    "place of a parameter": (
        ("in: query", "in: cookie"),
        "in is one of: query, path, header, body; not 'cookie'",
        "in: cookie",
    ),
    "missing place": (
        ("                  in: query\n", ""),
        "in is missing; it is one of",
        "- name: state",
    ),
    "type of a parameter": (
        ("type: array", "type: list"),
        "type is one of: string, number",
        "type: list",
    ),
    "misspelt key of a parameter": (
        ("required: true", "requierd: true"),
        "has no key 'requierd'; did you mean 'required'?",
        "requierd: true",
    ),
    "two of one name": (
        ("- name: limit", "- name: state"),
        "there is another 'state' already, in line 22",
        "- name: state\n                  in: query\n                  type: integer",
    ),
    "flag that is no flag": (
        ("required: true", "required: yes please"),
        "true or false",
        "required: yes please",
    ),
    "path without its parameter": (
        ("/jobs/{job_id}", "/jobs/{id}"),
        "the path has {id}, but no parameter 'id' is 'in: path'",
        "- name: get",
    ),
    "object in the query": (("type: integer", "type: object"), "in the body only", "- name: limit"),
    "answers of another form": (
        (
            "description: List jobs.\n",
            "description: List jobs.\n              outputRawFormat: xml\n",
        ),
        "outputRawFormat is one of: json; not 'xml'",
        "outputRawFormat: xml",
    ),
    "kind of credentials": (
        ("type: apikey", "type: digest"),
        "type is one of: apikey, bearer, basic, sdk",
        "type: digest",
    ),
    "key in the query": (
        ("placement: header", "placement: query"),
        "ends up in logs",
        "placement: query",
    ),
    "credentials without a value": (
        ("        value: '{{env.KEY}}'\n", ""),
        "value is missing",
        "authentication:",
    ),
    "key that is not bound": (
        ("{{env.KEY}}", "{{env.OTHER}}"),
        "{{env.OTHER}} is not bound; binds has: {{env.KEY}}",
        "{{env.OTHER}}",
    ),
    "type of adapter": (
        ("type: rest", "type: skill"),
        "adapters of type skill are not",
        "type: skill",
    ),
    "port out of range": (
        ("port: 8080", "port: 80800"),
        "from 1 to 65535, not 80800",
        "port: 80800",
    ),
    "second adapter of a type": (
        ("type: mcp", "type: rest"),
        "there is another adapter of type rest already",
        "- type: rest\n      namespace: jobs-mcp",
    ),
    "call of another service": (
        ("call: jobs.list", "call: job.list"),
        "'jobs.OPERATION'",
        "call: job.list",
    ),
    "call of nothing": (
        ("call: jobs.list", "call: jobs.lst"),
        "jobs has no operation 'lst'; there are: all.list, all.start, one.get",
        "call: jobs.lst",
    ),
    "reference of the other adapter": (
        ("state: rest.state", "state: tools.state"),
        "'rest.' and the name of an input, or a number; not 'tools.state'",
        "state: tools.state",
    ),
    "parameter that is not there": (
        ("limit: rest.limit", "limits: rest.limit"),
        "jobs.all.list has no parameter 'limits'; it has: state, limit",
        "limits: rest.limit",
    ),
    "parameter that lacks": (
        ("              with:\n                job_id: rest.job_id\n", "              with: {}\n"),
        "jobs.one.get needs job_id as well",
        "with: {}",
    ),
    "path that is understood by nobody": (
        ("mapping: $.jobs", "mapping: jobs"),
        "'jobs' is no path that is understood",
        "mapping: jobs",
    ),
    "output of nothing": (
        (
            "                - type: array\n                  mapping: $.jobs\n",
            "                - type: array\n",
        ),
        "an output needs a mapping, a value or properties",
        "- type: array",
    ),
    "steps": (("call: jobs.start", "steps: []"), "steps is not supported", "steps: []"),
    "key of a tool": (
        ("hints:", "hint:"),
        "a tool has no key 'hint'; did you mean 'hints'?",
        "hint:",
    ),
    "hint that is no flag": (
        ("readOnly: true", "readOnly: 1"),
        "should be true or false",
        "readOnly: 1",
    ),
    "prompts": (
        ("      tools:\n", "      prompts: []\n      tools:\n"),
        "only tools are served",
        "prompts: []",
    ),
    "part of a path twice": (
        ("path: /jobs/{job_id}", "path: /jobs/{job_id}/{job_id}"),
        "the path has {job_id} twice",
        "- name: get\n              method: GET",
    ),
    "parameter without its part of the path": (
        ("- name: limit\n                  in: query", "- name: limit\n                  in: path"),
        "limit is 'in: path', but the path '/jobs' has no {limit}",
        "- name: limit",
    ),
    "number in a path": (
        ("in: path\n                  type: string", "in: path\n                  type: boolean"),
        "a path takes a string or an integer, not boolean",
        "- name: job_id\n                  in: path",
    ),
    "two bodies": (
        (
            "- name: limit\n                  in: query\n                  type: integer",
            "- {name: a, in: body}\n                - {name: b, in: body}",
        ),
        "b is 'in: body' as well",
        "- {name: b",
    ),
    "constant that is no text": (
        (
            "                  in: query\n",
            "                  in: query\n                  value: 7\n",
        ),
        "value should be a text, but is 7",
        "value: 7",
    ),
    "constant body": (
        ("in: body\n", "in: body\n                  value: x\n"),
        "a constant body is not supported",
        "value: x",
    ),
    "name that is empty": (("- name: state", "- name: ''"), "name should be a text", "- name: ''"),
    "missing type of credentials": (
        ("        type: apikey\n", ""),
        "type is missing; it is one of: apikey",
        "authentication:",
    ),
    "port that is missing": (("      port: 8080\n", ""), "port is missing", "- type: rest"),
    "port of the tools that is missing": (
        ("      port: 9090\n", ""),
        "an adapter with 'transport: http' has one",
        "- type: mcp",
    ),
    "exposed path without slash": (
        ("- path: /jobs\n", "- path: jobs\n"),
        "a path begins with a slash",
        "path: jobs",
    ),
    "mapping and value": (
        (
            "                  mapping: $.jobs\n",
            "                  mapping: $.jobs\n                  value: x\n",
        ),
        "an output has a mapping or a value, not both",
        "value: x",
    ),
    "outputs without names": (
        (
            "                - type: array\n",
            "                - {type: array, mapping: $.}\n                - type: array\n",
        ),
        "several outputs need a name each",
        "- {type: array, mapping",
    ),
    "elements of nothing": (
        (
            "                  mapping: $.jobs\n",
            "                  value: x\n                  items: {type: string, value: y}\n",
        ),
        "items needs a mapping",
        "- type: array\n                  value",
    ),
    "path of the gateway itself": (
        ("- path: /jobs/{job-id}", "- path: /healthz"),
        "/healthz is a path of the gateway itself",
        "- path: /healthz",
    ),
    "two paths for one request": (
        ("- path: /jobs\n          name: all", "- path: /jobs/{job}\n          name: all"),
        "/jobs/{job-id} is no path of its own: requests for it would be those for /jobs/{job}",
        "- path: /jobs/{job-id}",
    ),
}


@pytest.mark.parametrize(("change", "message", "at"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(change: tuple[str, str], message: str, at: str) -> None:
    """What is unknown, not supported or contradictory is an error with path and line."""
    text = changed(change)
    with pytest.raises(CodegenError) as caught:
        Gateway(parse_capability(text.encode(), "jobs.yaml"))
    told = str(caught.value)
    assert message in told
    assert told.startswith("jobs.yaml#/")
    assert text.split(at)[0].count("\n") + 1 == caught.value.line


def test_no_key_of_the_format_is_passed_over() -> None:
    """What has no effect and does no harm is named, with its place and the reason."""
    read = capability(
        ("  label: Jobs\n", "  label: Jobs\n  stakeholders: []\n"),
        ("      port: 8080\n", "      port: 8080\n      address: 0.0.0.0\n"),
        ("      port: 9090\n", "      port: 9090\n      x-team: payments\n"),
        ("1.0.0-alpha2", "1.0.0-alpha1"),
    )
    told = [str(notice) for notice in read.notices]
    assert told == [
        "jobs.yaml#/naftiko: version 1.0.0-alpha1 is read as 1.0.0-alpha2",
        "jobs.yaml#/info/stakeholders: stakeholders has no effect: the gateway shows no persons",
        (
            "jobs.yaml#/capability/exposes/0/address: address has no effect: "
            "--host says where the gateway listens"
        ),
        (
            "jobs.yaml#/capability/exposes/1/x-team: x-team has no effect: "
            "extensions are other programs'"
        ),
    ]


def test_adapters_may_be_described_with_less() -> None:
    """A port of tools over stdio, hints, names of resources and of operations may be left out."""
    read = capability(
        ("      port: 9090\n      transport: http\n", "      transport: stdio\n"),
        ("          name: one\n          operations:", "          operations:"),
    )
    assert read.mcp is not None
    assert (read.mcp.transport, read.mcp.port) == ("stdio", None)
    assert read.rest is not None
    assert [resource.name for resource in read.rest.resources] == ["all", "/jobs/{job-id}"]


def test_a_document_may_be_json(tmp_path: Path) -> None:
    """A file that ends in .json is read as JSON, and says the same."""
    file = tmp_path / "jobs.json"
    file.write_text(json.dumps(yaml.safe_load(JOBS)))
    assert read_capability(file).services == capability().services


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.1.0", "is no capability document: it has no member 'naftiko'"),
        ("naftiko: 1.0.0-alpha2", "nothing is consumed"),
        ("naftiko: [", "is not YAML"),
        ("naftiko: 1\nnaftiko: 2", "'naftiko' stands twice"),
    ],
)
def test_another_document_is_refused(text: str, message: str) -> None:
    """A document of another kind, an empty one and one that is no YAML say what they are."""
    with pytest.raises(CodegenError, match=message):
        parse_capability(text.encode(), "x.yaml")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(CodegenError, match=r"missing\.yaml: cannot be read"):
        read_capability(tmp_path / "missing.yaml")


def test_an_unknown_name_lists_what_comes_along() -> None:
    """A name that is no file is looked up among the documents of the package."""
    with pytest.raises(CodegenError, match=r"^prot-action-runs: .*; these do: .*port-action-runs$"):
        read_capability("prot-action-runs")


def test_services_may_stand_outside_of_the_capability() -> None:
    """The format allows `consumes` and `binds` at the top as well as in `capability`."""
    document = yaml.safe_load(JOBS)
    moved = {**document, "consumes": document["capability"].pop("consumes")}
    moved["capability"]["binds"] = moved.pop("binds")
    read = parse_capability(json.dumps(moved).encode(), "jobs.json")
    assert read.services == capability().services
    assert read.bindings == capability().bindings


def test_inputs_of_a_service_are_those_of_its_operations() -> None:
    """Parameters of a service and of a resource reach each operation, which may replace them."""
    read = capability(
        (
            "      resources:\n        - name: all\n",
            (
                "      inputParameters: [{name: tenant, in: header, value: shop}]\n"
                "      resources:\n        - name: all\n"
                "          inputParameters: [{name: limit, in: header}]\n"
            ),
        )
    )
    (listing, start), (get,) = (resource.operations for resource in read.services[0].resources)
    assert [(item.name, item.place) for item in listing.inputs] == [
        ("tenant", "header"),
        ("state", "query"),
        ("limit", "query"),
    ]
    assert [item.name for item in start.inputs] == ["tenant", "limit", "body"]
    assert [item.name for item in get.inputs] == ["tenant", "job_id"]
    assert listing.inputs[0].value == "shop"
