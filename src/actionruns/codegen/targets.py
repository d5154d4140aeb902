"""The packages of this repository that are generated, and what each is generated from."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from actionruns.codegen.errors import Notice
from actionruns.codegen.facade import Facade, mirror
from actionruns.codegen.package import Generated, build
from actionruns.codegen.render import header

__all__ = ["COMMAND", "TARGETS", "Mirror", "Target", "built", "differences"]

COMMAND: Final = "python -m actionruns.codegen write"
ROOT: Final = Path(__file__).resolve().parents[1]
"""The folder of the package `actionruns`."""


@attrs.frozen(kw_only=True)
class Mirror:
    """A hand-written async module whose blocking twin is generated.

    Attributes:
        source: The module's file, beside the generated package.
        output: The twin's file, in the generated package.
        summary: The twin's docstring.
        endpoints: Classes whose instances are given to the twin.
        clients: Classes whose instances the twin makes.
        bases: Files with their base classes, seen from the package `actionruns`.
        twins: Async base classes whose twins are written by hand -> how the twin imports them.
    """

    source: str
    output: str
    summary: str
    endpoints: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    twins: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Target:
    """A generated package.

    Attributes:
        spec: Its specification, seen from the package `actionruns`.
        package: Its folder, seen from there.
        mirrors: The blocking twins in it of hand-written modules, each after those that it needs.
    """

    spec: str
    package: str
    mirrors: tuple[Mirror, ...] = ()


TARGETS: Final = (
    Target(
        spec="specs/port.yaml",
        package="port/_generated",
        mirrors=(
            Mirror(
                source="report.py",
                output="blocking_report.py",
                summary="The blocking twin of AsyncReport.",
                endpoints=("AsyncReport",),
            ),
            Mirror(
                source="client.py",
                output="blocking_client.py",
                summary="The blocking twin of AsyncPortClient.",
                clients=("AsyncPortClient",),
                bases=("transport/client.py",),
            ),
        ),
    ),
    Target(
        spec="specs/forgeportal.yaml",
        package="forgeportal/_generated",
        mirrors=(
            Mirror(
                source="client.py",
                output="blocking_client.py",
                summary="The blocking twin of AsyncForgePortalClient.",
                clients=("AsyncForgePortalClient",),
                bases=("transport/client.py",),
            ),
        ),
    ),
    Target(
        spec="specs/acp-v0.1.yaml",
        package="acp/v01/_generated",
        mirrors=(
            Mirror(
                source="client.py",
                output="blocking_client.py",
                summary="The blocking twin of AsyncAcpV01Client.",
                clients=("AsyncAcpV01Client",),
                bases=("transport/client.py",),
                twins={"AsyncAcpClient": "actionruns.acp.base"},
            ),
        ),
    ),
    Target(
        spec="specs/acp-v0.2.yaml",
        package="acp/v02/_generated",
        mirrors=(
            Mirror(
                source="client.py",
                output="blocking_client.py",
                summary="The blocking twin of AsyncAcpV02Client.",
                clients=("AsyncAcpV02Client",),
                bases=("transport/client.py",),
                twins={"AsyncAcpClient": "actionruns.acp.base"},
            ),
        ),
    ),
)


def built(target: Target, root: Path = ROOT) -> Generated:
    """Generate a package and the twins in it, without writing anything.

    Args:
        target: The package.
        root: The folder that its files are seen from.

    Raises:
        CodegenError: Something cannot be expressed or mirrored.
        ConfigurationError: The extra ``codegen`` is not installed.
    """
    generated = build(root / target.spec, command=COMMAND)
    files = dict(generated.files)
    twins = dict.fromkeys(generated.endpoint_classes, ".blocking")
    for twin in target.mirrors:
        source = (root / target.package).parent / twin.source
        facade = Facade(
            name=twin.source,
            source_import=f"..{source.stem}",
            endpoints=twin.endpoints,
            clients=twin.clients,
            twins={**twins, **twin.twins},
            bases=tuple((root / name).read_text(encoding="utf-8") for name in twin.bases),
        )
        text = source.read_text(encoding="utf-8")
        head = header(twin.source, COMMAND)
        files[twin.output] = mirror(text, facade, summary=twin.summary, head=head)
        module = f".{Path(twin.output).stem}"
        twins |= dict.fromkeys((*twin.endpoints, *twin.clients), module)
    return attrs.evolve(generated, files=files)


def differences(target: Target, root: Path = ROOT) -> tuple[str, tuple[Notice, ...]]:
    """Compare a generated package with its files.

    Args:
        target: The package.
        root: The folder that its files are seen from.

    Returns:
        A unified diff, empty when there is no difference; and the notices of the generator.
    """
    generated = built(target, root)
    folder = root / target.package
    present = {path.name for path in folder.glob("*.py")}
    diff: list[str] = []
    for name in sorted(present | generated.files.keys()):
        path = folder / name
        before = path.read_text(encoding="utf-8") if name in present else ""
        after = generated.files.get(name, "")
        diff += _diff(before, after, f"{target.package}/{name}")
    return "".join(diff), generated.notices


def _diff(before: str, after: str, name: str) -> Iterator[str]:
    return difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"{name} (as it is)",
        f"{name} (as generated)",
    )
