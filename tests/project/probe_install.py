"""Say what an installed actionruns can do; check_wheel.py runs this in the clean environment.

It prints one JSON object: where the package lies, each module with the one-line error that
importing it gave ("" = none), and the distributions that are installed.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import pkgutil
import sys

import actionruns


def failure(name: str) -> str:
    """Import a module; return the error in one line, or nothing."""
    try:
        importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what gets reported
        return f"{type(error).__name__}: {error}"
    return ""


def main() -> None:
    """Import every module of the package and print the report."""
    # __main__ modules are programs, they run when imported.
    names = ["actionruns"] + [
        module.name
        for module in pkgutil.walk_packages(
            actionruns.__path__, "actionruns.", onerror=lambda _: None
        )
        if not module.name.endswith("__main__")
    ]
    report = {
        "place": actionruns.__file__,
        "version": actionruns.__version__,
        "modules": {name: failure(name) for name in names},
        "installed": sorted(d.name.lower() for d in importlib.metadata.distributions()),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
