from __future__ import annotations

from typing import Any

import attrs
import pytest

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.settings import Behaviour


def test_keywords() -> None:
    """Every setting is a keyword of the emulator with the same type."""
    keywords = {"seed": "int", "speed": "float", **Behaviour.__annotations__}
    types = {name: getattr(kind, "__forward_arg__", kind) for name, kind in keywords.items()}
    assert types == {field.name: field.type for field in attrs.fields(EmulatorSettings)}


@pytest.mark.parametrize(
    "settings",
    [
        {"speed": 0},
        {"duration": (2, 1)},
        {"duration": (-1, 1)},
        {"failure_rate": 1.1},
        {"approval_rate": -0.1},
        {"token_lifetime": 0},
        {"default_version": "v3"},
        {"rate_limit": 0},
        {"rate_reset": "minutes"},
        {"page_size": 0},
        {"page_size": 1001},
        {"empty_page_rate": 1},
        {"forgeportal_run_limit": 0},
        {"forgeportal_template_limit": -1},
        {"forgeportal_limit_period": 0},
        {"forgeportal_session_lifetime": -1},
        {"forgeportal_list_shape": "kebab"},
        {"forgeportal_claim_delay": (2, 1)},
        {"forgeportal_max_retries": -1},
        {"forgeportal_retry_rate": 2},
        {"forgeportal_retry_delay": 0},
        {"acp_errors": "html"},
    ],
)
def test_refused(settings: Any) -> None:
    """A setting out of its range is refused at once, with its name."""
    with pytest.raises(ValueError, match=next(iter(settings))):
        Emulator(**settings)


def test_unknown() -> None:
    """An unknown setting is refused."""
    unknown: Any = {"colour": "red"}
    with pytest.raises(TypeError, match="colour"):
        Emulator(**unknown)
