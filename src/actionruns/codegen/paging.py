"""From ``x-paging`` to how the pages of an operation follow one another."""

from __future__ import annotations

import re
from typing import Literal

import attrs

from actionruns.codegen.document import Node
from actionruns.codegen.ir import ArgumentDef, Paging
from actionruns.codegen.models import ModelRegistry
from actionruns.codegen.responses import Result

__all__ = ["paging_of"]


@attrs.frozen
class _Items:
    field: str
    optional: bool
    type: str


def paging_of(
    operation: Node, name: str, arguments: list[ArgumentDef], result: Result, models: ModelRegistry
) -> Paging | None:
    """Return how the pages of an operation follow one another; None when it has no pages.

    Args:
        operation: The operation.
        name: Its name.
        arguments: Its arguments.
        result: Its result: the page.
        models: Knows the fields of the page.

    Raises:
        CodegenError: What ``x-paging`` names is not there, or is not what it has to be.
    """
    paging = operation.get("x-paging")
    if paging is None:
        return None
    style = paging.text("style")
    if style not in ("cursor", "offset"):
        raise paging.error(f"style is {style!r}, but has to be cursor or offset")
    items = _items(paging, result, models)
    turner = _argument(paging, "parameter" if style == "cursor" else "offset", arguments)
    limit = _argument(paging, "limit", arguments) if style == "offset" else None
    return Paging(
        name=f"iter_{re.sub('^(get|list|search)_', '', name)}",
        style="cursor" if style == "cursor" else "offset",
        item=items.type,
        items=items.field,
        items_optional=items.optional,
        next=_cursor(paging, result, models) if style == "cursor" else "",
        turner=turner.name,
        limit=limit.name if limit is not None else "",
        page_size=_page_size(paging, limit) if limit is not None else 0,
    )


def _items(paging: Node, result: Result, models: ModelRegistry) -> _Items:
    named = paging.get("items")
    if result.type is None:
        raise paging.error("an operation without a result has no pages")
    if named is None or named.value is None:
        if result.type.item is None:
            raise paging.error("items is missing: the member of the page that holds the items")
        return _Items("", optional=False, type=result.type.item.text())
    field = models.field(result.type.text(), paging.text("items"))
    if field is None:
        raise named.error(f"the page, {result.type.text()}, has no member {named.value!r}")
    item = models.item_type(result.type.text(), paging.text("items"))
    if item is None:
        raise named.error(f"{named.value!r} is no list, but {field.annotation}")
    optional = not field.required or field.annotation.endswith("| None")
    return _Items(field.name, optional=optional, type=item.text())


def _cursor(paging: Node, result: Result, models: ModelRegistry) -> str:
    named = paging["next"]
    field = models.field(result.type.text() if result.type is not None else "", paging.text("next"))
    if field is None:
        raise named.error(f"the page has no member {named.value!r}")
    if not {"str", "None", "Unset"}.issuperset(field.annotation.split(" | ")):
        raise named.error(f"a cursor has to be a text, but is {field.annotation}")
    return field.name


def _argument(
    paging: Node, key: Literal["parameter", "offset", "limit"], arguments: list[ArgumentDef]
) -> ArgumentDef:
    wire = paging[key].value
    found = next((a for a in arguments if a.wire == wire and a.place != "path"), None)
    if found is None:
        raise paging[key].error(f"the operation has no parameter {wire!r}")
    if found.default is None:
        raise paging[key].error(f"{wire!r} has to be optional: the first page goes without it")
    wanted = "str" if key == "parameter" else "int"
    if wanted not in found.annotation.split(" | "):
        raise paging[key].error(f"{wire!r} has to be of type {wanted}, but is {found.annotation}")
    return found


def _page_size(paging: Node, limit: ArgumentDef) -> int:
    size = paging["page-size"]
    if isinstance(size.value, bool) or not isinstance(size.value, int) or size.value < 1:
        raise size.error(f"should be a whole number of at least 1, but is {size.value!r}")
    if limit.minimum is None or limit.minimum < 1:
        raise paging["limit"].error(f"{limit.wire!r} needs minimum: 1; pages of 0 would never end")
    return size.value
