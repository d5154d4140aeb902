"""StreamEventPayload: what an event of a stream tells: the result so far, or an update."""

from __future__ import annotations

from typing import Any, Final

import attrs

from actionruns.compat.acp_client_v0_1.models.api_model import OneOf
from actionruns.compat.acp_client_v0_1.models.custom_run_result_update import CustomRunResultUpdate
from actionruns.compat.acp_client_v0_1.models.run_result import RunResult
from actionruns.compat.acp_client_v0_1.models.unknown_output import UnknownOutput
from actionruns.core.codec import converter

__all__ = ["StreamEventPayload"]

_KINDS: Final[Any] = RunResult | CustomRunResultUpdate | UnknownOutput


@attrs.define
class StreamEventPayload(OneOf):
    """What an event of a stream tells: the result so far, or an update.

    Attributes:
        actual_instance: The model that it is, told by its ``type``.
    """

    actual_instance: RunResult | CustomRunResultUpdate | UnknownOutput | Any = None


def _structure(value: Any, _: Any) -> StreamEventPayload:
    return StreamEventPayload(converter.structure(value, _KINDS))


converter.register_structure_hook(StreamEventPayload, _structure)
