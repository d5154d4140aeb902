"""Fields with several names in JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from actionruns.core._compiled import ModelCompiler
from actionruns.core.codec import converter, structure, unstructure
from actionruns.core.model import UNSET, Model, Unset, field, model
from actionruns.errors import DecodeFailed


@model
class Shape(Model):
    id: str = field(aliases=("runId", "run_id"))
    started_at: datetime | Unset | None = field(aliases=("startedAt",), default=UNSET)
    note: str | Unset = field(json="text", aliases=("remark",), default=UNSET)


@pytest.mark.parametrize("name", ["id", "runId", "run_id"])
def test_a_field_is_read_under_each_of_its_names(name: str) -> None:
    """Which of them the service writes makes no difference."""
    assert structure({name: "r_1"}, Shape) == Shape(id="r_1")


def test_values_under_other_names_are_converted() -> None:
    """A time is a time under each name, and null stays None."""
    moment = datetime(2026, 2, 25, 14, tzinfo=UTC)
    shape = structure({"runId": "r_1", "startedAt": "2026-02-25T14:00:00Z"}, Shape)
    assert shape.started_at == moment
    assert structure({"runId": "r_1", "startedAt": None}, Shape).started_at is None


def test_other_names_may_stand_beside_a_name_in_json() -> None:
    """A field that is called otherwise in JSON has aliases, too."""
    assert structure({"id": "r_1", "remark": "slow"}, Shape).note == "slow"
    assert structure({"id": "r_1", "text": "slow"}, Shape).note == "slow"


def test_a_member_known_by_an_alias_is_not_unknown() -> None:
    """Only members that no field has, under no name, are kept as unknown."""
    shape = structure({"runId": "r_1", "startedAt": None, "later": 1}, Shape)
    assert dict(shape.unknown_fields) == {"later": 1}


def test_the_first_name_is_written() -> None:
    """What was read under any name is written under the field's own."""
    assert unstructure(structure({"runId": "r_1", "remark": "slow"}, Shape)) == {
        "id": "r_1",
        "text": "slow",
    }


def test_the_first_name_goes_before_an_alias() -> None:
    """Where both are there, nothing is lost: the alias stays an unknown member."""
    shape = structure({"runId": "other", "id": "r_1"}, Shape)
    assert (shape.id, dict(shape.unknown_fields)) == ("r_1", {"runId": "other"})


def test_a_missing_field_is_named_by_its_first_name() -> None:
    """The error tells the name that the specification has."""
    with pytest.raises(DecodeFailed, match="id"):
        structure({"startedAt": None}, Shape)


def test_a_value_of_the_wrong_type_is_refused_under_an_alias() -> None:
    """The checks are those of the field."""
    with pytest.raises(DecodeFailed, match="id in the answer should be a string"):
        structure({"runId": 5}, Shape)


@model
class Plain(Model):
    id: str


def test_models_without_aliases_pay_nothing() -> None:
    """Their structure hook is compiled without a look for other names."""
    names = {cls: ModelCompiler(cls, converter).hook().__code__.co_names for cls in (Plain, Shape)}
    assert "ALIASES" not in names[Plain]
    assert "ALIASES" in names[Shape]
