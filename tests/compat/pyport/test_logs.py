"""The constructor's settings of logging show the records of the SDK."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from actionruns.compat.pyport import PortClient
from actionruns.compat.pyport.exceptions import PortConfigurationError
from actionruns.compat.pyport.logs import LOGGER


@pytest.fixture(autouse=True)
def _logger_as_before() -> Iterator[None]:
    handlers, level = list(LOGGER.handlers), LOGGER.level
    yield
    LOGGER.handlers[:] = handlers
    LOGGER.setLevel(level)


def make(**settings: Any) -> None:
    PortClient("id", "secret", **settings).close()


def test_nothing_is_set_by_default() -> None:
    """With pyport's defaults, handlers and level are the application's own."""
    before = list(LOGGER.handlers), LOGGER.level
    make(log_level=logging.INFO)
    assert (LOGGER.handlers, LOGGER.level) == before


def test_records_go_where_the_handler_leads() -> None:
    """A handler gets the records of the SDK from the level on, in the format given."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    make(log_level=logging.WARNING, log_format="%(name)s|%(message)s", log_handler=handler)
    logging.getLogger("actionruns.transport").warning("a retry")
    logging.getLogger("actionruns.transport").info("not shown")
    assert stream.getvalue() == "actionruns.transport|a retry\n"


def test_a_handler_keeps_its_format() -> None:
    """Without a format, that of the handler stays."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("mine: %(message)s"))
    make(log_handler=handler)
    LOGGER.info("told")
    assert stream.getvalue() == "mine: told\n"


def test_standard_error_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Level or format alone show the records on standard error."""
    make(log_level=logging.DEBUG)
    LOGGER.debug("told")
    assert capsys.readouterr().err.endswith("DEBUG actionruns: told\n")


def test_the_latest_client_decides() -> None:
    """A second client's settings take the place of the first's: no line comes twice."""
    first, second = io.StringIO(), io.StringIO()
    make(log_handler=logging.StreamHandler(first))
    make(log_handler=logging.StreamHandler(second))
    LOGGER.info("told")
    assert (first.getvalue(), second.getvalue()) == ("", "told\n")


@pytest.mark.parametrize(
    "wrong", [{"log_level": "LOUD"}, {"log_level": None}, {"log_format": "%(message"}]
)
def test_what_is_no_setting_changes_nothing(wrong: dict[str, Any]) -> None:
    """A wrong level or format is an error of the settings, and leaves all as it was."""
    before = list(LOGGER.handlers), LOGGER.level
    with pytest.raises(PortConfigurationError, match="log_level or log_format"):
        make(**wrong)
    assert (LOGGER.handlers, LOGGER.level) == before


def test_handlers_of_the_application_stay() -> None:
    """A handler that the application has put there itself is neither doubled nor taken away."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    LOGGER.addHandler(handler)
    make(log_handler=handler)
    make(log_level=logging.ERROR)
    LOGGER.error("told")
    assert stream.getvalue() == "told\n"
