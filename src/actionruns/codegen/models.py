"""From component schemas to models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from actionruns.codegen.annotations import PyType, TypeMapper, Use
from actionruns.codegen.document import Node, Pointer
from actionruns.codegen.ir import FieldDef, ModelDef, RunMapping
from actionruns.codegen.naming import RUN_STATES, attribute_name, class_name, is_name
from actionruns.codegen.schema import Shape, shape_of

__all__ = ["ModelRegistry"]

# What the base class has already.
_OF_MODEL: Final = frozenset({"unknown_fields"})
_OF_RUNS: Final = frozenset({"state", "is_terminal"})


@attrs.define
class _Entry:
    schema: Node
    use: Use
    order: int


class ModelRegistry:
    """The models that operations use, directly or through other models.

    A schema that nothing uses becomes no model.
    """

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._names: dict[Pointer, str] = {}
        self._changed: list[str] = []
        self._defined: dict[str, ModelDef] = {}
        self.types = TypeMapper(self)

    def name_of(self, schema: Node, use: Use, hint: str) -> str:
        """Return the class name of an object with members, which is used from now on.

        Raises:
            CodegenError: Another schema has that name.
        """
        node = schema.follow()
        name = self._names.get(node.pointer) or self._new_name(node, hint)
        entry = self._entries.get(name)
        if entry is None:
            entry = self._entries[name] = _Entry(node, use, len(self._entries))
            self._changed.append(name)
        elif entry.schema.pointer != node.pointer:
            other = node.document.place(entry.schema.pointer)
            raise node.error(f"{name} is the class of {other} already; name one with x-name")
        elif use not in entry.use:
            # Fields are typed by where the model is used: written anew, with what they refer to.
            entry.use |= use
            self._changed.append(name)
        return name

    def definitions(self) -> tuple[ModelDef, ...]:
        """Return the models in the order of the specification.

        Raises:
            CodegenError: A schema among them cannot be expressed.
        """
        while self._changed:
            name = self._changed.pop()
            self._defined[name] = self._define(name, self._entries[name])
        return tuple(self._defined[name] for name in sorted(self._defined, key=self._position))

    def field(self, name: str, json_name: str) -> FieldDef | None:
        """Return a model's field by its name in JSON; None when there is no such model or field."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        fields = self._define(name, entry).fields
        return next((field for field in fields if field.json_name == json_name), None)

    def item_type(self, name: str, json_name: str) -> PyType | None:
        """Return what the list in a field of a model holds; None when the field is no list."""
        entry = self._entries[name]
        shape = shape_of(entry.schema)
        assert shape is not None  # noqa: S101  name_of is given objects with members only
        hint = name + class_name(json_name)
        return self.types.of(shape.properties[json_name], entry.use, hint).item

    def _position(self, name: str) -> tuple[int, int]:
        entry = self._entries[name]
        return entry.schema.document.line(entry.schema.pointer), entry.order

    def _new_name(self, node: Node, hint: str) -> str:
        is_component = node.pointer[:-1] == ("components", "schemas")
        name = node.text("x-name") or class_name(node.pointer[-1] if is_component else hint)
        if not name.isidentifier():
            raise node.error(f"{name!r} is no name for a class; name it with x-name")
        self._names[node.pointer] = name
        return name

    def _define(self, name: str, entry: _Entry) -> ModelDef:
        shape = shape_of(entry.schema)
        assert shape is not None  # noqa: S101  name_of is given objects with members only
        if shape.additional is not None and isinstance(shape.additional.value, dict):
            shape.additional.notice("members without a name are kept as they come, unchecked")
        run = _run_mapping(entry.schema, shape)
        fields: dict[str, FieldDef] = {}
        for json_name, schema in shape.properties.items():
            if _is_left_out(schema, entry.use):
                continue
            field = self._field(name, json_name, shape, entry.use)
            taken = _OF_MODEL | _OF_RUNS if run is not None else _OF_MODEL
            if field.name in taken:
                raise schema.error(f"every such model has a {field.name}; rename this with x-name")
            if field.name in fields:
                other = fields[field.name].json_name
                raise schema.error(f"{json_name} and {other} are both {field.name}; use x-name")
            fields[field.name] = field
        _check_aliases(shape, fields)
        return ModelDef(
            name=name,
            description=entry.schema.described(),
            fields=tuple(sorted(fields.values(), key=lambda field: not field.required)),
            run=run,
        )

    def _field(self, model: str, json_name: str, shape: Shape, use: Use) -> FieldDef:
        schema = shape.properties[json_name]
        name = python_name(schema, json_name)
        type_ = self.types.of(schema, use, model + class_name(json_name))
        one_way = Use.ANSWER in use and Use.REQUEST in use and _one_way(schema)
        required = json_name in shape.required and not one_way
        if not required and Use.ANSWER in use:
            type_ = type_.or_none()
        return FieldDef(
            name=name,
            json_name=json_name,
            annotation=type_.text() if required else type_.text("Unset"),
            required=required,
            secret=schema.follow().said("format") == "password",
            description=with_deprecation(schema, schema.described()),
            aliases=schema.texts("x-aliases") if "x-aliases" in schema else (),
        )


def python_name(node: Node, name: str) -> str:
    """Return the Python name of a parameter or member.

    Raises:
        CodegenError: Nothing is left of it, or ``x-name`` is no name.
    """
    given = node.said("x-name")
    found = attribute_name(name) if given is None else str(given)
    if not is_name(found):
        raise node.error(f"{found!r} is no name for Python; name it with x-name")
    return found


def with_deprecation(node: Node, text: str) -> str:
    """Return a description that says so when the place is deprecated."""
    if not node.said("deprecated") or "deprecated" in text.lower():
        return text
    return f"Deprecated. {text}".strip()


def _check_aliases(shape: Shape, fields: Mapping[str, FieldDef]) -> None:
    """Refuse an alias that another member of the model has as a name or as an alias."""
    owners = {field.json_name: field for field in fields.values()}
    for field in fields.values():
        for alias in field.aliases:
            other = owners.setdefault(alias, field)
            if other is not field or alias == field.json_name:
                schema = shape.properties[field.json_name]
                raise schema["x-aliases"].error(f"{alias!r} is a name of {other.json_name} already")


def _one_way(schema: Node) -> bool:
    return bool(schema.said("readOnly") or schema.said("writeOnly"))


def _is_left_out(schema: Node, use: Use) -> bool:
    """Tell whether a member never travels the way that its model is used."""
    return bool(
        (use == Use.REQUEST and schema.said("readOnly"))
        or (use == Use.ANSWER and schema.said("writeOnly"))
    )


def _run_mapping(schema: Node, shape: Shape) -> RunMapping | None:
    run = schema.get("x-run")
    if run is None:
        return None
    names = {}
    for key in ("id", "status", "ended"):
        json_name = run.text(key)
        if json_name:
            if json_name not in shape.properties:
                raise run[key].error(f"the schema has no property {json_name!r}")
            names[key] = python_name(shape.properties[json_name], json_name)
        elif key == "status":
            raise run.error("status is missing: the property with the service's status word")
    status = run.text("status")
    if status not in shape.required or shape.properties[status].follow().text("type") != "string":
        raise run["status"].error(f"{status!r} has to be a required text")
    states = []
    for word, state in run["states"].members():
        if state.value not in RUN_STATES:
            raise state.error(f"{state.value!r} is no RunState; there are: {', '.join(RUN_STATES)}")
        states.append((word, str(state.value)))
    return RunMapping(status=names["status"], ended=names.get("ended", ""), states=tuple(states))
