"""Emulator of the services, for tests, demonstrations and trying things out.

One local server behaves like the services: it has their routes, their shapes and their errors, and
runs that progress by themselves. What it does is checked against the services' own descriptions.
"""

from __future__ import annotations

from actionruns.emulator.port import Action, Blueprint, Relation, User
from actionruns.emulator.request_log import RequestLog, RequestRecord
from actionruns.emulator.server import Emulator
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.stream_behaviour import StreamBehaviour

__all__ = [
    "Action",
    "Blueprint",
    "Emulator",
    "EmulatorSettings",
    "Relation",
    "RequestLog",
    "RequestRecord",
    "StreamBehaviour",
    "User",
]
