"""Nodes know their place and follow references."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actionruns.codegen.document import Document, Node
from actionruns.codegen.errors import CodegenError


def tree(value: object) -> Node:
    return Document(name="api.yaml", sha256="", value=value).root


def test_place_is_a_json_pointer() -> None:
    """A place escapes slashes and tildes as RFC 6901 says."""
    node = tree({"paths": {"/v1/~x": {"get": {}}}})["paths"]["/v1/~x"]["get"]
    assert node.error("no").place == "api.yaml#/paths/~1v1~1~0x/get"


def test_references_are_followed() -> None:
    """A reference leads to the value, over other references and escaped names."""
    root = tree({"a": {"$ref": "#/b~1c"}, "b/c": {"$ref": "#/d%20e/0"}, "d e": [{"x": 1}]})
    assert root["a"].follow().value == {"x": 1}
    assert root["a"].follow().pointer == ("d e", "0")


def test_nearest_annotation_counts() -> None:
    """A description beside a reference goes before that of what it refers to."""
    root = tree({"a": {"$ref": "#/b", "description": "near"}, "b": {"description": "far", "x": 1}})
    assert root["a"].described() == "near"
    assert root["a"].said("x") == 1
    assert root["a"].said("none") is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"$ref": "other.yaml#/x"}, "#/a/$ref: 'other.yaml#/x' leads to another file"),
        ({"$ref": "#anchor"}, "#/a/$ref: '#anchor' is no JSON pointer, but an anchor"),
        ({"$ref": "#/none/x"}, "#/a/$ref: '#/none/x' leads to nothing: there is no 'none'"),
        ({"$ref": "#/list/1"}, "#/a/$ref: '#/list/1' leads to nothing: there is no '1'"),
        ({"$ref": "#/a"}, "#/a: this reference leads back to itself"),
        ({"$ref": 5}, "#/a/$ref: should be a text, but is 5"),
        ({"$ref": "#/list/0", "nullable": True}, "#/a: nullable beside $ref is not supported"),
    ],
)
def test_other_references_are_refused(value: object, message: str) -> None:
    """A reference that leads nowhere, or is no mere reference, is an error that says so."""
    with pytest.raises(CodegenError) as caught:
        tree({"a": value, "list": [{}]})["a"].follow()
    assert message in str(caught.value)


def test_members_are_checked() -> None:
    """A member of another type than it has to be is an error with its place."""
    root = tree({"a": 1, "b": [1], "c": {}})
    wrong: Callable[[], object]
    for wrong, message in [
        (lambda: root["none"], "none is missing"),
        (lambda: root.text("a"), "#/a: should be a text, but is 1"),
        (lambda: root.flag("a"), "#/a: should be true or false, but is 1"),
        (lambda: root.texts("b"), "#/b/0: should be a text, but is 1"),
        (lambda: root.texts("c"), "#/c: should be an array, but is {}"),
        (lambda: root["a"].get("x"), "#/a: should be an object, but is 1"),
        (lambda: list(root["b"].members()), "#/b: should be an object, but is [1]"),
    ]:
        with pytest.raises(CodegenError) as caught:
            wrong()
        assert message in str(caught.value)


def test_notices_are_said_once() -> None:
    """The same notice of the same place is kept once."""
    root = tree({})
    root.notice("left out")
    root.notice("left out")
    assert [str(notice) for notice in root.document.notices] == ["api.yaml#/: left out"]
