"""The page of the emulator names settings and methods that it has."""

from __future__ import annotations

import re

import attrs
import pytest

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.acp.control import AcpControl
from actionruns.emulator.forgeportal.control import ForgePortalControl
from tests.docs.test_tables import coded, rows
from tests.project.tree import ROOT


def section(title: str) -> str:
    """Return the text of a section of the page."""
    page = (ROOT / "docs/emulator.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("title", "prefix"), [("ForgePortal", "forgeportal_"), ("Agent Connect Protocol", "acp_")]
)
def test_settings_of_a_service_are_all_there(title: str, prefix: str) -> None:
    """The section of a service names each of its settings, but for one of little use."""
    settings = {
        field.name for field in attrs.fields(EmulatorSettings) if field.name.startswith(prefix)
    }
    shown = set(re.findall(rf"`({prefix}\w+)[`=]", section(title)))
    assert shown - settings == set()
    assert settings - shown <= {"forgeportal_session_lifetime"}


@pytest.mark.parametrize(
    ("title", "control"),
    [("ForgePortal", ForgePortalControl), ("Agent Connect Protocol", AcpControl)],
)
def test_methods_of_a_control_exist(title: str, control: type) -> None:
    """The last paragraph of a section names methods that the service's control has."""
    last = section(title).strip().rpartition("\n\n")[2]
    methods = {name for name in coded(last) if "." not in name}
    assert methods
    assert {name for name in methods if not hasattr(control, name)} == set()


def test_addresses_and_controls_are_attributes() -> None:
    """The table of services names attributes that the emulator has."""
    for _, _, address, control in rows("emulator.md", "service"):
        for name in [*coded(address), *coded(control)]:
            assert isinstance(getattr(Emulator, name), property)
