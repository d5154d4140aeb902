"""The facts of an OpenAPI document as a flat table, so that two documents can be compared.

A fact is a name, a place, a type, a limit or a set of values; prose is none. The table maps each
operation (``GET /v1/actions/runs``) to what it takes and to its answers by status; there, each
place maps to its facts::

    query limit:   {type: number, minimum: 1, maximum: 1000}
    body status:   {type: string, enum: [FAILURE, SUCCESS]}
    run.approval:  {type: object, nullable: true}
    runs[].id:     {type: string, required: true}

A field of a union of objects stands under the kind by which they are told apart, and so does one of
an event; what an answer is as a whole is a fact where it is no JSON object with fields::

    output(error).errcode: {type: integer, required: true}
    (body): {type: object, media: text / event - stream}
    (custom).update: {type: object, required: true}

What is false or absent is left out of a place's facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

__all__ = ["Deviation", "Difference", "Facts", "Operation", "Table", "differences", "facts_of"]

JsonObject = Mapping[str, Any]
Facts = dict[str, Any]
Operation = dict[str, dict[str, Any]]
"""``request``: facts by place; ``answers``: by status, facts by field."""
Table = dict[str, Operation]

_METHODS: Final = ("get", "put", "post", "patch", "delete")
_LIMITS: Final = ("minimum", "maximum", "minLength", "maxLength", "pattern")
_PRESENCE: Final = "presence"
_JSON: Final = "application/json"
_EVENTS: Final = "text/event-stream"
_WHOLE: Final = "(body)"
_EITHER: Final = "either"


# ------------------------------------------------------------------------------------ extraction


def facts_of(document: JsonObject, *, opaque: frozenset[str] = frozenset()) -> Table:
    """Extract the table of a document.

    Args:
        document: An OpenAPI 3.0 or 3.1 document.
        opaque: Names of component schemas that count as plain objects and are not looked into.
    """
    reader = _Reader(document, opaque)
    return {
        f"{method.upper()} {path}": reader.operation(item[method], item.get("parameters", ()))
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    }


class _Reader:
    """Reads the operations of one document; knows where its references lead."""

    def __init__(self, document: JsonObject, opaque: frozenset[str]) -> None:
        self._document = document
        self._opaque = opaque
        self._security = document.get("security", ())

    def operation(self, operation: JsonObject, shared: Iterable[JsonObject]) -> Operation:
        """Return what one operation takes and answers.

        Args:
            operation: The operation.
            shared: The parameters of its path; those of the operation replace them.
        """
        ways = operation.get("security", self._security)
        # An empty way among them: no credentials will do as well.
        secured = bool(ways) and {} not in ways
        request: dict[str, Facts] = {"credentials": {"required": True}} if secured else {}
        for parameter in map(self._resolve, (*shared, *operation.get("parameters", ()))):
            facts = self._schema(parameter["schema"])
            if parameter.get("required"):
                facts["required"] = True
            if parameter.get("explode") is False:
                facts["explode"] = False
            if parameter.get("style", "simple" if parameter["in"] == "path" else "form") not in (
                "simple",
                "form",
            ):
                facts["style"] = parameter["style"]
            request[f"{parameter['in']} {parameter['name']}"] = facts
        if "requestBody" in operation:
            request |= self._body(self._resolve(operation["requestBody"]))
        answers = {
            status: self._answer(self._resolve(response))
            for status, response in operation["responses"].items()
        }
        return {"request": request, "answers": answers}

    def _body(self, body: JsonObject) -> dict[str, Facts]:
        schema = self._resolve(body["content"][_JSON]["schema"])
        facts = self._schema(schema)
        if body.get("required"):
            facts["required"] = True
        if schema.get("additionalProperties") is False:
            facts["closed"] = True
        fields = {f"body {name}": found for name, found in self._named(schema).items()}
        return {"body": facts, **fields}

    def _answer(self, response: JsonObject) -> dict[str, Facts]:
        content = response.get("content")
        if not content:
            return {}
        ((media, described),) = content.items()
        schema = self._resolve(described["schema"])
        fields: dict[str, Facts] = {}
        if media == _EVENTS and "data" in schema.get("properties", {}):
            # An event as a whole, as OpenAPI 3.2 has it; its data alone is said without these.
            around = {**schema["properties"]}
            schema = around.pop("data")
            fields = {f"event.{name}": self._schema(part) for name, part in around.items()}
        fields |= self._named(schema)
        whole = self._schema(schema)
        if media != _JSON:
            whole["media"] = media
        if whole != {"type": "object"} or not fields:
            fields[_WHOLE] = whole
        for facts in fields.values():
            for either in facts.get(_EITHER, [facts]):
                either.pop("default", None)  # Means nothing in an answer.
        return fields

    def _named(self, schema: JsonObject) -> dict[str, Facts]:
        found: dict[str, list[Facts]] = {}
        for name, facts in self._fields(schema):
            named = found.setdefault(name, [])
            if facts not in named:
                named.append(facts)
        # Where objects of a union that have no kind differ, none of what they say is lost.
        return {
            name: named[0] if len(named) == 1 else {_EITHER: named} for name, named in found.items()
        }

    def _fields(self, schema: JsonObject, prefix: str = "") -> Iterator[tuple[str, Facts]]:
        """Yield each field below a schema by its path, through references, unions and arrays."""
        for kind, member in self._members(schema):
            start = f"{prefix.removesuffix('.')}({kind})." if kind else prefix
            for name, field in member.get("properties", {}).items():
                facts = self._schema(field)
                if name in member.get("required", ()):
                    facts["required"] = True
                yield start + name, facts
                yield from self._fields(field, f"{start}{name}.")
            if isinstance(member.get("items"), Mapping):
                yield from self._fields(member["items"], f"{start.removesuffix('.')}[].")

    def _schema(self, schema: JsonObject) -> Facts:
        types: set[str] = set()
        facts: Facts = {}
        for _, member in self._members(schema):
            types |= self._types(member)
            facts |= self._limits(member)
        if "null" in types:
            facts["nullable"] = True
            types -= {"null"}
        return {"type": "|".join(sorted(types)), **facts}

    def _limits(self, member: JsonObject) -> Facts:
        facts: Facts = {name: member[name] for name in _LIMITS if name in member}
        if member.get("deprecated"):
            facts["deprecated"] = True
        if isinstance(member.get("default"), str | bool | int | float):
            facts["default"] = member["default"]
        # An answer's values are open in our specs: they stand as x-known-values instead of enum.
        values = member.get("enum", member.get("x-known-values"))
        if "const" in member:
            values = [member["const"]]
        if values is not None:
            facts["enum"] = sorted(values)
        items = member.get("items")
        if isinstance(items, Mapping):
            facts |= self._limits(self._resolve(items))
        return facts

    def _types(self, member: JsonObject) -> set[str]:
        """Return the types of a schema that is neither a reference nor a union."""
        stated = member.get("type")
        if isinstance(stated, str):
            stated = [stated]
        if stated is None:
            stated = self._implied(member)
        found = {self._type(name, member) for name in stated}
        return found | {"null"} if member.get("nullable") else found

    @staticmethod
    def _implied(member: JsonObject) -> list[str]:
        if "properties" in member:
            return ["object"]
        values = member.get("enum", [member["const"]] if "const" in member else [])
        if not values:
            return ["any"]
        return ["boolean" if isinstance(value, bool) else "string" for value in values]

    def _type(self, name: str, member: JsonObject) -> str:
        if name == "array":
            return f"array<{self._schema(member.get('items', {}))['type']}>"
        values = member.get("additionalProperties")
        if name == "object" and isinstance(values, Mapping):
            return f"object<{self._schema(values)['type']}>"
        if name == "string" and "format" in member:
            return f"string:{member['format']}"
        return name

    def _members(self, schema: JsonObject) -> Iterator[tuple[str, JsonObject]]:
        """Yield the alternatives of a schema and the parts of an allOf, itself when it has none.

        Each with the value of its member that has one value only (by which it is told from the
        other alternatives of a union), if there is such a member.
        """
        schema = self._resolve(schema)
        for part in schema.get("allOf", ()):
            yield from self._members(part)
        alternatives = _alternatives(schema)
        for alternative in map(self._resolve, alternatives or ()):
            members = list(self._members(alternative))
            if _alternatives(alternative) is None:
                kinds = [kind for _, member in members if (kind := self._kind(member))]
                members = [(kinds[0] if kinds else "", member) for _, member in members]
            yield from members
        if alternatives is None and ("allOf" not in schema or "properties" in schema):
            yield "", schema

    def _kind(self, member: JsonObject) -> str:
        for field in map(self._resolve, member.get("properties", {}).values()):
            values = [field["const"]] if "const" in field else field.get("enum", ())
            if len(values) == 1:
                return str(values[0])
        return ""

    def _resolve(self, node: JsonObject) -> JsonObject:
        """Follow references; what stands beside one, as OpenAPI 3.1 allows, takes precedence."""
        if "$ref" not in node:
            return node
        *_, section, name = node["$ref"].split("/")
        if section == "schemas" and name in self._opaque:
            return {"type": "object"}
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**self._resolve(self._document["components"][section][name]), **beside}


def _alternatives(schema: JsonObject) -> Any:
    return schema.get("oneOf", schema.get("anyOf"))


# ------------------------------------------------------------------------------------ comparison


class Difference(NamedTuple):
    """One fact on which the service's document and our specification are not of one mind."""

    operation: str
    place: str
    aspect: str
    upstream: Any
    spec: Any


class Deviation(NamedTuple):
    """A difference, or a family of them, that is meant; ``*`` in its places is anything."""

    operation: str
    place: str
    aspect: str
    upstream: Any
    spec: Any
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Tell whether this is the entry for a difference."""
        return (
            _matches(self.operation, difference.operation)
            and _matches(self.place, difference.place)
            and self[2:5] == difference[2:5]
        )


def differences(upstream: Table, spec: Table) -> Iterator[Difference]:
    """Yield each fact of one table that the other lacks or states differently."""
    for operation in sorted(upstream.keys() | spec.keys()):
        if operation not in spec or operation not in upstream:
            yield Difference(operation, "", _PRESENCE, operation in upstream, operation in spec)
            continue
        yield from _between(operation, _places(upstream[operation]), _places(spec[operation]))


def _between(
    operation: str, upstream: Mapping[str, Facts], spec: Mapping[str, Facts]
) -> Iterator[Difference]:
    for place in sorted(upstream.keys() | spec.keys()):
        if place not in spec or place not in upstream:
            yield Difference(operation, place, _PRESENCE, place in upstream, place in spec)
            continue
        theirs, ours = upstream[place], spec[place]
        for aspect in sorted(theirs.keys() | ours.keys()):
            if theirs.get(aspect) != ours.get(aspect):
                yield Difference(operation, place, aspect, theirs.get(aspect), ours.get(aspect))


def _places(operation: Operation) -> dict[str, Facts]:
    """Return an operation's facts by one flat name: ``query limit``, ``200``, ``200 run.id``."""
    places = dict(operation["request"])
    for status, fields in operation["answers"].items():
        places[status] = {}
        places |= {f"{status} {name}": facts for name, facts in fields.items()}
    return places


def _matches(pattern: str, name: str) -> bool:
    # Not fnmatch: the brackets of `runs[].id` are no character class.
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
