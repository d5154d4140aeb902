"""UnknownOutput: an output of a kind that this version of the protocol does not know."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["UnknownOutput"]


@model
class UnknownOutput(ApiModel):
    """An output of a kind that this version of the protocol does not know.

    Attributes:
        type: Its kind, in the word of the server. Its other members are in `unknown_fields`.
    """

    type: str
