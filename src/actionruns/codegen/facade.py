"""From an async module to its blocking twin, by the module's syntax tree.

The twin's methods have no logic: one statement hands the async method and its arguments to the
private loop. Names, parameters, defaults and docstrings are those of the source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from actionruns.codegen.docstrings import quoted, short_docstring
from actionruns.codegen.errors import CodegenError
from actionruns.codegen.formatting import formatted
from actionruns.codegen.imports import SourceNames
from actionruns.codegen.members import Attribute, attributes_of
from actionruns.codegen.wording import attribute_docs, blocking_words

__all__ = ["Facade", "mirror"]

_PREFIX: Final = "Async"
_ITERATORS: Final = frozenset({"AsyncIterator", "AsyncGenerator", "AsyncIterable"})
# Async iterators with members of their own -> what they iterate over; their twin only iterates.
_ITERATORS_OF: Final = {
    "EventStream": "StreamEvent",
    "RunStream": "StreamEvent",
}
_CONTEXTS: Final = frozenset({"AbstractAsyncContextManager", "AsyncContextManager"})
# Said by the bases of the blocking classes.
_OF_BASE: Final = frozenset({"aclose", "closed"})

Method = ast.FunctionDef | ast.AsyncFunctionDef


@attrs.frozen(kw_only=True)
class Facade:
    """What of an async module gets a blocking twin.

    Attributes:
        name: The module's file name, for errors.
        source_import: How the twin imports the module, for example ``..client``.
        endpoints: Classes whose instances are given to the twin.
        clients: Classes whose instances the twin makes, with the arguments that it is given.
        twins: Async classes of other modules -> how the twin imports the module of theirs.
        bases: Text of modules with base classes, whose public members are mirrored, too.
    """

    name: str
    source_import: str
    endpoints: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    twins: Mapping[str, str] = attrs.field(factory=dict)
    bases: tuple[str, ...] = ()


def mirror(source: str, facade: Facade, *, summary: str, head: str) -> str:
    """Return the text of the blocking twin of an async module.

    Args:
        source: The async module.
        facade: What of it gets a twin.
        summary: The twin's docstring.
        head: The lines before it.

    Raises:
        CodegenError: A class is not there, or has a member that cannot be mirrored.
    """
    tree = ast.parse(source)
    names = SourceNames(tree, facade.source_import)
    known = {name: twin_of(name) for name in (*facade.endpoints, *facade.clients, *facade.twins)}
    classes = _classes(tree)
    inherited = {
        name: node for text in facade.bases for name, node in _classes(ast.parse(text)).items()
    }
    parts = []
    for name in (*facade.endpoints, *facade.clients):
        if name not in classes:
            raise CodegenError(f"{facade.name}: there is no class {name}", place=facade.name)
        twin = _Twin(facade, known, classes[name], inherited)
        parts.append(twin.text(is_client=name in facade.clients))
    body = "\n\n\n".join(parts)
    public = ", ".join(repr(known[name]) for name in sorted((*facade.endpoints, *facade.clients)))
    twins = {known[name]: module for name, module in facade.twins.items()}
    imports = names.imports_for(body, twins)
    text = f'{head}"""{summary}"""\n\n{imports}\n\n__all__ = [{public}]\n\n\n{body}\n'
    return formatted(text, facade.name)


def twin_of(name: str) -> str:
    """Return the name of the blocking twin of an async class: ``AsyncReport`` -> ``Report``."""
    return name.removeprefix(_PREFIX)


def _classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


class _Twin:
    """Writes the twin of one class."""

    def __init__(
        self,
        facade: Facade,
        known: Mapping[str, str],
        node: ast.ClassDef,
        inherited: Mapping[str, ast.ClassDef],
    ) -> None:
        self._facade = facade
        self._known = known
        self._node = node
        self._bases = [
            inherited[base.id]
            for base in node.bases
            if isinstance(base, ast.Name) and base.id in inherited
        ]

    def text(self, *, is_client: bool) -> str:
        name, twin = self._node.name, self._known[self._node.name]
        # A client whose base has a twin of its own is of that kind as well.
        own = (ast.unparse(base) for base in self._node.bases)
        of_client = next(
            (self._known[base] for base in own if base in self._known), "BlockingClient"
        )
        base = of_client if is_client else "BlockingEndpoints"
        lines = [f"class {twin}({base}[{name}]):", *self._docstring(self._node, 4)]
        attributes = attributes_of(self._node, self._facade.name)
        if is_client:
            lines += self._client_members(attributes)
        else:
            lines += self._properties(attributes)
        for method in self._methods():
            lines += ["", *self._method(method)]
        return "\n".join(lines)

    def _methods(self) -> list[Method]:
        """Return the public methods and properties; the class's own go before its bases'."""
        found: dict[str, Method] = {}
        for node in (self._node, *self._bases):
            for method in node.body:
                if isinstance(method, Method) and not method.name.startswith("_"):
                    found.setdefault(method.name, method)
        return [method for name, method in found.items() if name not in _OF_BASE]

    def _client_members(self, attributes: list[Attribute]) -> Iterator[str]:
        """Write what holds the blocking twins of the async client's attributes."""
        for attribute in attributes:
            if attribute.annotation not in self._known:
                raise self._refused(attribute.node, f"{attribute.name} has no blocking twin")
            yield f"    {attribute.name}: {self._known[attribute.annotation]}"
        init = next(
            (n for n in self._node.body if isinstance(n, Method) and n.name == "__init__"), None
        )
        if init is None:
            raise self._refused(self._node, f"{self._node.name} has no __init__ of its own")
        yield ""
        yield f"    def __init__({ast.unparse(init.args)}) -> None:"
        yield f"        super().__init__({self._node.name}({_handed_on(init.args)}))"
        for attribute in attributes:
            twin = self._known[attribute.annotation]
            source = f"self._async.{attribute.name}"
            yield f"        self.{attribute.name} = {twin}({source}, self._loop)"

    def _properties(self, attributes: list[Attribute]) -> Iterator[str]:
        docs = attribute_docs(ast.get_docstring(self._node) or "")
        for attribute in attributes:
            text = blocking_words(docs.get(attribute.name, ""), self._known)
            fallback = f"The `{attribute.name}` of the async object."
            yield ""
            yield "    @property"
            yield f"    def {attribute.name}(self) -> {attribute.annotation}:"
            yield f"        {short_docstring(text, fallback, indent=8)}"
            yield f"        return self._async.{attribute.name}"

    def _method(self, method: Method) -> Iterator[str]:
        decorators = {ast.unparse(node) for node in method.decorator_list}
        if decorators - {"property", "asynccontextmanager", "contextlib.asynccontextmanager"}:
            raise self._refused(method, f"{method.name} has a decorator that cannot be mirrored")
        if method.returns is None:
            raise self._refused(method, f"{method.name} does not say what it returns")
        func = f"self._async.{method.name}"
        given = ", ".join(part for part in (func, _handed_on(method.args)) if part)
        if "property" in decorators:
            yield "    @property"
            result, statement = ast.unparse(method.returns), f"return {func}"
        elif "asynccontextmanager" in " ".join(decorators):
            result, statement = self._context(method, func, _ITERATORS)
        elif _outer(method.returns) in _CONTEXTS:
            result, statement = self._context(method, func, _CONTEXTS)
        elif _outer(method.returns) == "Watch":
            item = ast.unparse(_inner(method.returns))
            result, statement = f"BlockingWatch[{item}]", f"return self._loop.watch({given})"
        elif _outer(method.returns) in _ITERATORS | _ITERATORS_OF.keys():
            result, statement = self._iteration(method, given)
        elif isinstance(method, ast.AsyncFunctionDef):
            result, statement = self._call(method, given)
        else:
            result, statement = (
                ast.unparse(method.returns),
                f"return {func}({_handed_on(method.args)})",
            )
        yield f"    def {method.name}({ast.unparse(method.args)}) -> {result}:"
        yield from self._docstring(method, 8)
        yield f"        {statement}"

    def _call(self, method: ast.AsyncFunctionDef, given: str) -> tuple[str, str]:
        assert method.returns is not None  # noqa: S101  _method has looked
        result = ast.unparse(method.returns)
        if result in self._known:
            twin = self._known[result]
            return twin, f"return {twin}(self._loop.call({given}), self._loop)"
        for node in ast.walk(method.returns):
            if isinstance(node, ast.Name) and node.id in self._known:
                raise self._refused(method, f"{method.name} returns {result}, which has no twin")
        # mypy refuses to return what is None.
        return result, f"{'' if result == 'None' else 'return '}self._loop.call({given})"

    def _iteration(self, method: Method, given: str) -> tuple[str, str]:
        assert method.returns is not None  # noqa: S101  _method has looked
        if not isinstance(method.returns, ast.Subscript):
            raise self._refused(method, f"{method.name} does not say what it iterates over")
        item = ast.unparse(_inner(method.returns))
        if wrapper := _ITERATORS_OF.get(_outer(method.returns)):
            item = f"{wrapper}[{item}]"
        return f"BlockingIterator[{item}]", f"return self._loop.iterate({given})"

    def _context(self, method: Method, func: str, outer: frozenset[str]) -> tuple[str, str]:
        assert method.returns is not None  # noqa: S101  _method has looked
        given = ast.unparse(_inner(method.returns)) if _outer(method.returns) in outer else ""
        twin = self._known.get(given)
        if twin is None:
            problem = f"{method.name} gives {given or 'something'} that has no blocking twin"
            raise self._refused(method, problem)
        arguments = ", ".join(part for part in (func, twin, _handed_on(method.args)) if part)
        return f"AbstractContextManager[{twin}]", f"return self._loop.enter({arguments})"

    def _docstring(self, node: ast.ClassDef | Method, indent: int) -> list[str]:
        text = ast.get_docstring(node, clean=True)
        if text is None:
            return []
        lines = blocking_words(text, self._known).splitlines()
        return [f"{' ' * indent}{quoted(lines, indent)}"]

    def _refused(self, node: ast.AST, problem: str) -> CodegenError:
        line = getattr(node, "lineno", 0)
        place = self._facade.name
        return CodegenError(f"{place} (line {line}): {problem}", place=place, line=line)


def _handed_on(arguments: ast.arguments) -> str:
    """Return the arguments of a call that hands on everything but ``self``."""
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:]
    given = [*positional]
    if arguments.vararg is not None:
        given.append(f"*{arguments.vararg.arg}")
    given += [f"{a.arg}={a.arg}" for a in arguments.kwonlyargs]
    if arguments.kwarg is not None:
        given.append(f"**{arguments.kwarg.arg}")
    return ", ".join(given)


def _outer(annotation: ast.expr) -> str:
    """Return the name before the brackets of a type."""
    value = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return ast.unparse(value).rpartition(".")[2]


def _inner(annotation: ast.expr) -> ast.expr:
    """Return the first type in the brackets of a type; the type itself when it has none."""
    if not isinstance(annotation, ast.Subscript):
        return annotation
    inside = annotation.slice
    return inside.elts[0] if isinstance(inside, ast.Tuple) else inside
