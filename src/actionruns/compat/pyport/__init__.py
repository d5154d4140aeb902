"""A look-alike of the package ``pyport`` (0.3.3), for its action runs.

Code goes on with another import line::

    from actionruns.compat.pyport import PortClient
    from actionruns.compat.pyport.exceptions import PortApiError
"""

from __future__ import annotations

from actionruns.compat.pyport.client import PortClient

__all__ = ["PortClient"]
