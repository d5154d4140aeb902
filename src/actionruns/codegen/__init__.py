"""The generator: an OpenAPI specification to models, operations and endpoints, async and blocking.

It needs the extra ``codegen`` when it runs, not when it is imported. ``docs/generator.md`` says
what of OpenAPI it takes, what it leaves out and which extensions it knows.
"""

from __future__ import annotations

from actionruns.codegen.errors import CodegenError, Notice
from actionruns.codegen.package import Generated, build, generate, write

__all__ = ["CodegenError", "Generated", "Notice", "build", "generate", "write"]
