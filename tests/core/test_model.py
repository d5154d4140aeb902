"""Models: absent members, unknown members, secrets."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from actionruns.core.model import UNSET
from tests.core.runs import Login, Run, Subject


def test_unset_is_falsy() -> None:
    """UNSET is falsy, as None is, so that `if run.link` asks for both."""
    assert not UNSET


def test_unset_says_its_name() -> None:
    """The repr of UNSET is what one writes in code."""
    assert repr(UNSET) == "UNSET"


def pickled(value: object) -> object:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  # its own pickle


COPIES = [copy.copy, copy.deepcopy, pickled]


@pytest.mark.parametrize("copied", COPIES)
def test_unset_stays_one_object(copied: Callable[[object], object]) -> None:
    """A copy of UNSET, pickled or not, is UNSET: identity tells it."""
    assert copied(UNSET) is UNSET


def test_optional_members_are_absent_by_default() -> None:
    """A model made without an optional member has UNSET there, not None."""
    assert Run(id="r_1", status="NEW").link is UNSET


def test_required_members_are_required() -> None:
    """A model can't be made without a required member."""
    with pytest.raises(TypeError, match="status"):
        Run(id="r_1")  # type: ignore[call-arg]  # what the test is about


def test_members_are_keywords() -> None:
    """A model takes its members by keyword alone, so that their order may change."""
    with pytest.raises(TypeError):
        Run("r_1", "NEW")  # type: ignore[call-arg,arg-type]  # what the test is about


def test_a_model_has_no_other_attributes() -> None:
    """A misspelt attribute is an error instead of being kept silently."""
    with pytest.raises(AttributeError):
        Run(id="r_1", status="NEW").sttaus = "DONE"  # type: ignore[attr-defined]


def test_a_secret_is_not_shown() -> None:
    """The repr of a model leaves out what is secret."""
    assert repr(Login(user="ann", password="hush")) == "Login(user='ann')"


def test_unknown_fields_are_empty_by_default() -> None:
    """A model without unknown members gives an empty mapping."""
    assert Subject(identifier="x").unknown_fields == {}


def test_the_empty_mapping_of_unknown_fields_is_read_only() -> None:
    """The mapping that models without unknown members share can't be written to."""
    with pytest.raises(TypeError):
        Subject(identifier="x").unknown_fields["a"] = 1  # type: ignore[index]  # the point


def test_unknown_fields_can_be_given() -> None:
    """A model can be made with members that its specification doesn't know yet."""
    assert Subject(identifier="x", unknown_fields={"new": 1}).unknown_fields == {"new": 1}


def test_unknown_fields_count_in_a_comparison() -> None:
    """Two models that differ in an unknown member are not equal."""
    assert Subject(identifier="x", unknown_fields={"new": 1}) != Subject(identifier="x")


@pytest.mark.parametrize("copied", COPIES)
def test_a_model_can_be_copied(copied: Callable[[object], object]) -> None:
    """A copied or pickled model equals the original, unknown members included."""
    run = Run(id="r_1", status="NEW", action=Subject(identifier="x", unknown_fields={"new": [1]}))
    assert copied(run) == run
