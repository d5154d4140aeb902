"""From the words of an async docstring to those of its blocking twin."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Final

__all__ = ["attribute_docs", "blocking_words"]

_EVERYWHERE: Final = (
    (re.compile(r"\basync (?=(?:with|for|iterator|iterators|context manager|client|form)\b)"), ""),
    (re.compile(r"\b(?<!\.)aclose\b"), "close"),
    (re.compile(r"\.aclose\b"), ".close"),
    (re.compile(r"\bfor use in an event loop\b"), "for use in any thread"),
)
_IN_CODE: Final = (
    (re.compile(r"\bawait "), ""),
    (re.compile(r"\banext\("), "next("),
    (re.compile(r"\basync def\b"), "def"),
)
# Examples, blocks under "::" and ``...``; prose awaits a run in the other sense of the word.
_CODE: Final = re.compile(r"^\s*(?:>>>|\.\.\.).*$|^ {4,}\S.*$|``[^`]+``|`[^`]+`", re.MULTILINE)


def blocking_words(text: str, names: Mapping[str, str]) -> str:
    """Return a docstring as its blocking twin says it.

    Args:
        text: The docstring, as it stands in the source.
        names: Async class -> blocking class.
    """
    for name, twin in names.items():
        text = re.sub(rf"\b{name}\b", twin, text)
    for pattern, word in _EVERYWHERE:
        text = pattern.sub(word, text)
    return _CODE.sub(lambda match: _in_code(match.group()), text)


def _in_code(text: str) -> str:
    for pattern, word in _IN_CODE:
        text = pattern.sub(word, text)
    return text


def attribute_docs(docstring: str) -> dict[str, str]:
    """Return what the section ``Attributes`` of a class's docstring says, by attribute."""
    _, found, section = inspect.cleandoc(docstring).partition("\nAttributes:\n")
    docs: dict[str, str] = {}
    name = ""
    for line in section.splitlines() if found else ():
        if line and not line.startswith(" "):
            break
        entry = re.match(r" {4}(\w+): (.+)", line)
        if entry:
            name, docs[entry.group(1)] = entry.group(1), entry.group(2)
        elif name and line.strip():
            docs[name] += f" {line.strip()}"
    return docs
