"""``python -m actionruns``."""

from __future__ import annotations

from actionruns.cli import main

if __name__ == "__main__":
    main()
