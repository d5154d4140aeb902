"""Choose a model's structure hook by the shape of the object.

A service writes its objects with the same members in the same order, over and over. A hook that is
compiled for such a shape has nothing to look up and no absent member to look for; it takes two
thirds of the time of the one for any object. Compiling takes the time of some hundred objects, so
only shapes that come often get one, and only so many: what comes may be anybody's.
"""

from __future__ import annotations

from typing import Any, Final

from actionruns.core._compiled import ModelCompiler
from actionruns.core._structuring import Hook

__all__ = ["hook_by_shape"]

_OFTEN: Final = 32
"""Objects of a shape after which a hook is compiled for it."""
_MOST_HOOKS: Final = 8
"""Shapes of one model that get a hook."""
_MOST_COUNTED: Final = 64
"""Shapes of one model that are counted; those that come later never get a hook."""
_MOST_MEMBERS: Final = 256
"""Members of an object above which its shape is not counted."""


def hook_by_shape(compiler: ModelCompiler) -> Hook:
    """Return the structure hook of a model.

    Args:
        compiler: Compiles the model's hooks.
    """
    for_any = compiler.hook()
    hooks: dict[tuple[str, ...], Hook] = {}
    times: dict[tuple[str, ...], int] = {}

    def count(shape: tuple[str, ...]) -> Hook:
        """Count a shape that has no hook, and compile one for it when it has come often."""
        seen = times.get(shape, 0)
        if seen < _OFTEN and (seen or len(times) < _MOST_COUNTED) and len(shape) <= _MOST_MEMBERS:
            times[shape] = seen + 1
            if seen + 1 == _OFTEN and len(hooks) < _MOST_HOOKS:
                hooks[shape] = compiler.hook_for(shape) or for_any
        return for_any

    def structure(data: Any, _: Any = None) -> Any:
        if type(data) is not dict:
            return for_any(data, None)
        shape = tuple(data)
        return (hooks.get(shape) or count(shape))(data, None)

    return structure
