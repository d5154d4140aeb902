"""ForgePortal: action runs that are queued, tried and tried again, and templates made of them."""

from __future__ import annotations

from actionruns.emulator.forgeportal.catalog import Action, Step, Template
from actionruns.emulator.forgeportal.control import ForgePortalControl
from actionruns.emulator.forgeportal.service import ForgePortalService

__all__ = ["Action", "ForgePortalControl", "ForgePortalService", "Step", "Template"]
