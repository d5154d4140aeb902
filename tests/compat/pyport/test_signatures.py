"""Names, order and defaults are those of pyport."""

from __future__ import annotations

import inspect
from enum import Enum

import pytest

from actionruns.compat.pyport import PortClient, exceptions
from actionruns.compat.pyport.action_runs import ActionRuns
from tests.compat.pyport.documented import DOCUMENTED, parameters_of, signatures


def test_the_constructor_is_pyports() -> None:
    """Parameters of pyport come in its order with its defaults; those of ours are keywords."""
    parameters = inspect.signature(PortClient).parameters.values()
    shared = [each for each in parameters if each.kind is not each.KEYWORD_ONLY]
    assert [each.name for each in shared[:2]] == DOCUMENTED["credentials"]
    defaults = {
        each.name: each.default.value if isinstance(each.default, Enum) else each.default
        for each in shared[2:]
    }
    assert list(defaults.items()) == list(DOCUMENTED["constructor"].items())


def test_the_methods_are_pyports() -> None:
    """There are the documented methods and no others, with the parameters of the release."""
    methods = {
        name: parameters_of(method)
        for name, method in vars(ActionRuns).items()
        if not name.startswith("_")
    }
    assert methods == {**DOCUMENTED["methods"], **DOCUMENTED["released"]}


def test_the_table_is_the_documentations() -> None:
    """The committed table has what pyport's documentation has."""
    assert signatures() == DOCUMENTED["methods"]


@pytest.mark.parametrize("name", DOCUMENTED["exceptions"])
def test_the_exceptions_are_pyports(name: str) -> None:
    """Each exception is made from the parameters of pyport's."""
    expected = DOCUMENTED["exceptions"][name]
    if isinstance(expected, str):
        expected = DOCUMENTED["exceptions"][expected.removeprefix("like ")]
    assert parameters_of(getattr(exceptions, name)) == expected
    assert issubclass(getattr(exceptions, name), exceptions.PortApiError)


def test_there_are_no_other_exceptions() -> None:
    """The module exports the exceptions of pyport and nothing else."""
    assert set(exceptions.__all__) == {*DOCUMENTED["exceptions"], "PortConfigurationError"}
