"""RunOutput: the output of a run: its result, its question or its error."""

from __future__ import annotations

from typing import Any, Final

import attrs

from actionruns.compat.acp_client_v0_1.models.api_model import OneOf
from actionruns.compat.acp_client_v0_1.models.run_error import RunError
from actionruns.compat.acp_client_v0_1.models.run_interrupt import RunInterrupt
from actionruns.compat.acp_client_v0_1.models.run_result import RunResult
from actionruns.compat.acp_client_v0_1.models.unknown_output import UnknownOutput
from actionruns.core.codec import converter

__all__ = ["RunOutput"]

_KINDS: Final[Any] = RunResult | RunInterrupt | RunError | UnknownOutput


@attrs.define
class RunOutput(OneOf):
    """The output of a run: its result, its question or its error.

    Attributes:
        actual_instance: The model that it is, told by its ``type``.
    """

    actual_instance: RunResult | RunInterrupt | RunError | UnknownOutput | Any = None


def _structure(value: Any, _: Any) -> RunOutput:
    return RunOutput(converter.structure(value, _KINDS))


converter.register_structure_hook(RunOutput, _structure)
