"""The generator as a program, for the project itself: ``python -m actionruns.codegen``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from actionruns.codegen.errors import Notice
from actionruns.codegen.package import generate, write
from actionruns.codegen.targets import ROOT, TARGETS, built, differences
from actionruns.errors import ActionRunsError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the generator and return the exit code: 0 fine, 1 a difference, 2 an error."""
    parser = argparse.ArgumentParser(prog="python -m actionruns.codegen", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("generate", help="generate the package of a specification")
    one.add_argument("spec", type=Path, help="OpenAPI 3.0 or 3.1, YAML or JSON")
    one.add_argument("--out", type=Path, required=True, help="folder of the package")
    commands.add_parser("write", help="write this repository's generated packages anew")
    commands.add_parser("check", help="tell where they are not what would be generated")
    given = parser.parse_args(arguments)
    try:
        if given.command == "generate":
            return _generate(given.spec, given.out)
        return _write() if given.command == "write" else _check()
    except ActionRunsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


def _generate(spec: Path, out: Path) -> int:
    generated, changed = generate(spec, out)
    _tell(generated.notices, changed)
    return 0


def _write() -> int:
    for target in TARGETS:
        generated = built(target)
        _tell(generated.notices, write(generated, ROOT / target.package, prune=True))
    return 0


def _check() -> int:
    found = "".join(differences(target)[0] for target in TARGETS)
    if found:
        sys.stdout.write(found)
        sys.stderr.write("The generated code is not what would be generated: make generate\n")
    return 1 if found else 0


def _tell(notices: Sequence[Notice], changed: Sequence[Path]) -> None:
    sys.stderr.writelines(f"note: {notice}\n" for notice in notices)
    sys.stdout.writelines(f"{'wrote' if path.exists() else 'removed'} {path}\n" for path in changed)


if __name__ == "__main__":
    sys.exit(main())
