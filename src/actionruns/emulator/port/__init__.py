"""Port: action runs, their logs and approvals, and the entities tied to them."""

from __future__ import annotations

from actionruns.emulator.port.catalog import Action, Blueprint, Relation, User
from actionruns.emulator.port.service import PortService

__all__ = ["Action", "Blueprint", "PortService", "Relation", "User"]
