"""Which consumed operation a call means."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from actionruns.codegen.errors import CodegenError
from actionruns.gateway.document.model import (
    Capability,
    Exposed,
    HttpService,
    Operation,
    Resource,
)

__all__ = ["Target", "resolve"]


@attrs.frozen(kw_only=True)
class Target:
    """A consumed operation, with its path and its service."""

    service: HttpService
    resource: Resource
    operation: Operation

    def __str__(self) -> str:
        names = (self.service.namespace, self.resource.name, self.operation.name)
        return ".".join(names)

    @property
    def request(self) -> str:
        """Method and path, for messages."""
        return f"{self.operation.method} {self.resource.path}"


def resolve(
    capability: Capability, exposed: Exposed, *, method: str = "", path: str = ""
) -> Target:
    """Find the consumed operation that an exposed one calls.

    ``namespace.operation`` is what the format has, but several resources of a namespace may have
    operations of one name (``get``, ``patch``). What else is said then tells which one is meant:
    the parameters that are passed on, the method, the path, the description, in this order; what
    would leave none over is passed by. ``namespace.resource.operation`` needs none of that.

    Args:
        capability: The document.
        exposed: The exposed operation or tool.
        method: Its HTTP method; empty for a tool.
        path: Its path; empty for a tool.

    Raises:
        CodegenError: There is no such operation, none that takes what is passed on, or several.
    """
    candidates = _named(capability, exposed)
    fitting = [target for target in candidates if _takes(target.operation, exposed)]
    if not fitting:
        raise _misfit(exposed, candidates)
    tests: tuple[Callable[[Target], bool], ...] = (
        lambda target: _passes_all(target.operation, exposed),
        lambda target: not method or target.operation.method == method,
        lambda target: not path or _plain(path).endswith(_plain(target.resource.path)),
        lambda target: target.operation.description == exposed.description,
    )
    for test in tests:
        fitting = [target for target in fitting if test(target)] or fitting
    if len(fitting) > 1:
        several = "; ".join(f"{target} ({target.request})" for target in fitting)
        problem = f"call {exposed.call!r} may mean: {several}; write one of these names"
        raise exposed.node["call"].error(problem)
    return fitting[0]


def _named(capability: Capability, exposed: Exposed) -> list[Target]:
    namespace, *rest = exposed.call.split(".")
    service = next((s for s in capability.services if s.namespace == namespace), None)
    if service is None or not 1 <= len(rest) <= 2:
        known = ", ".join(repr(f"{s.namespace}.OPERATION") for s in capability.services)
        raise exposed.node["call"].error(f"call {exposed.call!r} is not of the form {known}")
    found = [
        Target(service=service, resource=resource, operation=operation)
        for resource in service.resources
        for operation in resource.operations
        if operation.name == rest[-1] and (len(rest) == 1 or resource.name == rest[0])
    ]
    if not found:
        there_are = ", ".join(
            sorted({f"{r.name}.{o.name}" for r in service.resources for o in r.operations})
        )
        problem = f"{namespace} has no operation {'.'.join(rest)!r}; there are: {there_are}"
        raise exposed.node["call"].error(problem)
    return found


def _takes(operation: Operation, exposed: Exposed) -> bool:
    """Tell whether an operation has the parameters that are passed on, and needs no other."""
    if exposed.arguments is None:
        return True
    inputs = {item.name for item in operation.inputs}
    needed = {item.name for item in operation.inputs if item.required and item.value is None}
    return needed <= exposed.arguments.keys() <= inputs


def _passes_all(operation: Operation, exposed: Exposed) -> bool:
    if exposed.arguments is None:
        return True
    inputs = {item.name for item in operation.inputs if item.value is None}
    return inputs == exposed.arguments.keys()


def _plain(path: str) -> str:
    """Return a path in which ``{run-id}`` and ``{run_id}`` are the same."""
    return path.replace("-", "_").rstrip("/")


def _misfit(exposed: Exposed, candidates: list[Target]) -> CodegenError:
    """Return the error of a call that passes on what no operation takes."""
    node = exposed.node["with"]
    if len(candidates) > 1:
        several = ", ".join(f"{t} ({_signature(t.operation)})" for t in candidates)
        return node.error(f"no operation {exposed.call!r} takes just these parameters: {several}")
    (target,) = candidates
    given = set(exposed.arguments or ())
    inputs = {item.name for item in target.operation.inputs}
    for name in sorted(given - inputs):
        problem = f"{target} has no parameter {name!r}; it has: {_signature(target.operation)}"
        return node[name].error(problem)
    missing = sorted(
        item.name for item in target.operation.inputs if item.required and item.name not in given
    )
    return node.error(f"{target} needs {', '.join(missing)} as well")


def _signature(operation: Operation) -> str:
    return ", ".join(item.name for item in operation.inputs)
