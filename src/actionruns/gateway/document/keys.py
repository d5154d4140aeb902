"""Keys: which the format has at each place, and what this gateway makes of them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import TypeVar

import attrs

from actionruns.codegen.document import Node

__all__ = ["Keys", "choice", "name_of", "number", "texts"]

T = TypeVar("T", bound=str)


@attrs.frozen
class Keys:
    """The keys of one kind of object.

    Attributes:
        kind: What the object is, for messages.
        known: Keys that have an effect, or are words for people.
        refused: Keys of the format that would change what is exposed, and cannot be done; with the
            reason.
        ignored: Keys of the format that do no harm when they are left out; with the reason.
    """

    kind: str
    known: Collection[str]
    refused: Mapping[str, str] = attrs.field(factory=dict)
    ignored: Mapping[str, str] = attrs.field(factory=dict)

    def check(self, node: Node) -> None:
        """Refuse what is not understood, and note what is left out.

        Raises:
            CodegenError: The object has a key that is unknown or not supported.
        """
        for key, member in node.members():
            if key in self.refused:
                raise member.error(f"{key} is not supported: {self.refused[key]}")
            if key in self.ignored:
                member.notice(f"{key} has no effect: {self.ignored[key]}")
            elif key.startswith("x-"):
                member.notice(f"{key} has no effect: extensions are other programs'")
            elif key not in self.known:
                raise member.error(f"{self.kind} has no key {key!r}{self._meant(key)}")

    def _meant(self, key: str) -> str:
        all_keys = [*self.known, *self.refused, *self.ignored]
        near = difflib.get_close_matches(key, all_keys, n=1)
        if near:
            return f"; did you mean {near[0]!r}?"
        return f"; it has: {', '.join(sorted(self.known))}"


def choice(node: Node, key: str, allowed: Collection[T], default: T | None = None) -> T:
    """Return a member that is one of a few words.

    Args:
        node: The object.
        key: The member.
        allowed: The words.
        default: The word when there is no such member; None = there must be one.

    Raises:
        CodegenError: It is another word, or missing.
    """
    if key not in node:
        if default is None:
            raise node.error(f"{key} is missing; it is one of: {', '.join(allowed)}")
        return default
    word = node.text(key)
    for one in allowed:
        if one == word:
            return one
    raise node[key].error(f"{key} is one of: {', '.join(allowed)}; not {word!r}")


def name_of(node: Node, key: str = "name") -> str:
    """Return a member that is a name: required, a text, not empty.

    Raises:
        CodegenError: It is missing or empty.
    """
    name = node[key].value
    if not isinstance(name, str) or not name.strip():
        raise node[key].error(f"{key} should be a text that is not empty, but is {name!r}")
    return name


def number(node: Node, key: str, *, low: int, high: int) -> int | None:
    """Return a member that is a whole number in a range; None when there is none.

    Raises:
        CodegenError: It is no such number.
    """
    found = node.get(key)
    if found is None:
        return None
    value = found.value
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise found.error(f"{key} is a whole number from {low} to {high}, not {value!r}")
    return value


def texts(node: Node, key: str) -> dict[str, str]:
    """Return a member whose own members are texts; empty when there is none.

    Raises:
        CodegenError: One of them is no text.
    """
    found = node.get(key)
    if found is None:
        return {}
    for _, member in found.members():
        if not isinstance(member.value, str):
            raise member.error(f"should be a text, but is {member.value!r}")
    return dict(found.value)
