"""Files become documents, with lines, or one clear error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from actionruns.codegen.errors import CodegenError
from actionruns.codegen.reader import parse, read

HEAD = b"openapi: 3.1.0\n"


def test_keys_stay_texts() -> None:
    """A status code, `on` and `null` as keys are the texts that stand in the file."""
    found = parse(HEAD + b"paths: {200: a, on: b, null: c}\n", "api.yaml")
    assert found.value["paths"] == {"200": "a", "on": "b", "null": "c"}


def test_dates_stay_texts() -> None:
    """A date is a text, as it would be in JSON."""
    found = parse(HEAD + b"info: {version: 2026-01-31}\n", "api.yaml")
    assert found.value["info"]["version"] == "2026-01-31"


def test_lines_are_known() -> None:
    """Each value of a YAML file knows its line, one that stands nowhere that around it."""
    found = parse(HEAD + b"info:\n  title: A\ntags:\n- {name: b}\n", "api.yaml")
    assert found.line(("info", "title")) == 3
    assert found.line(("tags", "0", "name")) == 5
    assert found.line(("tags", "0", "none")) == 5


def test_aliases_are_followed() -> None:
    """An alias is the value of its anchor."""
    found = parse(HEAD + b"a: &x {b: [1]}\nc: *x\n", "api.yaml")
    assert found.value["c"] == {"b": [1]}


def test_aliases_do_not_explode() -> None:
    """Anchors that double each other stay as small as their text."""
    rows = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    found = parse(HEAD + "\n".join(rows).encode(), "api.yaml")
    assert found.value["a59"][0] is found.value["a59"][1]


def test_byte_order_mark_is_dropped() -> None:
    """A file that starts with a byte order mark is read."""
    assert parse(b"\xef\xbb\xbf" + HEAD, "api.yaml").value == {"openapi": "3.1.0"}


def test_hash_ignores_line_ends() -> None:
    """A checkout with other line ends is the same specification."""
    windows = HEAD.replace(b"\n", b"\r\n")
    assert parse(HEAD, "api.yaml").sha256 == parse(windows, "api.yaml").sha256


def test_json_is_read(tmp_path: Path) -> None:
    """A file whose name ends in .json is JSON."""
    path = tmp_path / "api.json"
    path.write_text('{\n\t"openapi": "3.0.3"\n}')
    found = read(path)
    assert (found.name, found.value) == ("api.json", {"openapi": "3.0.3"})
    assert found.nullable_keyword


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abc é\n:#'\"", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc~/$ ", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_yaml_and_json_agree(value: object) -> None:
    """The same document as YAML and as JSON is the same value."""
    whole = {"openapi": "3.1.0", "x": value}
    as_yaml = parse(yaml.safe_dump(whole, allow_unicode=True).encode(), "api.yaml")
    assert as_yaml.value == parse(json.dumps(whole).encode(), "api.json").value == whole


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"a: [", "api.yaml", "api.yaml (line "),
        (b"a: \x07", "api.yaml", "api.yaml: is not YAML: "),
        (b"a: 1\n---\nb: 2\n", "api.yaml", "api.yaml (line 2): is not YAML: "),
        (b"a: !include b\n", "api.yaml", "api.yaml (line 1): is not YAML: "),
        (b"a: 1\nb: 2\na: 3\n", "api.yaml", "api.yaml (line 3): 'a' stands twice in one object"),
        (b"a: &x [*x]\n", "api.yaml", "api.yaml (line 1): an alias inside of what it stands for"),
        (b"a: {? [b] : c}\n", "api.yaml", "api.yaml (line 1): a key that is no text"),
        (b"a: &x {}\nb: {<<: *x}\n", "api.yaml", "api.yaml (line 2): merge keys (<<) are not"),
        (b"\xff", "api.yaml", "api.yaml: is not UTF-8"),
        (b"", "api.yaml", "api.yaml: should be OpenAPI 3.0 or 3.1, but is something else"),
        (b"[]", "api.json", "api.json: should be OpenAPI 3.0 or 3.1, but is something else"),
        (b"swagger: '2.0'\n", "api.yaml", "api.yaml: should be OpenAPI 3.0 or 3.1, but is Swagger"),
        (b"\nopenapi: 2.5\n", "api.yaml", "api.yaml#/openapi (line 2): OpenAPI 2.5 is not"),
        (b"{\n1}", "api.json", "api.json (line 2): is not JSON: "),
        (b'{"a": 1, "a": 2}', "api.json", "api.json: 'a' stands twice in one object"),
    ],
)
def test_other_files_are_refused(content: bytes, name: str, message: str) -> None:
    """What is no OpenAPI document, or is ambiguous, is an error that names the place."""
    with pytest.raises(CodegenError) as caught:
        parse(content, name)
    assert str(caught.value).startswith(message)
    assert caught.value.place.startswith(name)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that isn't there is an error that names it."""
    with pytest.raises(CodegenError, match=r"none\.yaml: cannot be read: No such file"):
        read(tmp_path / "none.yaml")


def test_a_member_stands_in_the_line_of_its_key() -> None:
    """A member whose value begins in the next line has the line of its key."""
    document = parse(b"openapi: 3.1.0\ninfo:\n\n  title: x\n", "x.yaml")
    assert document.line(("info",)) == 2
    assert document.line(("info", "title")) == 4
