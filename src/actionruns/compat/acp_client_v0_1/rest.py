"""Where code written for the generated client finds its errors."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.exceptions import ApiException, ApiValueError

__all__ = ["ApiException", "ApiValueError"]
