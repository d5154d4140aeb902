"""Which imports a module needs that is written with the words of another one."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

__all__ = ["SourceNames"]

_OWN: Final = {
    "AbstractContextManager": "from contextlib import AbstractContextManager",
    "BlockingClient": "from actionruns.blocking import BlockingClient",
    "BlockingEndpoints": "from actionruns.blocking import BlockingEndpoints",
    "BlockingIterator": "from actionruns.blocking import BlockingIterator",
    "BlockingWatch": "from actionruns.blocking import BlockingWatch",
    "RunUpdate": "from actionruns.watching import RunUpdate",
    "StreamEvent": "from actionruns.core.events import StreamEvent",
}


class SourceNames:
    """Where the names of a module come from.

    Args:
        tree: The module.
        source_import: How the other module imports it, for example ``..client``.
    """

    def __init__(self, tree: ast.Module, source_import: str) -> None:
        self._runtime: dict[str, str] = {}
        self._typing: dict[str, str] = {}
        self._source_import = source_import
        for node in tree.body:
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                for inner in node.body:
                    self._note(inner, self._typing)
            else:
                self._note(node, self._runtime)

    def imports_for(self, body: str, twins: Mapping[str, str]) -> str:
        """Return the import statements for a body of source.

        Args:
            body: The source, without imports.
            twins: Blocking classes that other modules have -> how to import those modules.
        """
        tree = ast.parse(body)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        used -= {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        known = self._runtime | _OWN
        known |= {name: f"from {module} import {name}" for name, module in twins.items()}
        lines = ["from __future__ import annotations"]
        lines += sorted(known[name] for name in used & known.keys())
        typing = sorted(self._typing[name] for name in used & self._typing.keys() - known.keys())
        if typing:
            lines += ["from typing import TYPE_CHECKING", "if TYPE_CHECKING:"]
            lines += [f"    {line}" for line in typing]
        return "\n".join(lines)

    def _note(self, node: ast.stmt, names: dict[str, str]) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                names[bound] = f"import {ast.unparse(alias)}"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                module = self._module(node)
                names[alias.asname or alias.name] = f"from {module} import {ast.unparse(alias)}"
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names[node.name] = f"from {self._source_import} import {node.name}"
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    names[target.id] = f"from {self._source_import} import {target.id}"

    def _module(self, node: ast.ImportFrom) -> str:
        # The module itself is reached with as many dots as its own relative imports need more.
        dots = len(self._source_import) - len(self._source_import.lstrip("."))
        level = node.level + dots - 1 if node.level and dots else node.level
        return "." * level + (node.module or "")
