"""The Agent Connect Protocol: agents that echo, think, stream, ask and fail."""

from __future__ import annotations

from actionruns.emulator.acp.catalog import Agent, Question
from actionruns.emulator.acp.control import AcpControl
from actionruns.emulator.acp.service import AcpV01Service, AcpV02Service

__all__ = ["AcpControl", "AcpV01Service", "AcpV02Service", "Agent", "Question"]
