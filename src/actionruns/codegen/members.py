"""The public attributes of an async class, by its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import attrs

from actionruns.codegen.errors import CodegenError

__all__ = ["Attribute", "attributes_of"]


@attrs.frozen
class Attribute:
    """A public attribute of an instance.

    Attributes:
        name: Its name.
        annotation: Its type, as source.
        node: Where it is declared or assigned first.
    """

    name: str
    annotation: str
    node: ast.AST


def attributes_of(node: ast.ClassDef, module: str) -> list[Attribute]:
    """Return the public attributes: those that the class declares and those that __init__ sets.

    Args:
        node: The class.
        module: Its module's file name, for errors.

    Raises:
        CodegenError: The type of one of them is said nowhere.
    """
    found: dict[str, Attribute] = {}
    for attribute in (*_declared(node.body), *_assigned(node, module)):
        if not attribute.name.startswith("_"):
            found.setdefault(attribute.name, attribute)
    return list(found.values())


def _declared(body: list[ast.stmt]) -> Iterator[Attribute]:
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, annotation = statement.target.id, ast.unparse(statement.annotation)
            if not annotation.startswith("ClassVar"):
                yield Attribute(name, annotation, statement)


def _assigned(node: ast.ClassDef, module: str) -> Iterator[Attribute]:
    declared = {attribute.name for attribute in _declared(node.body)}
    for init in node.body:
        if not isinstance(init, ast.FunctionDef) or init.name != "__init__":
            continue
        parameters = {
            a.arg: ast.unparse(a.annotation)
            for a in (*init.args.posonlyargs, *init.args.args, *init.args.kwonlyargs)
            if a.annotation is not None
        }
        for statement in ast.walk(init):
            name = _target(statement)
            if name is None or name in declared or name.startswith("_"):
                continue
            annotation = _annotation(statement, parameters)
            if annotation is None:
                line = getattr(statement, "lineno", 0)
                problem = f"declare the type of {node.name}.{name} in the class"
                raise CodegenError(f"{module} (line {line}): {problem}", place=module, line=line)
            yield Attribute(name, annotation, statement)


def _target(statement: ast.AST) -> str | None:
    """Return the attribute of ``self`` that a statement assigns."""
    target: ast.expr | None = None
    if isinstance(statement, ast.AnnAssign):
        target = statement.target
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return target.attr if target.value.id == "self" else None
    return None


def _annotation(statement: ast.AST, parameters: dict[str, str]) -> str | None:
    """Return the type of what is assigned, as far as it is written or plain to see."""
    if isinstance(statement, ast.AnnAssign):
        return ast.unparse(statement.annotation)
    value = statement.value if isinstance(statement, ast.Assign) else None
    if isinstance(value, ast.Name):
        return parameters.get(value.id)
    if isinstance(value, ast.Constant) and value.value is not None:
        return type(value.value).__name__
    return None
